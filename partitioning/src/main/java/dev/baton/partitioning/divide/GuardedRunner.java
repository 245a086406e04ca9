package dev.baton.partitioning.divide;

import dev.baton.partitioning.probe.GraphRunException;
import dev.baton.partitioning.probe.GraphRunner;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Turns whatever an engine throws into the one exception that the divider knows. */
record GuardedRunner(GraphRunner engine) implements GraphRunner {
    @Override
    public Map<String, Tensor> run(Path onnxFile, Map<String, Tensor> inputs, Optimization level) {
        return guarded(() -> engine.run(onnxFile, inputs, level));
    }

    @Override
    public List<TensorSpec> inputs(Path onnxFile) {
        return guarded(() -> engine.inputs(onnxFile));
    }

    @Override
    public List<TensorSpec> outputs(Path onnxFile) {
        return guarded(() -> engine.outputs(onnxFile));
    }

    private static <T> T guarded(Supplier<T> call) {
        try {
            return call.get();
        } catch (GraphRunException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new GraphRunException(String.valueOf(e.getMessage()), e);
        }
    }
}
