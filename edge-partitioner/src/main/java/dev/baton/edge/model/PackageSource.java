package dev.baton.edge.model;

import dev.baton.partitioning.splitpackage.SplitPackage;
import java.io.IOException;

/** Where split packages come from. */
@FunctionalInterface
public interface PackageSource {

    /** The package of this version, from disk when it is there. */
    SplitPackage fetch(CatalogEntry entry) throws IOException, InterruptedException;
}
