package dev.baton.orchestrator.planning;

import dev.baton.orchestrator.fleet.EdgeNode;
import dev.baton.planning.EdgeObservation;
import dev.baton.planning.EdgeState;
import dev.baton.planning.LinkObservation;
import dev.baton.planning.ModelVersion;
import dev.baton.planning.Quantities;
import dev.baton.planning.TailPool;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What was known when a decision was made, in words. */
final class Situations {
    private Situations() {}

    static List<PlanDecision.Input> inputs(
            Optional<EdgeNode> edge, EdgeState state, TailPool tails, Steering.Set preferences, long nowMicros) {
        List<PlanDecision.Input> inputs = new ArrayList<>();
        ModelVersion model = state.profile().model();
        edge.ifPresent(node -> link(node.link(), inputs));
        double rate = state.requestsPerSecond();
        if (!Double.isNaN(rate)) {
            inputs.add(new PlanDecision.Input("requests", "%.1f a second".formatted(rate)));
        }
        edge.flatMap(node -> node.model(model.model()))
                .map(EdgeNode.Model::last)
                .ifPresent(window -> edgeWindow(window, inputs));
        edge.map(EdgeNode::deviceProfile)
                .filter(name -> !name.isEmpty())
                .ifPresent(name -> inputs.add(new PlanDecision.Input("device", name)));
        int live = tails.liveTails(model, nowMicros);
        double queue = tails.queueMicros(state.profile(), 0, nowMicros);
        inputs.add(new PlanDecision.Input(
                "tails", live + " live" + (Double.isNaN(queue) ? "" : ", wait " + Quantities.millis(queue))));
        inputs.add(new PlanDecision.Input(
                "objective", preferences.preferences().objective().text()));
        inputs.add(new PlanDecision.Input(
                "preferences of", "%s %s".formatted(preferences.edgeNode(), preferences.model())));
        return inputs;
    }

    private static void link(LinkObservation link, List<PlanDecision.Input> inputs) {
        String uplink = link.bytesPerSecond().isEmpty()
                ? "unknown"
                : Quantities.rate(link.bytesPerSecond().getAsDouble())
                        + (link.bytesPerSecondError().isEmpty()
                                ? ""
                                : " ± "
                                        + Quantities.rate(
                                                link.bytesPerSecondError().getAsDouble()));
        String roundTrip = link.roundTripMicros().isEmpty()
                ? "unknown"
                : Quantities.millis(link.roundTripMicros().getAsDouble());
        inputs.add(new PlanDecision.Input("uplink", uplink));
        inputs.add(new PlanDecision.Input("round trip", roundTrip));
    }

    private static void edgeWindow(EdgeObservation window, List<PlanDecision.Input> inputs) {
        window.change().ifPresent(change -> inputs.add(new PlanDecision.Input("edge node saw", change)));
        window.totalMicros()
                .ifPresent(total -> inputs.add(new PlanDecision.Input(
                        "latency",
                        "%s (p50), %s (p95)"
                                .formatted(Quantities.millis(total.p50()), Quantities.millis(total.p95())))));
        window.pictureBytes()
                .ifPresent(bytes -> inputs.add(new PlanDecision.Input("picture", Quantities.bytes(bytes.p50()))));
    }
}
