package dev.baton.partitioning.probe;

import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import java.util.List;
import java.util.Map;

/** Seeded random inputs that a model accepts: of the right type and shape, token ids in range, masks of ones. */
@SuppressWarnings("DoNotCallSuggester")
public final class ProbeInputs {
    private ProbeInputs() {}

    /** The tensors of a recipe. */
    public static Map<String, Tensor> make(List<ProbeInput> recipe, long seed) {
        throw new UnsupportedOperationException("make " + recipe + seed);
    }

    /**
     * Inputs for {@code specs}, guessing ranges by name and type alone.
     *
     * @param dimensions sizes of variable dimensions, by {@code input.axis} such as {@code input_ids.1}; 1 where absent
     */
    public static Map<String, Tensor> random(List<TensorSpec> specs, Map<String, Long> dimensions, long seed) {
        throw new UnsupportedOperationException("random " + specs + dimensions + seed);
    }
}
