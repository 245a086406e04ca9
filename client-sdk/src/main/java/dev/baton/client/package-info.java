/**
 * A client of Baton, and of any server that speaks the Open Inference Protocol v2 over gRPC.
 *
 * <p>Begin with {@link dev.baton.client.BatonClient#infer(dev.baton.client.InferenceRequest)}; what happens to a call on
 * its way is in {@code AttemptedCall}.
 */
@NullMarked
package dev.baton.client;

import org.jspecify.annotations.NullMarked;
