/** A model's probe input, and what running it once tells about every tensor. */
@NullMarked
package dev.baton.partitioning.probe;

import org.jspecify.annotations.NullMarked;
