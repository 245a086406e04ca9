/** From an ONNX file to a proven split package; {@link dev.baton.partitioning.divide.ModelDivider#divide} is the main path. */
@NullMarked
package dev.baton.partitioning.divide;

import org.jspecify.annotations.NullMarked;
