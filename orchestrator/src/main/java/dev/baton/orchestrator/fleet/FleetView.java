package dev.baton.orchestrator.fleet;

import dev.baton.planning.ModelVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** The fleet as people and tools read it; what is unknown is absent. */
public record FleetView(List<Edge> edges, List<Tail> tails) {

    /**
     * An edge node.
     *
     * @param stale silent for too long to plan with what it said
     */
    public record Edge(
            String id, Instant seenAt, long ageMillis, boolean stale, LinkView link, List<EdgeModel> models) {}

    /**
     * An edge node's estimate of its link.
     *
     * @param samples transfers that it stands on
     */
    public record LinkView(
            @Nullable Double uplinkMegabitsPerSecond,
            @Nullable Double roundTripMillis,
            double residualMillis,
            long samples) {}

    /** A model on an edge node; counts since the orchestrator first heard of it. */
    public record EdgeModel(
            String model,
            String version,
            long requests,
            long failures,
            long completedLocally,
            long activePlanEpoch,
            @Nullable Value preprocess,
            @Nullable Value broker,
            @Nullable Value total,
            @Nullable Value encodedInputBytes,
            List<Head> heads,
            List<Encoded> encodings) {}

    /** A smoothed measurement; milliseconds, or bytes where the name says so. */
    public record Value(double value, double p95, Instant at) {}

    public record Head(int splitPoint, Value run) {}

    public record Encoded(
            int splitPoint,
            String codec,
            @Nullable Value encode,
            @Nullable Value bytes) {}

    public record Tail(
            String id, String device, Instant seenAt, long ageMillis, boolean stale, List<TailModel> models) {}

    public record TailModel(
            String model,
            String version,
            long requests,
            long failures,
            @Nullable Value queue,
            List<TailTimes> tails) {}

    public record TailTimes(
            int splitPoint,
            @Nullable Value decode,
            @Nullable Value run) {}

    public static FleetView of(Fleet fleet, Instant now) {
        return new FleetView(
                fleet.edges().stream().map(edge -> of(edge, fleet, now)).toList(),
                fleet.tails().stream().map(tail -> of(tail, fleet, now)).toList());
    }

    public static Edge of(EdgeNode edge, Fleet fleet, Instant now) {
        return new Edge(
                edge.id(),
                edge.seenAt(),
                Duration.between(edge.seenAt(), now).toMillis(),
                fleet.isStale(edge.seenAt()),
                new LinkView(
                        orNull(edge.link().uplinkBytesPerSecond(), 8e-6),
                        orNull(edge.link().roundTripMicros(), 1e-3),
                        rounded(edge.link().residualMicros() * 1e-3),
                        edge.link().samples()),
                edge.models().values().stream()
                        .sorted(Comparator.comparing(model -> model.model().model()))
                        .map(FleetView::of)
                        .toList());
    }

    private static EdgeModel of(EdgeNode.Model model) {
        return new EdgeModel(
                model.model().model(),
                model.model().version(),
                model.requests(),
                model.failures(),
                model.completedLocally(),
                model.activePlanEpoch(),
                millis(model.preprocessMicros()),
                millis(model.brokerMicros()),
                millis(model.totalMicros()),
                bytes(model.encodedInputBytes()),
                model.headMicros().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(head -> new Head(head.getKey(), scaled(head.getValue(), 1e-3)))
                        .toList(),
                model.encodings().entrySet().stream()
                        .sorted(Comparator.comparing((Map.Entry<SplitCodec, ?> entry) ->
                                        entry.getKey().splitPoint())
                                .thenComparing(entry -> entry.getKey().codec()))
                        .map(entry -> new Encoded(
                                entry.getKey().splitPoint(),
                                entry.getKey().codec(),
                                millis(entry.getValue().encodeMicros()),
                                bytes(entry.getValue().bytes())))
                        .toList());
    }

    public static Tail of(TailNode tail, Fleet fleet, Instant now) {
        return new Tail(
                tail.id(),
                tail.device(),
                tail.seenAt(),
                Duration.between(tail.seenAt(), now).toMillis(),
                fleet.isStale(tail.seenAt()),
                tail.models().entrySet().stream()
                        .sorted(Comparator.comparing(entry -> entry.getKey().model()))
                        .map(entry -> of(entry.getKey(), entry.getValue()))
                        .toList());
    }

    private static TailModel of(ModelVersion version, TailNode.Model model) {
        return new TailModel(
                version.model(),
                version.version(),
                model.requests(),
                model.failures(),
                millis(model.queueMicros()),
                model.times().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(times -> new TailTimes(
                                times.getKey(),
                                millis(times.getValue().decodeMicros()),
                                millis(times.getValue().runMicros())))
                        .toList());
    }

    private static @Nullable Value millis(Optional<Estimate> micros) {
        return micros.map(estimate -> scaled(estimate, 1e-3)).orElse(null);
    }

    private static @Nullable Value bytes(Optional<Estimate> bytes) {
        return bytes.map(estimate -> scaled(estimate, 1)).orElse(null);
    }

    private static Value scaled(Estimate estimate, double unit) {
        return new Value(rounded(estimate.value() * unit), rounded(estimate.p95() * unit), estimate.at());
    }

    private static @Nullable Double orNull(OptionalDouble value, double unit) {
        return value.isPresent() ? Double.valueOf(rounded(value.getAsDouble() * unit)) : null;
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
