/**
 * Runs models and parts of models. This is the only package that knows DJL and ONNX Runtime; everybody else sees
 * {@link dev.baton.inference.InferenceEngine}. {@link dev.baton.inference.InferenceSession#run} is the main path.
 */
@NullMarked
package dev.baton.inference;

import org.jspecify.annotations.NullMarked;
