package dev.baton.orchestrator.fleet;

import dev.baton.planning.ModelVersion;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One measurement window of a tail. What the window did not measure is absent. */
public record TailReport(String tail, String device, List<ModelReport> models) {
    public TailReport {
        NodeName.require("tail", tail);
        models = List.copyOf(models);
    }

    /** What a tail measured of one model; {@code times} by split point. */
    public record ModelReport(
            ModelVersion model,
            long requests,
            long failures,
            Optional<Summary> queueMicros,
            Map<Integer, Times> times) {
        public ModelReport {
            times = Map.copyOf(times);
        }
    }

    /** Decoding (with pre-processing, where a picture arrived) and running from one split point on. */
    public record Times(Optional<Summary> decodeMicros, Optional<Summary> runMicros) {}
}
