/** What tails took, summed up per window. */
@NullMarked
package dev.baton.tail.measurement;

import org.jspecify.annotations.NullMarked;
