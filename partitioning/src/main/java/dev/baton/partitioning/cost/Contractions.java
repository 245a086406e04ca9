package dev.baton.partitioning.cost;

import dev.baton.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Operations of those operators that multiply and add along a dimension: nearly all of most models' work. */
final class Contractions {
    /** Softmax per element: largest, difference, exponential, sum, division. */
    static final double SOFTMAX = 5;

    private Contractions() {}

    static double convolution(NodeView view, int weight, int bias) {
        Optional<Shape> weights = view.input(weight);
        double kernel = NodeView.firstKnown(
                view.window("kernel_shape"),
                weights.filter(shape -> shape.rank() > 2)
                        .map(shape -> product(shape.dimensions().subList(2, shape.rank())))
                        .orElse(NodeView.UNKNOWN));
        double channels =
                NodeView.firstKnown(view.inDimension(weight, 1), view.inDimension(0, 1) / view.number("group", 1));
        return view.made() * (2 * channels * kernel + (view.hasInput(bias) ? 1 : 0));
    }

    static double transposedConvolution(NodeView view) {
        Optional<Shape> weights = view.input(1);
        double kernel = NodeView.firstKnown(
                view.window("kernel_shape"),
                weights.filter(shape -> shape.rank() > 2)
                        .map(shape -> product(shape.dimensions().subList(2, shape.rank())))
                        .orElse(NodeView.UNKNOWN));
        double channels =
                NodeView.firstKnown(view.inDimension(1, 1), view.outDimension(0, 1) / view.number("group", 1));
        return 2 * view.in(0) * channels * kernel + (view.hasInput(2) ? view.made() : 0);
    }

    private static double product(List<Long> dimensions) {
        return dimensions.stream().mapToDouble(Long::doubleValue).reduce(1, (a, b) -> a * b);
    }

    /** Either side may be a weight, a vector, or have further dimensions in front. */
    static double matMul(NodeView view, int left, int right) {
        boolean transposesLeft = view.number("transA", 0) != 0;
        boolean transposesRight = view.number("transB", 0) != 0;
        double fromRight = view.input(right)
                .map(shape -> shape.rank() == 1
                        ? NodeView.dimension(Optional.of(shape), 0)
                        : NodeView.dimension(Optional.of(shape), transposesRight ? -1 : -2))
                .orElse(NodeView.UNKNOWN);
        double summed = NodeView.firstKnown(view.inDimension(left, transposesLeft ? -2 : -1), fromRight);
        return 2 * view.made() * summed;
    }

    static double gemm(NodeView view, int left, int right, int bias) {
        double summed = NodeView.firstKnown(
                view.inDimension(left, view.number("transA", 0) != 0 ? 0 : 1),
                view.inDimension(right, view.number("transB", 0) != 0 ? 1 : 0));
        return view.made() * (2 * summed + (view.hasInput(bias) ? 1 : 0));
    }

    /** {@code gates}: 4 for LSTM, 3 for GRU, 1 for RNN. */
    static double recurrent(NodeView view, int gates, int recurrenceWeights) {
        double inputSize = view.inDimension(0, -1);
        double hiddenSize =
                NodeView.firstKnown(view.inDimension(recurrenceWeights, 2), view.numberOrUnknown("hidden_size"));
        double directions = NodeView.firstKnown(
                view.inDimension(recurrenceWeights, 0),
                view.text("direction", "forward").equals("bidirectional") ? 2 : 1);
        double steps = view.in(0) / inputSize; // sequence times batch, whichever stands first
        double multiplied = 2 * gates * hiddenSize * (inputSize + hiddenSize);
        double gated = (5 * gates + 4) * hiddenSize; // biases and activation functions
        return steps * directions * (multiplied + gated);
    }

    /** Scores, softmax, and the weighted sum of values. */
    static double attention(double batch, double heads, double queries, double keys, double keySize, double valueSize) {
        return batch * heads * queries * keys * (2 * keySize + SOFTMAX + 2 * valueSize);
    }

