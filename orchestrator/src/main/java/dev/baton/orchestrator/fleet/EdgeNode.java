package dev.baton.orchestrator.fleet;

import dev.baton.planning.EdgeObservation;
import dev.baton.planning.EdgeObservation.Encoding;
import dev.baton.planning.EdgeObservation.SplitTime;
import dev.baton.planning.LinkObservation;
import dev.baton.planning.ModelVersion;
import dev.baton.tensor.codec.Codec;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An edge node as last heard of: its link and what it measured of each model it holds. Immutable.
 *
 * @param probeShare share of the link's rate that probes took during the last window, 0 to 1
 * @param deviceProfile name of the profile that describes the device; empty when unknown
 */
public record EdgeNode(
        String id,
        Instant seenAt,
        LinkObservation link,
        double probeShare,
        Pressure pressure,
        String deviceProfile,
        Map<String, Model> models) {
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
            models.put(model.model().model(), Model.then(known, model));
        }
        return new EdgeNode(
                report.edgeNode(),
                now,
                report.link(),
                report.probeShare(),
                report.pressure(),
                report.deviceProfile(),
                models);
    }

    /**
     * What an edge node knows of one model version.
     *
     * @param requests requests since the orchestrator first heard of it; failures and local completions likewise
     * @param heads times of heads by split point, as last told: a window tells what is new, and the rest in turn
     * @param encodings likewise, of what crosses
     * @param last its last window
     */
    public record Model(
            ModelVersion model,
            long requests,
            long failures,
            long completedLocally,
            SortedMap<Integer, SplitTime> heads,
            Map<SplitCodec, Encoding> encodings,
            EdgeObservation last) {
        public Model {
            heads = Collections.unmodifiableSortedMap(new TreeMap<>(heads));
            encodings = Map.copyOf(encodings);
        }

        private static Model then(Optional<Model> before, EdgeReport.ModelReport window) {
            EdgeObservation now = window.observation();
            SortedMap<Integer, SplitTime> heads =
                    new TreeMap<>(before.map(Model::heads).orElse(Collections.emptySortedMap()));
            now.heads().forEach(head -> heads.put(head.splitPoint(), head));
            Map<SplitCodec, Encoding> encodings =
                    new HashMap<>(before.map(Model::encodings).orElse(Map.of()));
            now.encodings()
                    .forEach(encoding ->
                            encodings.put(new SplitCodec(encoding.splitPoint(), encoding.codec()), encoding));
            return new Model(
                    window.model(),
                    before.map(Model::requests).orElse(0L) + now.requests(),
                    before.map(Model::failures).orElse(0L) + now.failures(),
                    before.map(Model::completedLocally).orElse(0L) + now.completedLocally(),
                    heads,
                    encodings,
                    now);
        }
    }

    /** A split point and what encodes there. */
    public record SplitCodec(int splitPoint, Codec codec) {}
}
