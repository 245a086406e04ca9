package dev.baton.partitioning.probe;

import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToDoubleFunction;

/** Seeded random inputs that a model accepts: of the right type and shape, token ids in range, masks of ones. */
public final class ProbeInputs {
    private ProbeInputs() {}

    /** The tensors of a recipe; the same recipe and seed give the same bits on every machine. */
    public static Map<String, Tensor> make(List<ProbeInput> recipe, long seed) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (ProbeInput input : recipe) {
            // Seeded by name too, so that one input's elements do not hang on the others' sizes.
            tensors.put(
                    input.name(),
                    tensor(input, new Random(seed * 31 + input.name().hashCode())));
        }
        return tensors;
    }

    /**
     * Inputs for {@code specs}, guessing ranges by name and type alone.
     *
     * @param dimensions sizes of variable dimensions, by {@code input.axis} such as {@code input_ids.1}; 1 where absent
     */
    public static Map<String, Tensor> random(List<TensorSpec> specs, Map<String, Long> dimensions, long seed) {
        List<ProbeInput> recipe = new ArrayList<>();
        for (TensorSpec spec : specs) {
            List<Long> bound = new ArrayList<>();
            for (int axis = 0; axis < spec.shape().rank(); axis++) {
                long dimension = spec.shape().dimension(axis);
                bound.add(
                        dimension == Shape.VARIABLE
                                ? dimensions.getOrDefault(spec.name() + "." + axis, 1L)
                                : dimension);
            }
            recipe.add(ProbeRecipes.byName(spec.name(), spec.type(), new Shape(bound)));
        }
        return make(recipe, seed);
    }

    private static Tensor tensor(ProbeInput input, Random random) {
        Shape shape = input.shape();
        int count = Math.toIntExact(shape.elementCount());
        ByteBuffer data = ByteBuffer.allocateDirect(
                        Math.toIntExact(shape.elementCount() * input.type().bytes()))
                .order(ByteOrder.LITTLE_ENDIAN);
        IntToDoubleFunction element = elements(input, random);
        for (int i = 0; i < count; i++) {
            put(data, input.type(), element.applyAsDouble(i));
        }
        return Tensor.of(input.type(), shape, data.flip());
    }

    private static IntToDoubleFunction elements(ProbeInput input, Random random) {
        List<Double> numbers = input.values().parameters();
        Shape shape = input.shape();
        long lastDimension = shape.rank() == 0 ? 1 : Math.max(1, shape.dimension(shape.rank() - 1));
        return switch (input.values().kind()) {
            case NORMAL -> index -> numbers.get(0) + numbers.get(1) * random.nextGaussian();
            case INTEGERS ->
                index -> Math.floor(numbers.get(0) + random.nextDouble() * (numbers.get(1) - numbers.get(0)));
            case CONSTANT -> index -> numbers.getFirst();
            case ASCENDING -> index -> numbers.getFirst() + index % lastDimension;
            case GIVEN -> numbers::get;
        };
    }

    private static void put(ByteBuffer data, ElementType type, double value) {
        switch (type) {
            case FP32 -> data.putFloat((float) value);
            case FP16 -> data.putShort(Float.floatToFloat16((float) value));
            case FP64 -> data.putDouble(value);
            case BF16 -> data.putShort(toBf16((float) value));
            case INT64, UINT64 -> data.putLong((long) value);
            case INT32, UINT32 -> data.putInt((int) (long) value);
            case INT16, UINT16 -> data.putShort((short) (int) value);
            case UINT8, INT8 -> data.put((byte) (int) value);
            case BOOL -> data.put((byte) (value != 0 ? 1 : 0));
        }
    }

    /** To the nearest, of two as near to the even one. */
    private static short toBf16(float value) {
        int bits = Float.floatToIntBits(value);
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }
}
