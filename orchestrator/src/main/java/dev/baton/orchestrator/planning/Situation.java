package dev.baton.orchestrator.planning;

import dev.baton.orchestrator.fleet.EdgeNode;
import dev.baton.orchestrator.fleet.Link;
import dev.baton.orchestrator.fleet.TailNode;
import java.util.List;
import java.util.OptionalDouble;

/**
 * All that a prediction for one edge node and model looks at.
 *
 * @param tails live tails that hold this model version
 * @param fleetBrokerMicros broker term as other edge nodes measure it; empty when none does
 */
public record Situation(
        ModelProfile profile,
        Link link,
        EdgeNode.Model edge,
        List<TailNode.Model> tails,
        OptionalDouble fleetBrokerMicros) {
    public Situation {
        tails = List.copyOf(tails);
    }

    /** Whether clients send compressed pictures, as far as is known: what they did last, else what the package offers. */
    boolean picturesExpected() {
        return profile.takesPictures() && edge.picturesSent().orElse(true);
    }
}
