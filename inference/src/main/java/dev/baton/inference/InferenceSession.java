package dev.baton.inference;

import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import java.util.List;
import java.util.Map;

/** An open model. Any number of threads may run it at the same time. */
public interface InferenceSession extends AutoCloseable {

    /**
     * What {@link #run} expects, in the model's order; -1 is a dimension that may vary. A shape of rank 0 is a scalar's,
     * or one that the model does not state.
     */
    List<TensorSpec> inputs();

    /** What {@link #run} gives, in the model's order, as far as the model says before it runs. */
    List<TensorSpec> outputs();

    /** Names of outputs that Baton does not carry, with their types, such as {@code scores FP64}; {@link #run} omits them. */
    default List<String> omittedOutputs() {
        return List.of();
    }

    /**
     * Runs the model on a worker of the engine; the caller, which may be a virtual thread, waits. When the waiting
     * caller is interrupted, a run that has not begun is cancelled and the call throws with the interrupt restored.
     *
     * @throws InvalidInputException when {@code inputs} do not fit {@link #inputs()}
     * @throws EngineBusyException   when too many runs wait already
     * @throws InferenceException    when the engine fails, or the session or its engine is closed
     */
    Inference run(Map<String, Tensor> inputs);

    /** Waits for runs that have begun, then frees the model. Later runs fail. */
    @Override
    void close();
}