    /** Of the standard domain: three dimensions with the heads within the last, or four with heads of their own. */
    static double standardAttention(NodeView view) {
        boolean headsApart = view.input(0).filter(shape -> shape.rank() == 4).isPresent();
        double batch = view.inDimension(0, 0);
        double heads = headsApart ? view.inDimension(0, 1) : view.numberOrUnknown("q_num_heads");
        double keyHeads = headsApart ? view.inDimension(1, 1) : view.numberOrUnknown("kv_num_heads");
        double queries = view.inDimension(0, -2);
        double past = view.hasInput(4) ? view.inDimension(4, 2) : 0;
        double keys = view.inDimension(1, -2) + past;
        double keySize = headsApart ? view.inDimension(0, 3) : view.inDimension(0, 2) / heads;
        double valueSize = headsApart ? view.inDimension(2, 3) : view.inDimension(2, 2) / keyHeads;
        return attention(batch, heads, queries, keys, keySize, valueSize);
    }

    /** Pairwise from the left, summing away what neither the rest nor the result names; the engine may do better. */
    static double einsum(NodeView view) {
        String equation = view.text("equation", "").replace(" ", "");
        int arrow = equation.indexOf("->");
        String[] terms = (arrow < 0 ? equation : equation.substring(0, arrow)).split(",", -1);
        if (terms.length != view.node().getInputCount()) {
            return NodeView.UNKNOWN;
        }
        Map<String, Double> lengths = new HashMap<>();
        List<Set<String>> operands = new ArrayList<>();
        for (int i = 0; i < terms.length; i++) {
            Optional<Shape> shape = view.input(i);
            if (shape.isEmpty()) {
                return NodeView.UNKNOWN;
            }
            List<String> labels = labels(terms[i], shape.get().rank());
            if (labels.size() != shape.get().rank()) {
                return NodeView.UNKNOWN;
            }
            for (int axis = 0; axis < labels.size(); axis++) {
                lengths.merge(labels.get(axis), (double) shape.get().dimension(axis), Math::max);
            }
            operands.add(new LinkedHashSet<>(labels));
        }
        Set<String> result =
                resultLabels(arrow < 0 ? Optional.empty() : Optional.of(equation.substring(arrow + 2)), terms, lengths);
        double operations = 0;
        Set<String> held = operands.getFirst();
        for (int i = 1; i < operands.size(); i++) {
            Set<String> both = new LinkedHashSet<>(held);
            both.addAll(operands.get(i));
            Set<String> wanted = new LinkedHashSet<>(result);
            operands.subList(i + 1, operands.size()).forEach(wanted::addAll);
            Set<String> left = new LinkedHashSet<>(both);
            left.retainAll(wanted);
            operations += product(both, lengths) * (left.size() < both.size() ? 2 : 1);
            held = left;
        }
        return operands.size() > 1 || held.size() == result.size() ? operations : product(held, lengths);
    }

    /** One for each dimension; those of an ellipsis are numbered from behind, as they are broadcast. */
    private static List<String> labels(String term, int rank) {
        List<String> labels = new ArrayList<>();
        int hidden = rank - term.replace("...", "").length();
        for (int i = 0; i < term.length(); i++) {
            if (term.startsWith("...", i)) {
                for (int place = hidden; place > 0; place--) {
                    labels.add("." + place);
                }
                i += 2;
            } else {
                labels.add(term.substring(i, i + 1));
            }
        }
        return labels;
    }

    private static Set<String> resultLabels(Optional<String> given, String[] terms, Map<String, Double> lengths) {
        Set<String> result = new LinkedHashSet<>();
        boolean hasEllipsis = given.map(text -> text.contains("...")).orElse(true);
        for (String label : lengths.keySet()) {
            boolean named = given.map(text -> text.contains(label))
                    .orElseGet(() -> String.join("", terms)
                                    .chars()
                                    .filter(c -> c == label.charAt(0))
                                    .count()
                            == 1);
            if (label.startsWith(".") ? hasEllipsis : named) {
                result.add(label);
            }
        }
        return result;
    }

    private static double product(Set<String> labels, Map<String, Double> lengths) {
        double product = 1;
        for (String label : labels) {
            product *= lengths.getOrDefault(label, NodeView.UNKNOWN);
        }
        return product;
    }
}
