package dev.baton.orchestrator.fleet;

import dev.baton.planning.ModelVersion;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A tail as last heard of: its device and what it measured of each model version it holds. Immutable. */
public record TailNode(String id, String device, Instant seenAt, Map<ModelVersion, Model> models) {
    public TailNode {
        models = Map.copyOf(models);
    }

    /** What it measured of {@code model}; empty when it does not hold this version. */
    public Optional<Model> model(ModelVersion model) {
        return Optional.ofNullable(models.get(model));
    }

    static TailNode from(TailReport report, Optional<TailNode> before, Instant now) {
        Map<ModelVersion, Model> models = new LinkedHashMap<>();
        for (TailReport.ModelReport model : report.models()) {
            Model known = before.map(tail -> tail.models().get(model.model()))
                    .orElseGet(() -> new Model(0, 0, 0, Optional.empty(), Map.of()));
            models.put(model.model(), known.then(model, now));
        }
        return new TailNode(report.tail(), report.device(), now, models);
    }

    /**
     * What a tail knows of one model version.
     *
     * @param requests requests since the orchestrator first heard of it
     * @param lastRequests requests in the last window: with none, nobody waits
     * @param queueMicros time from poll to start of work
     */
    public record Model(
            long requests,
            long lastRequests,
            long failures,
            Optional<Estimate> queueMicros,
            Map<Integer, Times> times) {
        public Model {
            times = Map.copyOf(times);
        }

        /** Its times from {@code splitPoint} on; unmeasured when there are none. */
        public Times times(int splitPoint) {
            return times.getOrDefault(splitPoint, Times.UNMEASURED);
        }

        Model then(TailReport.ModelReport window, Instant now) {
            Map<Integer, Times> all = new LinkedHashMap<>(times);
            window.times()
                    .forEach((point, measured) -> all.put(
                            point, all.getOrDefault(point, Times.UNMEASURED).then(measured, now)));
            // The queue follows the load of the moment, so the last window alone counts.
            Optional<Estimate> queue = window.queueMicros()
                    .map(summary -> Estimate.of(summary, now))
                    .or(() -> queueMicros);
            return new Model(requests + window.requests(), window.requests(), failures + window.failures(), queue, all);
        }
    }

    /** Decoding (with pre-processing, where a picture arrived) and running from one split point on, in microseconds. */
    public record Times(Optional<Estimate> decodeMicros, Optional<Estimate> runMicros) {
        static final Times UNMEASURED = new Times(Optional.empty(), Optional.empty());

        Times then(TailReport.Times window, Instant now) {
            return new Times(
                    Estimate.after(decodeMicros, window.decodeMicros(), now),
                    Estimate.after(runMicros, window.runMicros(), now));
        }
    }
}
