package dev.baton.partitioning.cost;

import ai.onnx.proto.OnnxMl.AttributeProto;
import dev.baton.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/*
 * The engine tells the shapes of the graph's own tensors. What it does not tell are those of constants, which it folds, and
 * those within subgraphs and functions. For them these few rules do; what they do not cover stays unknown, and with it the
 * operations of whatever reads it.
 */
/** The shape of a node's first output, and the elements of short ones, where they follow from its inputs. */
final class ShapeRules {
    private ShapeRules() {}

    static Optional<Shape> shape(NodeView view) {
        return switch (view.node().getOpType()) {
            case "Identity",
                    "Cast",
                    "CastLike",
                    "Relu",
                    "LeakyRelu",
                    "PRelu",
                    "Elu",
                    "Selu",
                    "Celu",
                    "Sigmoid",
                    "Tanh",
                    "HardSigmoid",
                    "HardSwish",
                    "Mish",
                    "Gelu",
                    "FastGelu",
                    "BiasGelu",
                    "QuickGelu",
                    "Swish",
                    "Softplus",
                    "Softsign",
                    "Erf",
                    "Exp",
                    "Log",
                    "Sqrt",
                    "Reciprocal",
                    "Neg",
                    "Abs",
                    "Sign",
                    "Ceil",
                    "Floor",
                    "Round",
                    "Sin",
                    "Cos",
                    "Not",
                    "Clip",
                    "Dropout",
                    "Softmax",
                    "LogSoftmax",
                    "BatchNormalization",
                    "LayerNormalization",
                    "InstanceNormalization",
                    "GroupNormalization",
                    "RMSNormalization",
                    "SimplifiedLayerNormalization",
                    "SkipLayerNormalization",
                    "LpNormalization",
                    "CumSum",
                    "Trilu",
                    "QuantizeLinear",
                    "DequantizeLinear",
                    "DynamicQuantizeLinear" -> view.input(0);
            case "Add",
                    "Sub",
                    "Mul",
                    "Div",
                    "Pow",
                    "Mod",
                    "Min",
                    "Max",
                    "Sum",
                    "Mean",
                    "And",
                    "Or",
                    "Xor",
                    "Equal",
                    "Greater",
                    "GreaterOrEqual",
                    "Less",
                    "LessOrEqual",
                    "Where" -> broadcast(view);
            case "MatMul", "MatMulInteger", "FusedMatMul" -> product(view);
            case "Gemm" -> gemm(view);
            case "Conv" -> convolution(view);
            case "Constant" ->
                view.attribute("value")
                        .filter(AttributeProto::hasT)
                        .map(AttributeProto::getT)
                        .flatMap(SmallValues::shape)
                        .or(() -> shapeOfValues(view));
            case "ConstantOfShape" -> view.inputValues(0).flatMap(ShapeRules::checked);
            case "Expand" ->
                view.input(0).flatMap(shape -> view.inputValues(1)
                        .flatMap(ShapeRules::checked)
                        .flatMap(wanted -> broadcast(List.of(shape, wanted))));
            case "Reshape" ->
                view.input(0).flatMap(shape -> view.inputValues(1)
                        .flatMap(wanted -> reshaped(shape, wanted, view.number("allowzero", 0) != 0)));
            case "Flatten" -> view.input(0).map(shape -> flattened(shape, (int) view.number("axis", 1)));
            case "Transpose" -> view.input(0).flatMap(shape -> transposed(shape, view.numbers("perm")));
            case "Shape" -> view.input(0).map(shape -> Shape.of(shape.rank()));
            case "Size" -> Optional.of(Shape.of());
            case "Concat" -> concatenated(view);
            case "Unsqueeze" -> view.input(0).flatMap(shape -> axes(view).flatMap(axes -> unsqueezed(shape, axes)));
            case "Squeeze" -> view.input(0).flatMap(shape -> squeezed(shape, axes(view)));
            case "Gather" ->
                view.input(0).flatMap(data -> view.input(1)
                        .flatMap(indices -> gathered(data, indices, (int) view.number("axis", 0))));
            case "ReduceSum",
                    "ReduceMean",
                    "ReduceMax",
                    "ReduceMin",
                    "ReduceProd",
                    "ReduceL1",
                    "ReduceL2",
                    "ReduceSumSquare",
                    "ReduceLogSum",
                    "ReduceLogSumExp" -> view.input(0).flatMap(shape -> reduced(view, shape));
            default -> Optional.empty();
        };
    }

