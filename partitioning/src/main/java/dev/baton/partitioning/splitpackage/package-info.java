/** The split package: its manifest, its files, and the cache that fetches it. */
@NullMarked
package dev.baton.partitioning.splitpackage;

import org.jspecify.annotations.NullMarked;
