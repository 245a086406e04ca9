package dev.baton.partitioning.split;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.baton.partitioning.graph.ModelGraph;
import dev.baton.partitioning.graph.Operator;
import dev.baton.partitioning.graph.TensorFacts;
import dev.baton.partitioning.graph.TensorTable;
import dev.baton.tensor.Shape;
import java.util.List;
import java.util.Optional;

/**
 * A rough measure of an operator's computing, good enough to spread split points over a model and for nothing else: it is
 * never shown to people or planners. Multiply-adds where they dominate, elements touched otherwise.
 */
final class OperatorWork {
    private final ModelGraph graph;
    private final TensorTable tensors;

    OperatorWork(ModelGraph graph, TensorTable tensors) {
        this.graph = graph;
        this.tensors = tensors;
    }

    double of(Operator operator) {
        double outputs = elements(operator.outputs());
        return switch (operator.type()) {
            case "Conv", "ConvInteger", "FusedConv" -> outputs * perOutputChannel(operator, 1, 0);
            case "QLinearConv" -> outputs * perOutputChannel(operator, 3, 0);
            case "ConvTranspose" -> elements(operator.input(0)) * perOutputChannel(operator, 1, 0);
            case "MatMul", "Gemm", "MatMulInteger", "QLinearMatMul", "FusedMatMul" -> outputs * lastDimension(operator);
            case "GRU", "LSTM", "RNN" ->
                elements(operator.input(0))
                        / Math.max(1, lastDimension(operator))
                        * (weightElements(operator, 1) + weightElements(operator, 2));
            case "If", "Loop", "Scan" -> outputs + 1000.0 * nodesInside(operator.subgraphs());
            default -> outputs + elements(operator.input(0));
        };
    }

    private double elements(List<String> names) {
        return names.stream().mapToDouble(name -> elements(Optional.of(name))).sum();
    }

    private double elements(Optional<String> name) {
        return name.flatMap(tensors::of)
                .map(TensorFacts::probeShape)
                .map(Shape::elementCount)
                .orElse(1L);
    }

    /** Multiply-adds for one element: the weight's elements but for the output (or, transposed, input) channel. */
    private double perOutputChannel(Operator operator, int weight, int channelAxis) {
        List<Long> dimensions = weightDimensions(operator, weight);
        if (dimensions.isEmpty()) {
            return 1;
        }
        double product = 1;
        for (int axis = 0; axis < dimensions.size(); axis++) {
            product *= axis == channelAxis ? 1 : Math.max(1, dimensions.get(axis));
        }
        return product;
    }

    private double lastDimension(Operator operator) {
        return operator.input(0)
                .flatMap(tensors::of)
                .map(TensorFacts::probeShape)
                .filter(shape -> shape.rank() > 0)
                .map(shape -> (double) Math.max(1, shape.dimension(shape.rank() - 1)))
                .orElse(1.0);
    }

    private double weightElements(Operator operator, int position) {
        return weightDimensions(operator, position).stream()
                .mapToDouble(Long::doubleValue)
                .reduce(1, (a, b) -> a * b);
    }

    /** The dimensions of a weight, seen through the constant operators that only pass it on. */
    private List<Long> weightDimensions(Operator operator, int position) {
        Optional<String> name = operator.input(position);
        for (int steps = 0; name.isPresent() && steps < 8; steps++) {
            Optional<TensorFacts> computed = tensors.of(name.get());
            if (computed.isPresent()) {
                return computed.get().probeShape().dimensions();
            }
            TensorProto tensor = graph.initialisers().get(name.get());
            if (tensor != null) {
                return tensor.getDimsList();
            }
            name = graph.producer(name.get()).flatMap(OperatorWork::passedOn);
        }
        return List.of();
    }

    private static Optional<String> passedOn(Operator producer) {
        return switch (producer.type()) {
            case "Identity", "Cast", "DequantizeLinear", "QuantizeLinear" -> producer.input(0);
            default -> Optional.empty();
        };
    }

    private static long nodesInside(List<GraphProto> subgraphs) {
        return subgraphs.stream()
                .flatMap(subgraph -> subgraph.getNodeList().stream())
                .mapToLong(node -> 1 + nodesInside(Operator.subgraphsOf(node)))
                .sum();
    }
}
