/** An ONNX file as a graph of operators and tensors. */
@NullMarked
package dev.baton.partitioning.graph;

import org.jspecify.annotations.NullMarked;
