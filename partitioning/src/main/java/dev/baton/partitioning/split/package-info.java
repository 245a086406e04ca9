/** Split points: where the graph may be divided, and the few places that are worth it. */
@NullMarked
package dev.baton.partitioning.split;

import org.jspecify.annotations.NullMarked;
