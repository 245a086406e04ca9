/**
 * Hostile files: whatever is done to a model or a package, reading it ends in a clear refusal or a valid result.
 * {@link dev.baton.partitioning.fuzz.FuzzTest} is the bounded part.
 */
@NullMarked
package dev.baton.partitioning.fuzz;

import org.jspecify.annotations.NullMarked;
