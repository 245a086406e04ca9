/** Runs requests of one tail together, the most urgent first, within bounds. */
@NullMarked
package dev.baton.tail.batch;

import org.jspecify.annotations.NullMarked;
