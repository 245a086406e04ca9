package dev.baton.benchmarks;

import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.partitioning.graph.ModelGraph;
import dev.baton.partitioning.probe.GraphRunException;
import dev.baton.partitioning.probe.GraphRunner;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Answers for a {@link WeightyModel} in no time: every tensor has the input's shape, and is zero. */
final class StandInEngine implements GraphRunner {

    @Override
    public Map<String, Tensor> run(Path onnxFile, Map<String, Tensor> inputs, Optimization level) {
        Map<String, Tensor> answer = new LinkedHashMap<>();
        for (TensorSpec output : outputs(onnxFile)) {
            answer.put(
                    output.name(),
                    Tensor.ofFloats(
                            output.shape(), new float[(int) output.shape().elementCount()]));
        }
        return answer;
    }

    @Override
    public List<TensorSpec> inputs(Path onnxFile) {
        return specs(read(onnxFile).inputs().stream().map(input -> input.name()).toList());
    }

    @Override
    public List<TensorSpec> outputs(Path onnxFile) {
        return specs(read(onnxFile).outputs());
    }

    private static List<TensorSpec> specs(List<String> names) {
        return names.stream()
                .map(name -> new TensorSpec(name, ElementType.FP32, Shape.of(1, WeightyModel.WIDTH)))
                .toList();
    }

    private static ModelGraph read(Path onnxFile) {
        try {
            return ModelGraph.read(onnxFile);
        } catch (IOException | InvalidModelException e) {
            throw new GraphRunException(String.valueOf(e.getMessage()), e);
        }
    }
}
