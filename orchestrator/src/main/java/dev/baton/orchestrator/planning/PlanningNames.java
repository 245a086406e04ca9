package dev.baton.orchestrator.planning;

import dev.baton.partitioning.Placement;
import dev.baton.tensor.codec.Codec;
import java.util.List;
import java.util.stream.Stream;

/** Placements and codecs by the names that people write. */
final class PlanningNames {
    private PlanningNames() {}

    static Placement placement(String text, ModelProfile profile) {
        try {
            return Placement.parse(text);
        } catch (IllegalArgumentException malformed) {
            throw unknownPlacement(text, profile);
        }
    }

    static InvalidPinException unknownPlacement(String text, ModelProfile profile) {
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
