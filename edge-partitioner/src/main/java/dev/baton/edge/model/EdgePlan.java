package dev.baton.edge.model;

import dev.baton.edge.measure.PlacementMeasurements.PlanKey;
import dev.baton.partitioning.Placement;
import dev.baton.tensor.codec.Codec;

/**
 * Where one model version runs for this edge node, and why.
 *
 * @param codec  for tensors that cross
 * @param epoch  rises with every plan; 0 where there is none yet
 * @param reason one sentence for people
 */
public record EdgePlan(String model, String version, Placement placement, Codec codec, long epoch, String reason) {

    public EdgePlan {
        if (epoch < 0) {
            throw new IllegalArgumentException(
                    "plan epoch %d for model %s: expected 0 or more".formatted(epoch, model));
        }
    }

    /** What measurements of requests under this plan are told by. */
    public PlanKey key() {
        return new PlanKey(epoch, placement, codec.id());
    }

    /** Everything in the cloud until a plan arrives, where only a part of the model is on the edge node. */
    static EdgePlan noneInPart(String model, String version) {
        return new EdgePlan(
                model,
                version,
                new Placement.CloudOnly(),
                Codec.RAW,
                0,
                "no plan yet, and only a part of the model is on this edge node");
    }

    /** Everything on the edge node until a plan arrives. */
    public static EdgePlan none(String model, String version) {
        return new EdgePlan(model, version, new Placement.EdgeOnly(), Codec.RAW, 0, "no plan yet");
    }
}
