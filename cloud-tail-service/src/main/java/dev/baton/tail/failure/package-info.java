/** The closed family of reasons for which an activation is not answered with tensors, and what follows from each. */
@NullMarked
package dev.baton.tail.failure;

import org.jspecify.annotations.NullMarked;
