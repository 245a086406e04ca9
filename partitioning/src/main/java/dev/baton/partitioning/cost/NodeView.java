package dev.baton.partitioning.cost;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import dev.baton.tensor.Shape;
import java.util.List;
import java.util.Optional;

/**
 * A node with what is known of its tensors, as numbers to calculate with. A number that is not known is NaN, and so is
 * whatever is calculated from it.
 */
record NodeView(NodeProto node, KnownTensors known) {
    static final double UNKNOWN = Double.NaN;

    Optional<Shape> input(int position) {
        return hasInput(position) ? known.shape(node.getInput(position)) : Optional.empty();
    }

    Optional<Shape> output(int position) {
        return hasOutput(position) ? known.shape(node.getOutput(position)) : Optional.empty();
    }

    Optional<long[]> inputValues(int position) {
        return hasInput(position) ? known.values(node.getInput(position)) : Optional.empty();
    }

    boolean hasInput(int position) {
        return position < node.getInputCount() && !node.getInput(position).isEmpty();
    }

    boolean hasOutput(int position) {
        return position < node.getOutputCount() && !node.getOutput(position).isEmpty();
    }

    /** Number of elements of an input. */
    double in(int position) {
        return elements(input(position));
    }

    /** Number of elements of an output. */
    double out(int position) {
        return elements(output(position));
    }

    /** Number of elements of the first output that is not left out. */
    double made() {
        for (int position = 0; position < node.getOutputCount(); position++) {
            if (hasOutput(position)) {
                return out(position);
            }
        }
        return UNKNOWN;
    }

    /** Length of an input along an axis, counted from behind when negative. */
    double inDimension(int position, int axis) {
        return dimension(input(position), axis);
    }

    double outDimension(int position, int axis) {
        return dimension(output(position), axis);
    }

    static double elements(Optional<Shape> shape) {
        return shape.map(NodeView::product).orElse(UNKNOWN);
    }

    private static double product(Shape shape) {
        double product = 1;
        for (long dimension : shape.dimensions()) {
            product *= dimension;
        }
        return product;
    }

    static double dimension(Optional<Shape> shape, int axis) {
        if (shape.isEmpty()) {
            return UNKNOWN;
        }
        int rank = shape.get().rank();
        int place = axis < 0 ? axis + rank : axis;
        return place >= 0 && place < rank ? shape.get().dimension(place) : UNKNOWN;
    }

    /** The first that is known. */
    static double firstKnown(double... candidates) {
        for (double candidate : candidates) {
            if (!Double.isNaN(candidate)) {
                return candidate;
            }
        }
        return UNKNOWN;
    }

    Optional<AttributeProto> attribute(String name) {
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.getName().equals(name)) {
                return Optional.of(attribute);
            }
        }
        return Optional.empty();
    }

    long number(String attribute, long otherwise) {
        return attribute(attribute).map(AttributeProto::getI).orElse(otherwise);
    }

    double numberOrUnknown(String attribute) {
        return attribute(attribute).map(found -> (double) found.getI()).orElse(UNKNOWN);
    }

    String text(String attribute, String otherwise) {
        return attribute(attribute).map(found -> found.getS().toStringUtf8()).orElse(otherwise);
    }

    List<Long> numbers(String attribute) {
        return attribute(attribute).map(AttributeProto::getIntsList).orElse(List.of());
    }

    /** The product of a window's lengths, as in {@code kernel_shape}; NaN when it is not given. */
    double window(String attribute) {
        return attribute(attribute)
                .map(found -> found.getIntsList().stream()
                        .mapToDouble(Long::doubleValue)
                        .reduce(1, (a, b) -> a * b))
                .orElse(UNKNOWN);
    }
}
