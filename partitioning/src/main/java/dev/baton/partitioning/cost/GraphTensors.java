package dev.baton.partitioning.cost;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.baton.partitioning.graph.ModelGraph;
import dev.baton.partitioning.graph.Operator;
import dev.baton.partitioning.graph.TensorFacts;
import dev.baton.partitioning.graph.TensorTable;
import dev.baton.tensor.Shape;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The tensors of a graph: those that depend on the request as probed, constants as the file and the rules tell. */
final class GraphTensors implements KnownTensors {
    private final ModelGraph graph;
    private final TensorTable tensors;
    private final InnerTensors computed;
    /** Size of what constant operators make, and what it was made of. */
    private final Map<String, Long> constantBytes = new HashMap<>();

    GraphTensors(ModelGraph graph, TensorTable tensors) {
        this.graph = graph;
        this.tensors = tensors;
        this.computed = new InnerTensors(new Outside());
        for (Operator constant : graph.constants()) {
            computed.follow(constant.node());
            long bytes = bytes(constant);
            constant.outputs().forEach(output -> constantBytes.put(output, bytes));
        }
    }

    private final class Outside implements KnownTensors {
        @Override
        public Optional<Shape> shape(String tensor) {
            TensorProto initialiser = graph.initialisers().get(tensor);
            if (initialiser != null) {
                return SmallValues.shape(initialiser);
            }
            SparseTensorProto sparse = graph.sparseInitialisers().get(tensor);
            if (sparse != null) {
                return SmallValues.shape(TensorProto.newBuilder()
                        .addAllDims(sparse.getDimsList())
                        .build());
            }
            return tensors.of(tensor).map(TensorFacts::probeShape);
        }

        @Override
        public Optional<long[]> values(String tensor) {
            TensorProto initialiser = graph.initialisers().get(tensor);
            return initialiser == null ? Optional.empty() : SmallValues.of(initialiser);
        }
    }

    @Override
    public Optional<Shape> shape(String tensor) {
        return computed.shape(tensor);
    }

    @Override
    public Optional<long[]> values(String tensor) {
        return computed.values(tensor);
    }

    /** What making a constant takes from the file; what is made of nothing but a shape counts as made. */
    private long bytes(Operator constant) {
        NodeProto node = constant.node();
        boolean isMadeOfLittle = constant.isStandard()
                && switch (constant.type()) {
                    case "ConstantOfShape", "Expand", "Tile", "Range", "EyeLike" -> true;
                    default -> false;
                };
        double made = NodeView.elements(shape(node.getOutput(0)));
        if (isMadeOfLittle && made < Long.MAX_VALUE) {
            int type = constant.attribute("value")
                    .map(value -> value.getT().getDataType())
                    .orElse(TensorProto.DataType.FLOAT_VALUE);
            return (long) (made * bits(type) / 8);
        }
        long sum = 0;
        for (String input : constant.inputs()) {
            sum = saturated(sum, bytesOf(input));
        }
        return sum;
    }

    /** Size of a constant as it is stored, through constant operators; 0 for what is no constant. */
    long bytesOf(String tensor) {
        Long ofOperator = constantBytes.get(tensor);
        if (ofOperator != null) {
            return ofOperator;
        }
        TensorProto initialiser = graph.initialisers().get(tensor);
        if (initialiser != null) {
            return stored(initialiser);
        }
        SparseTensorProto sparse = graph.sparseInitialisers().get(tensor);
        return sparse == null ? 0 : saturated(stored(sparse.getValues()), stored(sparse.getIndices()));
    }

    private static long stored(TensorProto tensor) {
        return (long) (NodeView.elements(SmallValues.shape(tensor)) * bits(tensor.getDataType()) / 8);
    }

    static long saturated(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }

    /** 0 for text and types not known here. */
    private static int bits(int onnxType) {
        TensorProto.DataType type = TensorProto.DataType.forNumber(onnxType);
        if (type == null) {
            return 0;
        }
        return switch (type.name()) {
            case "INT4", "UINT4", "FLOAT4E2M1" -> 4;
            case "BOOL", "INT8", "UINT8", "FLOAT8E4M3FN", "FLOAT8E4M3FNUZ", "FLOAT8E5M2", "FLOAT8E5M2FNUZ" -> 8;
            case "INT16", "UINT16", "FLOAT16", "BFLOAT16" -> 16;
            case "FLOAT", "INT32", "UINT32" -> 32;
            case "DOUBLE", "INT64", "UINT64", "COMPLEX64" -> 64;
            case "COMPLEX128" -> 128;
            default -> 0;
        };
    }
}
