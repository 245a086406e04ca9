/** Tensors: element types, shapes, specifications and values, independent of any engine or transport. */
@NullMarked
package dev.baton.tensor;

import org.jspecify.annotations.NullMarked;
