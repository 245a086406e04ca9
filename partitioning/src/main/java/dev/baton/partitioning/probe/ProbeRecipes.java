package dev.baton.partitioning.probe;

import ai.onnx.proto.OnnxMl.TensorProto;
import dev.baton.partitioning.graph.ModelGraph;
import dev.baton.partitioning.graph.ModelInput;
import dev.baton.partitioning.graph.Operator;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/*
 * A model does not say which inputs it accepts: dimensions have names at best, and ranges are nowhere. What is guessed here
 * follows the habits of the exporters: "input_ids", "attention_mask", "past_key_values.0.key", "batch", "past_sequence_length +
 * sequence_length". Where several guesses are plausible (how long must an audio frame be?) several recipes are offered, to be
 * tried in turn; when none runs, the model's owner has to say.
 */
/** Recipes for a model's probe input, the likeliest first. */
public final class ProbeRecipes {
    private static final long TOKENS = 8;
    private static final long PAST = 4;
    private static final long[] FRAMES = {576, 512, 1024, 16000, 100, 3000, 16, 1};
    private static final long[] SIDES = {224, 256, 320, 416, 512, 640, 64, 32};
    /** Given tensors up to this many elements are kept in the recipe, larger ones only described. */
    private static final long KEPT_ELEMENTS = 4096;

    private final ModelGraph graph;
    private final Map<String, Long> bound;

    /**
     * @param dimensions sizes known beforehand, by symbolic name or {@code input.axis}
     * @throws IllegalArgumentException when a name is none of the model's
     */
    public ProbeRecipes(ModelGraph graph, Map<String, Long> dimensions) {
        this.graph = graph;
        this.bound = Map.copyOf(dimensions);
        Set<String> names = new LinkedHashSet<>();
        for (ModelInput input : graph.inputs()) {
            for (int axis = 0; axis < input.shape().rank(); axis++) {
                if (input.shape().dimension(axis) == Shape.VARIABLE) {
                    names.add(input.dimensionNames().get(axis));
                    names.add(input.name() + "." + axis);
                }
            }
        }
        dimensions.forEach((name, size) -> {
            if (!names.contains(name)) {
                throw new IllegalArgumentException("dimension '%s' is not one of the model's variable ones: %s"
                        .formatted(name, names.isEmpty() ? "it has none" : String.join(", ", names)));
            }
            if (size < 0) {
                throw new IllegalArgumentException(
                        "dimension '%s' of size %d: expected 0 or more".formatted(name, size));
            }
        });
    }

    /**
     * The recipes to try in turn.
     *
     * @param given tensors that are known; their shapes bind dimensions of the same name
     * @throws IllegalArgumentException when one is not an input of the model, or does not fit it, or when all guesses are too
     *     large to be made
     */
    public List<List<ProbeInput>> candidates(Map<String, Tensor> given) {
        Map<String, Long> known = new LinkedHashMap<>(bound);
        given.forEach((name, tensor) -> bindFrom(name, tensor, known));
        Set<List<ProbeInput>> candidates = new LinkedHashSet<>();
        List<IllegalArgumentException> tooLarge = new ArrayList<>();
        for (int attempt = 0; attempt < Math.max(FRAMES.length, SIDES.length); attempt++) {
            addWhereItFits(candidates, given, known, attempt, PAST, tooLarge);
        }
        addWhereItFits(candidates, given, known, 0, 0, tooLarge);
        addWhereItFits(candidates, given, known, 0, 1, tooLarge);
        if (candidates.isEmpty()) {
            throw tooLarge.getFirst();
        }
        return List.copyOf(candidates);
    }

    /** A guess that takes too much memory is none, as long as there are others. */
    private void addWhereItFits(
            Set<List<ProbeInput>> candidates,
            Map<String, Tensor> given,
            Map<String, Long> known,
            int attempt,
            long past,
            List<IllegalArgumentException> tooLarge) {
        try {
            candidates.add(recipe(given, known, attempt, past));
        } catch (IllegalArgumentException e) {
            tooLarge.add(e);
        }
    }

