package dev.baton.partitioning.cost;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.baton.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The tensors of a subgraph or a function's body, as far as declarations and rules tell; of those outside, what these tell. */
final class InnerTensors implements KnownTensors {
    private final Map<String, Optional<Shape>> shapes = new HashMap<>();
    private final Map<String, long[]> values = new HashMap<>();
    private final KnownTensors outside;

    /** A body that sees {@code outside}. */
    InnerTensors(KnownTensors outside) {
        this.outside = outside;
    }

    /** A body that sees nothing but what is given to it. */
    static InnerTensors closed() {
        return new InnerTensors(new KnownTensors() {
            @Override
            public Optional<Shape> shape(String tensor) {
                return Optional.empty();
            }

            @Override
            public Optional<long[]> values(String tensor) {
                return Optional.empty();
            }
        });
    }

    void put(String tensor, Optional<Shape> shape, Optional<long[]> elements) {
        shapes.put(tensor, shape);
        elements.ifPresent(found -> values.put(tensor, found));
    }

    /** What the subgraph itself says: its initialisers, and declared shapes without a variable dimension. */
    void declare(GraphProto subgraph) {
        for (TensorProto tensor : subgraph.getInitializerList()) {
            put(tensor.getName(), SmallValues.shape(tensor), SmallValues.of(tensor));
        }
        for (List<ValueInfoProto> declared :
                List.of(subgraph.getInputList(), subgraph.getValueInfoList(), subgraph.getOutputList())) {
            for (ValueInfoProto value : declared) {
                Optional<Shape> shape = fixed(value);
                if (shape.isPresent() || !shapes.containsKey(value.getName())) {
                    shapes.put(value.getName(), shape);
                }
            }
        }
    }

    private static Optional<Shape> fixed(ValueInfoProto value) {
        if (!value.getType().hasTensorType() || !value.getType().getTensorType().hasShape()) {
            return Optional.empty();
        }
        List<Long> dimensions = new ArrayList<>();
        for (TensorShapeProto.Dimension dimension :
                value.getType().getTensorType().getShape().getDimList()) {
            if (!dimension.hasDimValue() || dimension.getDimValue() < 0 || dimensions.size() == Shape.MAX_RANK) {
                return Optional.empty();
            }
            dimensions.add(dimension.getDimValue());
        }
        return Optional.of(new Shape(dimensions));
    }

    /** What follows for the results of a node, whose inputs are known as far as they will be. */
    void follow(NodeProto node) {
        NodeView view = new NodeView(node, this);
        for (int i = 0; i < node.getOutputCount(); i++) {
            String output = node.getOutput(i);
            if (shapes.getOrDefault(output, Optional.empty()).isEmpty()) {
                shapes.put(output, i == 0 ? ShapeRules.shape(view) : Optional.empty());
            }
        }
        if (node.getOutputCount() > 0) {
            ShapeRules.values(view).ifPresent(found -> values.put(node.getOutput(0), found));
        }
    }

    @Override
    public Optional<Shape> shape(String tensor) {
        Optional<Shape> own = shapes.get(tensor);
        return own == null ? outside.shape(tensor) : own;
    }

    @Override
    public Optional<long[]> values(String tensor) {
        return shapes.containsKey(tensor) ? Optional.ofNullable(values.get(tensor)) : outside.values(tensor);
    }
}
