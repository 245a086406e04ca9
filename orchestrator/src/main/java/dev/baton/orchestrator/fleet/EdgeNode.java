package dev.baton.orchestrator.fleet;

import dev.baton.planning.ModelVersion;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** An edge node as last heard of: its link and what it measured of each model it holds. Immutable. */
public record EdgeNode(String id, Instant seenAt, Link link, Map<String, Model> models) {
    public EdgeNode {
        models = Map.copyOf(models);
    }

    /** What it measured of {@code model}; empty when it does not hold it. */
    public Optional<Model> model(String model) {
        return Optional.ofNullable(models.get(model));
    }

    static EdgeNode from(EdgeReport report, Optional<EdgeNode> before, Instant now) {
        Map<String, Model> models = new LinkedHashMap<>();
        for (EdgeReport.ModelReport model : report.models()) {
            Optional<Model> known = before.map(EdgeNode::models)
                    .map(all -> all.get(model.model().model()))
                    .filter(earlier -> earlier.model().equals(model.model()));
            models.put(
                    model.model().model(),
                    known.orElseGet(() -> Model.unmeasured(model.model())).then(model, now));
        }
        return new EdgeNode(report.edgeNode(), now, report.link(), models);
    }

    /**
     * What an edge node knows of one model version. Times of split points not in use stay as they were last measured.
     *
     * @param requests requests since the orchestrator first heard of it
     * @param picturesSent whether the last requests came with a compressed picture; empty before the first request
     */
    public record Model(
            ModelVersion model,
            long requests,
            long failures,
            long completedLocally,
            long activePlanEpoch,
            Optional<Boolean> picturesSent,
            Optional<Estimate> preprocessMicros,
            Map<Integer, Estimate> headMicros,
            Map<SplitCodec, Encoding> encodings,
            Optional<Estimate> encodedInputBytes,
            Optional<Estimate> brokerMicros,
            Optional<Estimate> totalMicros) {
        public Model {
            headMicros = Map.copyOf(headMicros);
            encodings = Map.copyOf(encodings);
        }

        public static Model unmeasured(ModelVersion model) {
            return new Model(
                    model,
                    0,
                    0,
                    0,
                    0,
                    Optional.empty(),
                    Optional.empty(),
                    Map.of(),
                    Map.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }

        Model then(EdgeReport.ModelReport window, Instant now) {
            Map<Integer, Estimate> heads = new LinkedHashMap<>(headMicros);
            window.headMicros()
                    .forEach((point, summary) -> heads.put(point, Estimate.after(heads.get(point), summary, now)));
            Map<SplitCodec, Encoding> encoded = new LinkedHashMap<>(encodings);
            window.encodings().forEach((key, measured) -> {
                Encoding before = encoded.getOrDefault(key, Encoding.UNMEASURED);
                encoded.put(key, before.then(measured, now));
            });
            return new Model(
                    model,
                    requests + window.requests(),
                    failures + window.failures(),
                    completedLocally + window.completedLocally(),
                    window.activePlanEpoch(),
                    window.requests() == 0
                            ? picturesSent
                            : Optional.of(window.encodedInputBytes().isPresent()),
                    Estimate.after(preprocessMicros, window.preprocessMicros(), now),
                    heads,
                    encoded,
                    Estimate.after(encodedInputBytes, window.encodedInputBytes(), now),
                    Estimate.after(brokerMicros, window.brokerMicros(), now),
                    Estimate.after(totalMicros, window.totalMicros(), now));
        }
    }

    /** Encode time and encoded bytes of what crosses at one split point with one codec. */
    public record Encoding(Optional<Estimate> encodeMicros, Optional<Estimate> bytes) {
        static final Encoding UNMEASURED = new Encoding(Optional.empty(), Optional.empty());

        Encoding then(EdgeReport.Encoding window, Instant now) {
            return new Encoding(
                    Estimate.after(encodeMicros, window.encodeMicros(), now),
                    Estimate.after(bytes, window.bytes(), now));
        }
    }
}
