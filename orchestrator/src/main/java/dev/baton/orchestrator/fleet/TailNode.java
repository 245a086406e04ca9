package dev.baton.orchestrator.fleet;

import dev.baton.planning.ModelVersion;
import dev.baton.planning.TailObservation;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A tail as last heard of: its last window, how busy its machine is, and what it did since it was first heard of. Immutable. */
public record TailNode(
        String id, Instant seenAt, TailObservation last, Pressure pressure, Map<ModelVersion, Counts> counts) {
    public TailNode {
        counts = Map.copyOf(counts);
    }

    /** Requests and failures since the orchestrator first heard of the tail with this model version. */
    public record Counts(long requests, long failures) {
        static final Counts NONE = new Counts(0, 0);
    }

    static TailNode from(TailObservation window, Pressure pressure, Optional<TailNode> before, Instant now) {
        Map<ModelVersion, Counts> counts = new LinkedHashMap<>();
        for (TailObservation.ModelTimes model : window.models()) {
            Counts known = before.map(TailNode::counts)
                    .map(all -> all.getOrDefault(model.model(), Counts.NONE))
                    .orElse(Counts.NONE);
            counts.put(
                    model.model(),
                    new Counts(known.requests() + model.requests(), known.failures() + model.failures()));
        }
        return new TailNode(window.tail(), now, window, pressure, counts);
    }
}
