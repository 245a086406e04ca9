package dev.baton.orchestrator.fleet;

import dev.baton.planning.ModelVersion;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One measurement window of an edge node. What the window did not measure is absent. */
public record EdgeReport(String edgeNode, Link link, List<ModelReport> models) {
    public EdgeReport {
        NodeName.require("edge node", edgeNode);
        models = List.copyOf(models);
    }

    /**
     * What an edge node measured of one model.
     *
     * @param headMicros run time by split point; the last split point is the whole model
     * @param encodings encode time and encoded bytes by split point and codec
     * @param encodedInputBytes size of the client's compressed picture
     * @param brokerMicros what a cloud answer took beyond upload, round trip and the tail's own times
     */
    public record ModelReport(
            ModelVersion model,
            long requests,
            long failures,
            long completedLocally,
            long activePlanEpoch,
            Optional<Summary> preprocessMicros,
            Map<Integer, Summary> headMicros,
            Map<SplitCodec, Encoding> encodings,
            Optional<Summary> encodedInputBytes,
            Optional<Summary> brokerMicros,
            Optional<Summary> totalMicros) {
        public ModelReport {
            headMicros = Map.copyOf(headMicros);
            encodings = Map.copyOf(encodings);
        }
    }

    /** Encoding what crosses at one split point with one codec. */
    public record Encoding(Optional<Summary> encodeMicros, Optional<Summary> bytes) {}
}