    private void bindFrom(String name, Tensor tensor, Map<String, Long> known) {
        ModelInput input = graph.inputs().stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("probe input '%s' is not an input of the model: %s"
                        .formatted(
                                name,
                                graph.inputs().stream().map(ModelInput::name).toList())));
        if (input.spec().type() != tensor.type() || !input.shape().accepts(tensor.shape())) {
            throw new IllegalArgumentException(
                    "probe input %s: expected %s, got %s".formatted(name, input.spec(), tensor));
        }
        for (int axis = 0; axis < tensor.shape().rank(); axis++) {
            if (input.shape().dimension(axis) == Shape.VARIABLE) {
                known.put(input.dimensionNames().get(axis), tensor.shape().dimension(axis));
            }
        }
    }

    private List<ProbeInput> recipe(Map<String, Tensor> given, Map<String, Long> known, int attempt, long past) {
        List<ProbeInput> recipe = new ArrayList<>();
        boolean hasPast = graph.inputs().stream()
                .flatMap(input -> input.dimensionNames().stream())
                .anyMatch(name -> lower(name).contains("past"));
        for (ModelInput input : graph.inputs()) {
            Tensor tensor = given.get(input.name());
            List<Long> dimensions = new ArrayList<>();
            for (int axis = 0; axis < input.shape().rank(); axis++) {
                dimensions.add(dimension(input, axis, known, attempt, hasPast ? past : 0));
            }
            Shape shape = tensor == null ? new Shape(dimensions) : tensor.shape();
            recipe.add(
                    tensor != null && shape.elementCount() <= KEPT_ELEMENTS
                            ? new ProbeInput(input.name(), tensor.type(), shape, ProbeValues.given(elements(tensor)))
                            : made(input, shape, known, hasPast ? past : 0));
        }
        return ProbeInput.together(recipe);
    }

    private static List<Double> elements(Tensor tensor) {
        if (tensor.type().isFloat()) {
            return Arrays.stream(tensor.toDoubles()).boxed().toList();
        }
        return Arrays.stream(tensor.toLongs()).asDoubleStream().boxed().toList();
    }

    private static long dimension(ModelInput input, int axis, Map<String, Long> known, int attempt, long past) {
        long fixed = input.shape().dimension(axis);
        if (fixed != Shape.VARIABLE) {
            return fixed;
        }
        String name = input.dimensionNames().get(axis);
        Long size = known.getOrDefault(input.name() + "." + axis, known.get(name));
        if (size != null) {
            return size;
        }
        boolean named = !name.equals(input.name() + "." + axis);
        String word = named ? lower(name) : "";
        long sequence = length(input, attempt);
        if (word.contains("past") && !word.contains("+") && !word.contains("total")) {
            return pastFrom(known, past);
        }
        boolean isTotal = word.contains("total") || word.contains("+") || (word.contains("past") && past > 0);
        if (isTotal || (named && lower(input.name()).contains("mask") && axis > 0 && word.contains("all"))) {
            return pastFrom(known, past) + sequenceFrom(known, sequence);
        }
        if (word.contains("batch") || (axis == 0 && input.shape().rank() > 1)) {
            return 1;
        }
        if (containsAny(word, "seq", "len", "time", "frame", "token", "sample")) {
            return sequence;
        }
        if (containsAny(word, "height", "width") || word.equals("h") || word.equals("w")) {
            return SIDES[Math.min(attempt, SIDES.length - 1)];
        }
        if (input.shape().rank() == 4 && input.spec().type().isFloat()) {
            return sideOrChannels(input.shape(), axis, attempt);
        }
        boolean isLast = axis == input.shape().rank() - 1;
        if (!named && isLast && input.shape().rank() >= 2) {
            return lower(input.name()).contains("mask") && past > 0 ? past + sequence : sequence;
        }
        return 1;
    }

    /** Of a picture: channels first or last, whichever the fixed dimensions suggest. */
    private static long sideOrChannels(Shape shape, int axis, int attempt) {
        boolean channelsLast = shape.dimension(3) == 1 || shape.dimension(3) == 3;
        int channelAxis = channelsLast ? 3 : 1;
        return axis == channelAxis ? 3 : SIDES[Math.min(attempt, SIDES.length - 1)];
    }

    private static long length(ModelInput input, int attempt) {
        return input.spec().type().isFloat() && !isState(lower(input.name()))
                ? FRAMES[Math.min(attempt, FRAMES.length - 1)]
                : TOKENS;
    }

    private static long pastFrom(Map<String, Long> known, long past) {
        return firstNamed(known, "past", past);
    }

    private static long sequenceFrom(Map<String, Long> known, long sequence) {
        return firstNamed(known, "seq", sequence);
    }

    /** The size of the dimension that was given with a name of this kind, but is no sum. */
    private static long firstNamed(Map<String, Long> known, String word, long otherwise) {
        return known.entrySet().stream()
                .filter(entry -> lower(entry.getKey()).contains(word)
                        && !lower(entry.getKey()).contains("total")
                        && !entry.getKey().contains("+")
                        && (word.equals("past") || !lower(entry.getKey()).contains("past")))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(otherwise);
    }

    private ProbeInput made(ModelInput input, Shape shape, Map<String, Long> known, long past) {
        ProbeInput byName = byName(input.name(), input.spec().type(), shape);
        if (byName.values().kind() == ProbeValues.Kind.ASCENDING) {
            long first = pastFrom(known, past);
            long length = shape.rank() == 0 ? 1 : shape.dimension(shape.rank() - 1);
            Optional<Long> rows = rowsLookedUp(input.name());
            if (rows.isPresent() && first + length > rows.get()) { // beyond the table of positions
                first = Math.max(0, rows.get() - length);
            }
            return new ProbeInput(input.name(), input.spec().type(), shape, ProbeValues.ascending((double) first));
        }
        if (byName.values().kind() == ProbeValues.Kind.INTEGERS
                && isIndex(input.spec().type())) {
            Optional<Long> rows = rowsLookedUp(input.name());
            if (rows.isPresent()) {
                return new ProbeInput(
                        input.name(), input.spec().type(), shape, ProbeValues.integers(0, Math.max(1, rows.get())));
            }
        }
        return byName;
    }

    /** What the input's name and type suggest. */
    static ProbeInput byName(String name, ElementType type, Shape shape) {
        return new ProbeInput(name, type, shape, values(lower(name), type, shape));
    }

    private static ProbeValues values(String name, ElementType type, Shape shape) {
        if (name.contains("mask")) {
            return ProbeValues.constant(1);
        }
        return switch (type) {
            case FP32, FP16, FP64, BF16 -> ProbeValues.normal(0, isState(name) ? 0.1 : 1);
            case UINT8 -> ProbeValues.integers(0, 256);
            case INT8 -> ProbeValues.integers(-128, 128);
            case BOOL -> ProbeValues.constant(0);
            case INT64, INT32, INT16, UINT16, UINT32, UINT64 -> integers(name, shape);
        };
    }

    private static ProbeValues integers(String name, Shape shape) {
        if (containsAny(name, "type", "segment")) {
            return ProbeValues.constant(0);
        }
        if (name.contains("pos")) {
            return ProbeValues.ascending(0);
        }
        if (name.equals("sr") || containsAny(name, "sample_rate", "sampling_rate", "samplerate")) {
            return ProbeValues.constant(16000);
        }
        if (shape.elementCount() == 1 && !name.contains("id")) {
            return ProbeValues.constant(1);
        }
        return ProbeValues.integers(0, 32);
    }

    private static boolean isState(String name) {
        return containsAny(name, "past", "cache", "state", "hidden", "memory") || name.equals("h") || name.equals("c");
    }

    private static boolean isIndex(ElementType type) {
        return type == ElementType.INT64 || type == ElementType.INT32;
    }

    /** How many rows the smallest table has that the input looks up in, as far as can be followed. */
    private Optional<Long> rowsLookedUp(String input) {
        Optional<Long> smallest = Optional.empty();
        Deque<String> open = new ArrayDeque<>(List.of(input));
        Set<String> seen = new HashSet<>();
        while (!open.isEmpty()) {
            String tensor = open.remove();
            if (!seen.add(tensor)) {
                continue;
            }
            for (Operator reader : graph.consumers(tensor)) {
                switch (reader.type()) {
                    case "Gather" -> {
                        if (reader.input(1).filter(tensor::equals).isPresent()) {
                            long axis = reader.attribute("axis")
                                    .map(attribute -> attribute.getI())
                                    .orElse(0L);
                            smallest =
                                    smaller(smallest, reader.input(0).flatMap(table -> constantDimension(table, axis)));
                        }
                    }
                    case "EmbedLayerNormalization" -> {
                        // Token ids look up in the third input, segment ids in the fifth.
                        boolean isToken = reader.input(0).filter(tensor::equals).isPresent();
                        boolean isSegment =
                                reader.input(1).filter(tensor::equals).isPresent();
                        if (isToken || isSegment) {
                            smallest = smaller(
                                    smallest,
                                    reader.input(isToken ? 2 : 4).flatMap(table -> constantDimension(table, 0)));
                        }
                    }
                    case "Cast", "Identity", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Transpose", "Slice" ->
                        open.addAll(reader.outputs());
                    default -> {}
                }
            }
        }
        return smallest;
    }

    private static Optional<Long> smaller(Optional<Long> smallest, Optional<Long> rows) {
        return rows.isPresent() && (smallest.isEmpty() || rows.get() < smallest.get()) ? rows : smallest;
    }

    private Optional<Long> constantDimension(String table, long axis) {
        Optional<String> name = Optional.of(table);
        for (int steps = 0; name.isPresent() && steps < 8; steps++) {
            TensorProto tensor = graph.initialisers().get(name.get());
            if (tensor != null) {
                int wanted = (int) (axis < 0 ? axis + tensor.getDimsCount() : axis);
                return wanted >= 0 && wanted < tensor.getDimsCount()
                        ? Optional.of(tensor.getDims(wanted))
                        : Optional.empty();
            }
            name = graph.producer(name.get())
                    .filter(producer ->
                            Set.of("Identity", "Cast", "DequantizeLinear").contains(producer.type()))
                    .flatMap(producer -> producer.input(0));
        }
        return Optional.empty();
    }

    private static boolean containsAny(String text, String... parts) {
        return Arrays.stream(parts).anyMatch(text::contains);
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
