package dev.baton.orchestrator.fleet;

import dev.baton.planning.EdgeObservation;
import dev.baton.planning.LinkObservation;
import dev.baton.planning.Moments;
import dev.baton.planning.TailObservation;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** The fleet as people and tools read it; what is unknown is absent. */
public record FleetView(List<Edge> edges, List<Tail> tails) {

    /**
     * An edge node.
     *
     * @param stale silent for too long to plan with what it said
     * @param deviceProfile name of the profile that describes the device
     */
    public record Edge(
            String id,
            Instant seenAt,
            long ageMillis,
            boolean stale,
            @Nullable String deviceProfile,
            LinkView link,
            PressureView pressure,
            List<EdgeModel> models) {}

    /**
     * An edge node's estimate of its link. Errors are standard errors.
     *
     * @param samples transfers that it stands on
     * @param probeShare share of the link's rate that probes took during the last window, 0 to 1
     */
    public record LinkView(
            @Nullable Double uplinkMegabitsPerSecond,
            @Nullable Double uplinkErrorMegabitsPerSecond,
            @Nullable Double roundTripMillis,
            @Nullable Double roundTripErrorMillis,
            double residualMillis,
            long samples,
            double probeShare) {}

    /** How busy the machine is; shares from 0 to 1. */
    public record PressureView(
            @Nullable Double cpuShare,
            @Nullable Double memoryShare,
            @Nullable Double batteryShare,
            @Nullable Boolean onBattery,
            @Nullable Double watts) {}

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

    /** The median of what was measured lately; milliseconds, or bytes where the name says so. */
    public record Value(double value, double p95, long samples) {}

    public record Head(int splitPoint, Value run) {}

    public record Encoded(
            int splitPoint,
            String codec,
            @Nullable Value encode,
            @Nullable Value bytes) {}

    /**
     * A tail.
     *
     * @param utilization share of the last window during which the engine worked, per worker
     * @param waiting records that waited for the engine
     */
    public record Tail(
            String id,
            String device,
            Instant seenAt,
            long ageMillis,
            boolean stale,
            double utilization,
            int workers,
            long waiting,
            PressureView pressure,
            List<TailModel> models) {}

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
                edge.deviceProfile().isEmpty() ? null : edge.deviceProfile(),
                view(edge.link(), edge.probeShare()),
                view(edge.pressure()),
                edge.models().values().stream()
                        .sorted(Comparator.comparing(model -> model.model().model()))
                        .map(FleetView::of)
                        .toList());
    }

    private static LinkView view(LinkObservation link, double probeShare) {
        return new LinkView(
                orNull(link.bytesPerSecond(), 8e-6),
                orNull(link.bytesPerSecondError(), 8e-6),
                orNull(link.roundTripMicros(), 1e-3),
                orNull(link.roundTripErrorMicros(), 1e-3),
                rounded(link.residualMicros() * 1e-3),
                link.samples(),
                Math.round(probeShare * 1e5) / 1e5);
    }

    private static PressureView view(Pressure pressure) {
        return new PressureView(
                orNull(pressure.cpuShare(), 1),
                orNull(pressure.memoryShare(), 1),
                orNull(pressure.batteryShare(), 1),
                pressure.onBattery().orElse(null),
                orNull(pressure.watts(), 1));
    }

    private static EdgeModel of(EdgeNode.Model model) {
        EdgeObservation last = model.last();
        return new EdgeModel(
                model.model().model(),
                model.model().version(),
                model.requests(),
                model.failures(),
                model.completedLocally(),
                last.activePlanEpoch(),
                millis(last.preprocessMicros()),
                millis(last.brokerMicros()),
                millis(last.totalMicros()),
                bytes(last.pictureBytes()),
                model.heads().values().stream()
                        .map(head -> new Head(head.splitPoint(), scaled(head.micros(), 1e-3)))
                        .toList(),
                model.encodings().values().stream()
                        .sorted(Comparator.comparingInt(EdgeObservation.Encoding::splitPoint)
                                .thenComparing(encoding -> encoding.codec().id()))
                        .map(encoding -> new Encoded(
                                encoding.splitPoint(),
                                encoding.codec().id(),
                                millis(encoding.micros()),
                                bytes(encoding.bytes())))
                        .toList());
    }

    public static Tail of(TailNode tail, Fleet fleet, Instant now) {
        return new Tail(
                tail.id(),
                tail.last().device(),
                tail.seenAt(),
                Duration.between(tail.seenAt(), now).toMillis(),
                fleet.isStale(tail.seenAt()),
                rounded(tail.last().utilization()),
                tail.last().workers(),
                tail.last().waiting(),
                view(tail.pressure()),
                tail.last().models().stream()
                        .sorted(Comparator.comparing(model -> model.model().model()))
                        .map(model -> of(model, tail.counts().getOrDefault(model.model(), TailNode.Counts.NONE)))
                        .toList());
    }

    private static TailModel of(TailObservation.ModelTimes model, TailNode.Counts counts) {
        return new TailModel(
                model.model().model(),
                model.model().version(),
                counts.requests(),
                counts.failures(),
                millis(model.queueMicros()),
                model.times().stream()
                        .sorted(Comparator.comparingInt(TailObservation.PointTimes::splitPoint))
                        .map(times -> new TailTimes(
                                times.splitPoint(), millis(times.decodeMicros()), millis(times.runMicros())))
                        .toList());
    }

    private static @Nullable Value millis(Optional<Moments> micros) {
        return micros.map(moments -> scaled(moments, 1e-3)).orElse(null);
    }

    private static @Nullable Value bytes(Optional<Moments> bytes) {
        return bytes.map(moments -> scaled(moments, 1)).orElse(null);
    }

    private static Value scaled(Moments moments, double unit) {
        return new Value(rounded(moments.p50() * unit), rounded(moments.p95() * unit), moments.count());
    }

    private static @Nullable Double orNull(OptionalDouble value, double unit) {
        return value.isPresent() ? Double.valueOf(rounded(value.getAsDouble() * unit)) : null;
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
