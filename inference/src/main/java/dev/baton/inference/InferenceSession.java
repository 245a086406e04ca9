package dev.baton.inference;

import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import java.util.List;
import java.util.Map;

/** An open model. Any number of threads may run it at the same time. */
public interface InferenceSession extends AutoCloseable {

    /** What {@link #run} expects; -1 is a dimension that may vary. */
    List<TensorSpec> inputs();

    /** What {@link #run} gives; -1 is a dimension that may vary. */
    List<TensorSpec> outputs();

    /**
     * Runs the model on a worker of the engine; the caller, which may be a virtual thread, waits. When the waiting
     * caller is interrupted, a run that has not begun is cancelled and the call throws with the interrupt restored.
     *
     * @throws InvalidInputException when {@code inputs} do not fit {@link #inputs()}
     * @throws EngineBusyException   when too many runs wait already
     * @throws InferenceException    when the engine fails
     */
    Inference run(Map<String, Tensor> inputs);

    /** Waits for runs that have begun, then frees the model. Later runs fail. */
    @Override
    void close();
}
