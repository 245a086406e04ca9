package dev.baton.tail.models;

import dev.baton.inference.Inference;
import dev.baton.inference.InferenceSession;
import dev.baton.schemas.records.ModelRef;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** The open tail of one split point. */
public final class TailSession implements AutoCloseable {

    private final ModelRef model;
    private final int splitPoint;
    private final InferenceSession session;
    private final Set<String> crossing;
    private final Map<String, TensorSpec> inputs;
    private final Set<String> outputs;
    private final ServiceTime serviceTime = new ServiceTime();
    private volatile boolean batchable;

    TailSession(ModelRef model, int splitPoint, Set<String> crossing, InferenceSession session) {
        this.model = model;
        this.splitPoint = splitPoint;
        this.session = session;
        this.crossing = Set.copyOf(crossing);
        this.inputs = new LinkedHashMap<>();
        session.inputs().forEach(input -> inputs.put(input.name(), input));
        this.outputs = new LinkedHashSet<>();
        session.outputs().forEach(output -> outputs.add(output.name()));
    }

    public ModelRef model() {
        return model;
    }

    public int splitPoint() {
        return splitPoint;
    }

    /** Names of what crosses here: every input, and model outputs that the head made already. */
    public Set<String> crossing() {
        return crossing;
    }

    /** By name: what must arrive. */
    public Map<String, TensorSpec> inputs() {
        return inputs;
    }

    /** Names of what this tail computes. */
    public Set<String> outputs() {
        return outputs;
    }

    /** True once it is proven that requests may run together. */
    public boolean isBatchable() {
        return batchable;
    }

    void allowBatches() {
        batchable = true;
    }

    public ServiceTime serviceTime() {
        return serviceTime;
    }

    public Inference run(Map<String, Tensor> activations) {
        return session.run(activations);
    }

    @Override
    public void close() {
        session.close();
    }
}
