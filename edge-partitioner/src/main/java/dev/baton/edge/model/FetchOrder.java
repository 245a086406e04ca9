package dev.baton.edge.model;

import dev.baton.partitioning.Placement;
import dev.baton.partitioning.splitpackage.Manifest;
import dev.baton.partitioning.splitpackage.PackagePart;
import dev.baton.partitioning.splitpackage.SplitPackage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * In which order the parts of a package are fetched, and how many of them. A model serves when the first part is here.
 *
 * @param maxBytes parts of more bytes are never fetched; empty for no limit
 * @param wholeBelowBytes packages of fewer bytes are fetched whole before they serve
 */
public record FetchOrder(OptionalLong maxBytes, long wholeBelowBytes) {

    public FetchOrder {
        if (wholeBelowBytes < 0 || maxBytes.orElse(0) < 0) {
            throw new IllegalArgumentException(
                    "packages whole below %d bytes, at most %s bytes of each: expected 0 or more"
                            .formatted(wholeBelowBytes, maxBytes));
        }
    }

    /** The whole package at once. */
    public static FetchOrder wholeAtOnce() {
        return new FetchOrder(OptionalLong.empty(), Long.MAX_VALUE);
    }

    /**
     * What to fetch of a package, part by part: first what the plan needs, or the smallest head where there is none, then the
     * other heads from the front, then everything.
     *
     * @param known the package, of which at least the manifest is here
     */
    List<PackagePart> parts(SplitPackage known, Optional<Placement> planned) {
        Manifest manifest = known.manifest();
        PackagePart whole = new PackagePart.Whole();
        boolean wholeFits = fits(whole, manifest);
        if (wholeFits && (known.holds(whole) || whole.bytes(manifest) < wholeBelowBytes)) {
            return List.of(whole);
        }
        List<PackagePart> parts = new ArrayList<>();
        parts.add(first(manifest, planned));
        for (int point = 1; point < manifest.lastIndex(); point++) {
            PackagePart head = new PackagePart.Head(point);
            if (!parts.contains(head) && fits(head, manifest)) {
                parts.add(head);
            }
        }
        if (wholeFits) {
            parts.add(whole);
        }
        return parts;
    }

    private PackagePart first(Manifest manifest, Optional<Placement> planned) {
        int point =
                switch (planned.orElse(new Placement.Split(1))) {
                    case Placement.CloudOnly() -> 0;
                    case Placement.EdgeOnly() -> 1;
                    case Placement.Split(int splitPoint) -> splitPoint;
                };
        PackagePart head = new PackagePart.Head(point < manifest.lastIndex() ? point : 0);
        return fits(head, manifest) ? head : new PackagePart.Head(0);
    }

    private boolean fits(PackagePart part, Manifest manifest) {
        return maxBytes.isEmpty() || part.bytes(manifest) <= maxBytes.getAsLong();
    }
}
