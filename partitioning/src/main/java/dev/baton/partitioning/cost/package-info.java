/** Operator costs: what one operator computes, reads and makes, from the shapes of its tensors. */
@NullMarked
package dev.baton.partitioning.cost;

import org.jspecify.annotations.NullMarked;
