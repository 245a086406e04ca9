/**
 * Trains the gauge reader from scratch, exports it to ONNX, and measures it. Compiled only under the Maven profile
 * {@code train}. Begin with {@link dev.baton.gauge.train.GaugeTraining#main}.
 */
@NullMarked
package dev.baton.gauge.train;

import org.jspecify.annotations.NullMarked;
