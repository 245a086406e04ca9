package dev.baton.orchestrator.planning;

import dev.baton.partitioning.Placement;
import dev.baton.planning.ModelProfile;
import dev.baton.tensor.codec.Codec;
import java.util.List;
import java.util.stream.Stream;

/** Placements and codecs by the names that people write. */
final class PlanningNames {
    private PlanningNames() {}

    /** The placement of this name, which the model must have. */
    static Placement existingPlacement(String text, ModelProfile profile) {
        Placement placement;
        try {
            placement = Placement.parse(text);
        } catch (IllegalArgumentException malformed) {
            throw unknownPlacement(text, profile);
        }
        if (placement instanceof Placement.Split(int index)
                && profile.between().stream().noneMatch(point -> point.index() == index)) {
            throw unknownPlacement(text, profile);
        }
        return placement;
    }

    private static InvalidPinException unknownPlacement(String text, ModelProfile profile) {
        List<String> allowed = Stream.concat(
                        Stream.of("edge-only", "cloud-only"),
                        profile.between().stream().map(point -> new Placement.Split(point.index()).id()))
                .toList();
        return new InvalidPinException(
                "placement",
                "%s has no placement \"%s\"; it has %s"
                        .formatted(profile.model().model(), text, String.join(", ", allowed)),
                allowed);
    }

    static Codec codec(String text) {
        List<String> allowed = Codec.all().stream().map(Codec::id).toList();
        if (!allowed.contains(text)) {
            throw new InvalidPinException(
                    "codec",
                    "there is no codec \"%s\"; there are %s".formatted(text, String.join(", ", allowed)),
                    allowed);
        }
        return Codec.parse(text);
    }
}
