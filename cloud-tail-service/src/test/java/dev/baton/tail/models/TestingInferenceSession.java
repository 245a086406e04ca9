package dev.baton.tail.models;

import dev.baton.inference.Inference;
import dev.baton.inference.InferenceSession;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/** A session that computes in Java, and tells when it was closed. */
public final class TestingInferenceSession implements InferenceSession {

    private final List<TensorSpec> inputs;
    private final List<TensorSpec> outputs;
    private final UnaryOperator<Map<String, Tensor>> function;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    public TestingInferenceSession(
            List<TensorSpec> inputs, List<TensorSpec> outputs, UnaryOperator<Map<String, Tensor>> function) {
        this.inputs = inputs;
        this.outputs = outputs;
        this.function = function;
    }

    @Override
    public List<TensorSpec> inputs() {
        return inputs;
    }

    @Override
    public List<TensorSpec> outputs() {
        return outputs;
    }

    @Override
    public Inference run(Map<String, Tensor> given) {
        if (closed.isDone()) {
            throw new IllegalStateException("closed");
        }
        return new Inference(function.apply(given), Duration.ZERO, Duration.ofMillis(3));
    }

    public CompletableFuture<Void> closed() {
        return closed;
    }

    @Override
    public void close() {
        if (!closed.complete(null)) {
            throw new IllegalStateException("closed twice");
        }
    }
}
