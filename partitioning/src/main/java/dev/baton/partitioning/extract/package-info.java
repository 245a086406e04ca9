/** Heads, tails and wholes as ONNX models of their own, with the weights beside them in one file. */
@NullMarked
package dev.baton.partitioning.extract;

import org.jspecify.annotations.NullMarked;
