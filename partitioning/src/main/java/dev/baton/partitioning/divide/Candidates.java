package dev.baton.partitioning.divide;

import dev.baton.partitioning.cost.OperatorCosts;
import dev.baton.partitioning.probe.ProbeInput;
import dev.baton.partitioning.split.SplitPoints;
import dev.baton.partitioning.splitpackage.OperatorEntry;
import dev.baton.tensor.TensorSpec;
import java.util.List;

/**
 * What a model looks like before anything is proven: its operators, what they cost, and the split points that would be tried.
 *
 * @param model the model's name
 * @param inputs the model's inputs; −1 marks a variable dimension
 * @param outputs the model's outputs
 * @param recipe the probe input that shapes and costs are for
 * @param constants how many operators depend on no input
 * @param operators the others, in the order whose prefixes the heads are
 * @param cost of all operators together
 * @param points the split points worth having; head and tail were not run
 */
public record Candidates(
        String model,
        List<TensorSpec> inputs,
        List<TensorSpec> outputs,
        List<ProbeInput> recipe,
        int constants,
        List<OperatorEntry> operators,
        OperatorCosts.Total cost,
        SplitPoints points) {
    public Candidates {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        recipe = List.copyOf(recipe);
        operators = List.copyOf(operators);
    }
}
