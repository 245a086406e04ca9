package dev.baton.orchestrator.fleet;

import dev.baton.planning.EdgeObservation;
import dev.baton.planning.LinkObservation;
import dev.baton.planning.ModelVersion;
import java.util.List;

/**
 * One measurement window of an edge node.
 *
 * @param probeShare share of the link's rate that probes took during the window, 0 to 1
 * @param deviceProfile name of the profile that describes the device; empty when unknown
 */
public record EdgeReport(
        String edgeNode,
        LinkObservation link,
        double probeShare,
        Pressure pressure,
        String deviceProfile,
        List<ModelReport> models) {
    public EdgeReport {
        NodeName.require("edge node", edgeNode);
        models = List.copyOf(models);
    }

    /** What an edge node measured of one model. */
    public record ModelReport(ModelVersion model, EdgeObservation observation) {}
}
