package dev.baton.edge.model;

import dev.baton.partitioning.splitpackage.PackagePart;
import dev.baton.partitioning.splitpackage.SplitPackage;
import java.io.IOException;

/** Where split packages come from. */
@FunctionalInterface
public interface PackageSource {

    /** The package of this version with at least this part, from disk as far as it is there. */
    SplitPackage fetch(CatalogEntry entry, PackagePart part) throws IOException, InterruptedException;
}