    static Optional<long[]> values(NodeView view) {
        Optional<long[]> found =
                switch (view.node().getOpType()) {
                    case "Constant" ->
                        view.attribute("value")
                                .filter(AttributeProto::hasT)
                                .flatMap(attribute -> SmallValues.of(attribute.getT()))
                                .or(() -> view.attribute("value_ints").map(attribute -> longs(attribute.getIntsList())))
                                .or(() -> view.attribute("value_int").map(attribute -> new long[] {attribute.getI()}));
                    case "Shape" ->
                        view.input(0)
                                .map(shape -> longs(shape.dimensions()))
                                .filter(all -> view.node().getAttributeCount() == 0);
                    case "Identity", "Unsqueeze", "Squeeze", "Cast", "Reshape" -> view.inputValues(0);
                    case "Concat" -> joined(view);
                    case "Gather" ->
                        view.inputValues(0)
                                .flatMap(data -> view.inputValues(1).flatMap(indices -> picked(data, indices)));
                    default -> Optional.empty();
                };
        return found.filter(values -> values.length <= SmallValues.LONGEST);
    }

    private static long[] longs(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).toArray();
    }

    private static Optional<Shape> shapeOfValues(NodeView view) {
        for (AttributeProto attribute : view.node().getAttributeList()) {
            switch (attribute.getName()) {
                case "value_ints" -> {
                    return Optional.of(Shape.of(attribute.getIntsCount()));
                }
                case "value_floats" -> {
                    return Optional.of(Shape.of(attribute.getFloatsCount()));
                }
                case "value_int", "value_float" -> {
                    return Optional.of(Shape.of());
                }
                default -> {}
            }
        }
        return Optional.empty();
    }

    private static Optional<Shape> checked(long[] dimensions) {
        boolean possible =
                dimensions.length <= Shape.MAX_RANK && Arrays.stream(dimensions).allMatch(d -> d >= 0);
        return possible ? Optional.of(Shape.of(dimensions)) : Optional.empty();
    }

    private static Optional<Shape> broadcast(NodeView view) {
        List<Shape> shapes = new ArrayList<>();
        for (int i = 0; i < view.node().getInputCount(); i++) {
            Optional<Shape> shape = view.input(i);
            if (shape.isEmpty()) {
                return Optional.empty();
            }
            shapes.add(shape.get());
        }
        return broadcast(shapes);
    }

    private static Optional<Shape> broadcast(List<Shape> shapes) {
        int rank = shapes.stream().mapToInt(Shape::rank).max().orElse(0);
        long[] result = new long[rank];
        Arrays.fill(result, 1);
        for (Shape shape : shapes) {
            for (int axis = 0; axis < shape.rank(); axis++) {
                int place = rank - shape.rank() + axis;
                long dimension = shape.dimension(axis);
                if (result[place] != dimension && result[place] != 1 && dimension != 1) {
                    return Optional.empty();
                }
                result[place] = result[place] == 1 ? dimension : result[place];
            }
        }
        return checked(result);
    }

    private static Optional<Shape> product(NodeView view) {
        Optional<Shape> left = view.input(0).filter(shape -> shape.rank() >= 2);
        Optional<Shape> right = view.input(1).filter(shape -> shape.rank() >= 2);
        if (left.isEmpty() || right.isEmpty()) {
            return Optional.empty();
        }
        List<Long> a = left.get().dimensions();
        List<Long> b = right.get().dimensions();
        boolean transposesLeft = view.number("transA", 0) != 0;
        boolean transposesRight = view.number("transB", 0) != 0;
        return broadcast(List.of(new Shape(a.subList(0, a.size() - 2)), new Shape(b.subList(0, b.size() - 2))))
                .map(batch -> new Shape(Stream.concat(
                                batch.dimensions().stream(),
                                Stream.of(
                                        a.get(a.size() - (transposesLeft ? 1 : 2)),
                                        b.get(b.size() - (transposesRight ? 2 : 1))))
                        .toList()));
    }

    private static Optional<Shape> gemm(NodeView view) {
        double rows = view.inDimension(0, view.number("transA", 0) != 0 ? 1 : 0);
        double columns = view.inDimension(1, view.number("transB", 0) != 0 ? 0 : 1);
        return Double.isNaN(rows + columns) ? Optional.empty() : Optional.of(Shape.of((long) rows, (long) columns));
    }

    private static Optional<Shape> convolution(NodeView view) {
        Optional<Shape> in = view.input(0).filter(shape -> shape.rank() > 2);
        Optional<Shape> weights = view.input(1);
        if (in.isEmpty()
                || weights.isEmpty()
                || weights.get().rank() != in.get().rank()
                || !view.text("auto_pad", "NOTSET").equals("NOTSET")) {
            return Optional.empty();
        }
        int axes = in.get().rank() - 2;
        long[] result = new long[axes + 2];
        result[0] = in.get().dimension(0);
        result[1] = weights.get().dimension(0);
        for (int axis = 0; axis < axes; axis++) {
            long dilation = at(view.numbers("dilations"), axis, 1);
            long stride = Math.max(1, at(view.numbers("strides"), axis, 1));
            long padding = at(view.numbers("pads"), axis, 0) + at(view.numbers("pads"), axis + axes, 0);
            long window = dilation * (weights.get().dimension(axis + 2) - 1) + 1;
            result[axis + 2] = (in.get().dimension(axis + 2) + padding - window) / stride + 1;
        }
        return checked(result);
    }

    private static long at(List<Long> numbers, int place, long otherwise) {
        return place < numbers.size() ? numbers.get(place) : otherwise;
    }

    private static Optional<Shape> reshaped(Shape shape, long[] wanted, boolean zeroIsZero) {
        long[] result = wanted.clone();
        double known = 1;
        int open = -1;
        for (int axis = 0; axis < result.length; axis++) {
            if (result[axis] == 0 && !zeroIsZero) {
                if (axis >= shape.rank()) {
                    return Optional.empty();
                }
                result[axis] = shape.dimension(axis);
            }
            if (result[axis] == -1) {
                open = axis;
            } else {
                known *= result[axis];
            }
        }
        if (open >= 0) {
            result[open] = (long) (NodeView.elements(Optional.of(shape)) / Math.max(1, known));
        }
        return checked(result);
    }

    private static Shape flattened(Shape shape, int axis) {
        int from = Math.clamp(axis < 0 ? axis + shape.rank() : axis, 0, shape.rank());
        return Shape.of(
                (long) NodeView.elements(
                        Optional.of(new Shape(shape.dimensions().subList(0, from)))),
                (long) NodeView.elements(
                        Optional.of(new Shape(shape.dimensions().subList(from, shape.rank())))));
    }

    private static Optional<Shape> transposed(Shape shape, List<Long> order) {
        if (order.isEmpty()) {
            return Optional.of(new Shape(shape.dimensions().reversed()));
        }
        boolean possible =
                order.size() == shape.rank() && order.stream().allMatch(axis -> axis >= 0 && axis < shape.rank());
        return possible
                ? Optional.of(new Shape(order.stream()
                        .map(axis -> shape.dimension(axis.intValue()))
                        .toList()))
                : Optional.empty();
    }

    private static Optional<Shape> concatenated(NodeView view) {
        Optional<Shape> first = view.input(0);
        if (first.isEmpty() || first.get().rank() == 0) {
            return Optional.empty();
        }
        int rank = first.get().rank();
        int axis = (int) view.number("axis", 0);
        int place = axis < 0 ? axis + rank : axis;
        if (place < 0 || place >= rank) {
            return Optional.empty();
        }
        double length = 0;
        for (int i = 0; i < view.node().getInputCount(); i++) {
            length += view.inDimension(i, place);
        }
        if (Double.isNaN(length)) {
            return Optional.empty();
        }
        long[] result = longs(first.get().dimensions());
        result[place] = (long) length;
        return checked(result);
    }

    private static Optional<long[]> joined(NodeView view) {
        long[] all = new long[0];
        for (int i = 0; i < view.node().getInputCount(); i++) {
            Optional<long[]> part = view.inputValues(i);
            if (part.isEmpty() || all.length + part.get().length > SmallValues.LONGEST) {
                return Optional.empty();
            }
            long[] longer = Arrays.copyOf(all, all.length + part.get().length);
            System.arraycopy(part.get(), 0, longer, all.length, part.get().length);
            all = longer;
        }
        return Optional.of(all);
    }

    private static Optional<long[]> picked(long[] data, long[] indices) {
        long[] result = new long[indices.length];
        for (int i = 0; i < indices.length; i++) {
            long place = indices[i] < 0 ? indices[i] + data.length : indices[i];
            if (place < 0 || place >= data.length) {
                return Optional.empty();
            }
            result[i] = data[(int) place];
        }
        return Optional.of(result);
    }

    /** An attribute in older operator sets, an input in newer ones; empty when not given or not known. */
    private static Optional<long[]> axes(NodeView view) {
        return view.hasInput(1)
                ? view.inputValues(1)
                : view.attribute("axes").map(attribute -> longs(attribute.getIntsList()));
    }

    private static Optional<Shape> unsqueezed(Shape shape, long[] axes) {
        int rank = shape.rank() + axes.length;
        if (rank > Shape.MAX_RANK) {
            return Optional.empty();
        }
        List<Long> result = new ArrayList<>(shape.dimensions());
        long[] places = Arrays.stream(axes)
                .map(axis -> axis < 0 ? axis + rank : axis)
                .sorted()
                .toArray();
        for (long place : places) {
            if (place < 0 || place > result.size()) {
                return Optional.empty();
            }
            result.add((int) place, 1L);
        }
        return Optional.of(new Shape(result));
    }

    private static Optional<Shape> squeezed(Shape shape, Optional<long[]> axes) {
        List<Long> result = new ArrayList<>();
        for (int axis = 0; axis < shape.rank(); axis++) {
            int place = axis;
            boolean goes = axes.map(given ->
                            Arrays.stream(given).anyMatch(wanted -> wanted == place || wanted + shape.rank() == place))
                    .orElse(shape.dimension(axis) == 1);
            if (!goes) {
                result.add(shape.dimension(axis));
            }
        }
        return Optional.of(new Shape(result));
    }

    private static Optional<Shape> gathered(Shape data, Shape indices, int axis) {
        int place = axis < 0 ? axis + data.rank() : axis;
        if (place < 0 || place >= data.rank() || data.rank() + indices.rank() > Shape.MAX_RANK) {
            return Optional.empty();
        }
        List<Long> result = new ArrayList<>(data.dimensions().subList(0, place));
        result.addAll(indices.dimensions());
        result.addAll(data.dimensions().subList(place + 1, data.rank()));
        return Optional.of(new Shape(result));
    }

    private static Optional<Shape> reduced(NodeView view, Shape shape) {
        if (view.hasInput(1) && view.inputValues(1).isEmpty()) {
            return Optional.empty();
        }
        Optional<long[]> axes = axes(view);
        boolean keeps = view.number("keepdims", 1) != 0;
        if (axes.isEmpty() && view.number("noop_with_empty_axes", 0) != 0) {
            return Optional.of(shape);
        }
        List<Long> result = new ArrayList<>();
        for (int axis = 0; axis < shape.rank(); axis++) {
            int place = axis;
            boolean goes = axes.map(given ->
                            Arrays.stream(given).anyMatch(wanted -> wanted == place || wanted + shape.rank() == place))
                    .orElse(true);
            if (!goes || keeps) {
                result.add(goes ? 1 : shape.dimension(axis));
            }
        }
        return Optional.of(new Shape(result));
    }
}
