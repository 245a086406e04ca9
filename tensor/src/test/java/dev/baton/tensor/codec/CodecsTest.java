package dev.baton.tensor.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.assertj.core.api.Assertions.within;

import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the codecs promise: exactness where they are exact, the error bound where they are not, and the format. */
final class CodecsTest {
    private static final List<Shape> SHAPES = List.of(
            Shape.of(),
            Shape.of(1),
            Shape.of(7),
            Shape.of(0),
            Shape.of(3, 0, 5, 5),
            Shape.of(5, 33),
            Shape.of(1, 9, 64),
            Shape.of(2, 3, 8, 9),
            Shape.of(1, 4, 53, 47),
            Shape.of(1, 1000, 1, 1),
            Shape.of(64, 5, 1, 1),
            Shape.of(2, 2, 2, 3, 37));

    static Stream<Arguments> everyCodecTypeAndShape() {
        return Codec.all().stream().flatMap(codec -> Stream.of(ElementType.values())
                .flatMap(type -> SHAPES.stream().map(shape -> Arguments.of(codec, type, shape))));
    }

    @ParameterizedTest
    @MethodSource("everyCodecTypeAndShape")
    void aDecodedTensorIsWithinTheErrorBound(Codec codec, ElementType type, Shape shape) {
        SplittableRandom random = new SplittableRandom(7);
        for (int round = 0; round < 4; round++) {
            Tensor tensor = randomTensor(type, shape, random);
            EncodedTensor encoded = Codecs.encode(tensor, codec);
            assertThat(encoded.codec())
                    .isEqualTo(
                            type.isQuantisable()
                                    ? codec
                                    : new Codec(
                                            Codec.Quantization.RAW,
                                            codec.zstd() || codec.quantization().isEntropyCoded()));

            Tensor decoded = Codecs.decode(encoded, tensor.byteSize());

            assertThat(decoded.data().isDirect()).isTrue();
            assertWithinBound(tensor, decoded, encoded.codec());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"int8", "int4", "int8+zstd", "int4+zstd"})
    void theBoundHoldsForRangesOfAnySizeAndPlace(String id) {
        SplittableRandom random = new SplittableRandom(11);
        for (int round = 0; round < 1_000; round++) {
            double width = Math.pow(10, random.nextDouble(-44, 37.5));
            double centre = random.nextGaussian() * Math.pow(10, random.nextDouble(-44, 37));
            Shape shape = Shape.of(1, 1 + random.nextInt(4), 1 + random.nextInt(12), 1 + random.nextInt(40));
            float[] values = new float[(int) shape.elementCount()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (centre + (random.nextDouble() - 0.5) * width);
            }
            Tensor tensor = Tensor.ofFloats(shape, values);
            EncodedTensor encoded = Codecs.encode(tensor, Codec.parse(id));
            assertThat(encoded.codec().id()).isEqualTo(id);
            assertWithinBound(tensor, Codecs.decode(encoded, tensor.byteSize()), encoded.codec());
        }
    }

    @Test
    void halvesKeepTheirRelativeBoundOverTheirWholeRange() {
        SplittableRandom random = new SplittableRandom(13);
        float[] values = new float[100_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextDouble(-9, 4)));
        }
        Tensor tensor = Tensor.ofFloats(Shape.of(values.length), values);
        EncodedTensor encoded = Codecs.encode(tensor, Codec.parse("fp16"));
        assertThat(encoded.codec().id()).isEqualTo("fp16");
        assertWithinBound(tensor, Codecs.decode(encoded, tensor.byteSize()), encoded.codec());
    }

    /** The documented bound, element by element, from the documented choice of channels. */
    private static void assertWithinBound(Tensor expected, Tensor actual, Codec codec) {
        assertThat(actual.type()).isEqualTo(expected.type());
        assertThat(actual.shape()).isEqualTo(expected.shape());
        boolean exact = codec.quantization() == Codec.Quantization.RAW
                || (codec.quantization() == Codec.Quantization.FP16 && expected.type() == ElementType.FP16);
        if (exact) {
            assertThat(actual.bitEquals(expected)).isTrue();
            return;
        }
        float[] wanted = expected.toFloats();
        float[] got = actual.toFloats();
        double[] bounds =
                switch (codec.quantization()) {
                    case RAW, FP16 -> halfBounds(wanted);
                    case INT8 -> stepBounds(wanted, expected.shape(), 255);
                    case INT4 -> stepBounds(wanted, expected.shape(), 15);
                    case STEP12 -> meanBounds(wanted, 12);
                    case STEP6 -> meanBounds(wanted, 6);
                    case STEP3 -> meanBounds(wanted, 3);
                };
        for (int i = 0; i < wanted.length; i++) {
            double rounding = expected.type() == ElementType.FP16
                    ? Math.abs(got[i]) / 2048 + 0x1p-25 // once more to half precision
                    : 0;
            if (!(Math.abs((double) got[i] - wanted[i]) <= bounds[i] + rounding)) {
                fail("element %d of %s with %s is %s, expected %s within %s"
                        .formatted(i, expected, codec, got[i], wanted[i], bounds[i] + rounding));
            }
        }
    }

    private static double[] halfBounds(float[] values) {
        double[] bounds = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            bounds[i] = Math.abs(values[i]) / 2048.0 + 0x1p-25;
        }
        return bounds;
    }

    private static double[] meanBounds(float[] values, int stepsToMean) {
        double sum = 0;
        double largest = 0;
        int counted = 0;
        for (float value : values) {
            sum += Math.abs(value);
            largest = Math.max(largest, Math.abs(value));
            counted += value == 0 ? 0 : 1;
        }
        double step = counted == 0 ? 0 : Math.max(sum / counted / stepsToMean, largest / (1 << 20));
        double[] bounds = new double[values.length];
        Arrays.fill(bounds, Math.max(step, Float.MIN_NORMAL) / 2 * 1.001 + Math.ulp((float) largest));
        return bounds;
    }

    @ParameterizedTest
    @ValueSource(strings = {"step12", "step6", "step3"})
    void theBoundOfStepsHoldsForMagnitudesOfAnySizeAndWithOutliers(String id) {
        SplittableRandom random = new SplittableRandom(17);
        for (int round = 0; round < 1_000; round++) {
            double size = Math.pow(10, random.nextDouble(-44, 31));
            double outlier = Math.pow(10, random.nextDouble(0, Math.min(9, 37 - Math.log10(size))));
            Shape shape = Shape.of(1, 1 + random.nextInt(4), 1 + random.nextInt(12), 1 + random.nextInt(40));
            float[] values = new float[(int) shape.elementCount()];
            for (int i = 0; i < values.length; i++) {
                double value = random.nextGaussian() * size;
                values[i] = (float) (random.nextInt(50) == 0 ? value * outlier : random.nextInt(3) == 0 ? 0 : value);
            }
            Tensor tensor = Tensor.ofFloats(shape, values);
            EncodedTensor encoded = Codecs.encode(tensor, Codec.parse(id));
            if (encoded.codec().id().equals(id)) {
                assertWithinBound(tensor, Codecs.decode(encoded, tensor.byteSize()), encoded.codec());
            } else {
                assertThat(encoded.codec().id()).isEqualTo("raw+zstd");
                assertThat(outlier * size).isGreaterThan(1e31);
            }
        }
    }

    /** Another machine decodes what this one encoded: these bytes are the format, and change only with its version. */
    @Test
    void theBytesOfStepsAreTheSameEverywhere() {
        float[] values = new float[5 * 12 * 11];
        for (int i = 0; i < values.length; i++) { // exact in FP32 on any machine
            values[i] = Math.max(-3, (i * 7919 % 101 - 50) * (i % 13 - 4)) * 0.0625f;
        }
        Tensor tensor = Tensor.ofFloats(Shape.of(1, 5, 12, 11), values);
        CRC32 checksum = new CRC32();
        for (String id : List.of("step12", "step6", "step3")) {
            EncodedTensor encoded = Codecs.encode(tensor, Codec.parse(id));
            checksum.update(encoded.payload());
            checksum.update(Codecs.decode(encoded, tensor.byteSize()).data());
        }
        assertThat(checksum.getValue()).isEqualTo(1138817916L);
    }

    @Test
    void stepsKeepZerosAndTheirOrder() {
        float[] values = new float[600];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 3 == 0 ? 0 : (i % 3 - 1.5f) * 2 * (i % 60);
        }
        Tensor tensor = Tensor.ofFloats(Shape.of(1, 6, 10, 10), values);
        for (String id : List.of("step12", "step6", "step3")) {
            float[] decoded =
                    Codecs.decode(Codecs.encode(tensor, Codec.parse(id)), 2_400).toFloats();
            for (int i = 0; i < values.length; i++) {
                assertThat(decoded[i] * values[i]).isGreaterThanOrEqualTo(0);
                if (i % 3 == 0) {
                    assertThat(decoded[i]).isZero();
                }
            }
        }
        EncodedTensor zeros = Codecs.encode(Tensor.ofFloats(Shape.of(1, 500), new float[500]), Codec.parse("step6"));
        assertThat(zeros.byteSize()).isEqualTo(5);
        assertThat(Codecs.decode(zeros, 2_000).toFloats()).containsOnly(0f);
    }

    /** As after a ReLU, smooth: what the steps are for. */
    @Test
    void stepsTakeFewerBytesThanFixedBitsOfTheSameError() {
        SplittableRandom random = new SplittableRandom(23);
        float[] values = new float[16 * 32 * 32];
        for (int i = 0; i < values.length; i++) {
            double wave = Math.sin(i % 32 / 5.0 + i / 1024.0) + Math.cos((i >> 5) % 32 / 4.0);
            values[i] = (float) Math.max(0, wave + 0.3 * random.nextGaussian());
        }
        Tensor tensor = Tensor.ofFloats(Shape.of(1, 16, 32, 32), values);
        int fixed = Codecs.encode(tensor, Codec.parse("int4+zstd")).byteSize();
        int steps = Codecs.encode(tensor, Codec.parse("step6")).byteSize();
        assertThat(steps).isLessThan(fixed * 9 / 10);
        assertThat(error(tensor, "step6")).isLessThan(error(tensor, "int4"));
    }

    private static double error(Tensor tensor, String id) {
        float[] wanted = tensor.toFloats();
        float[] got = Codecs.decode(Codecs.encode(tensor, Codec.parse(id)), tensor.byteSize())
                .toFloats();
        double sum = 0;
        for (int i = 0; i < wanted.length; i++) {
            sum += (wanted[i] - got[i]) * (wanted[i] - got[i]);
        }
        return sum;
    }

    private static double[] stepBounds(float[] values, Shape shape, int levels) {
        int axis = shape.rank() == 2 ? 0 : 1;
        int channels = shape.rank() < 2 || values.length == 0 ? 1 : (int) shape.dimension(axis);
        if (values.length / channels < 32) {
            channels = 1;
        }
        int inner = values.length;
        if (channels > 1) {
            inner = 1;
            for (int after = axis + 1; after < shape.rank(); after++) {
                inner *= (int) shape.dimension(after);
            }
        }
        double[] min = new double[channels];
        double[] max = new double[channels];
        Arrays.fill(min, Double.POSITIVE_INFINITY);
        Arrays.fill(max, Double.NEGATIVE_INFINITY);
        for (int i = 0; i < values.length; i++) {
            int channel = i / inner % channels;
            min[channel] = Math.min(min[channel], values[i]);
            max[channel] = Math.max(max[channel], values[i]);
        }
        double[] bounds = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            int channel = i / inner % channels;
            double width = max[channel] - min[channel];
            double ulp = Math.ulp((float) Math.max(Math.abs(min[channel]), Math.abs(max[channel])));
            bounds[i] = width < levels * (double) Float.MIN_NORMAL * 1.001
                    ? width / 2 + ulp
                    : width / (2 * levels) * 1.0001 + ulp;
        }
        return bounds;
    }

    private static Tensor randomTensor(ElementType type, Shape shape, SplittableRandom random) {
        int elements = (int) shape.elementCount();
        ByteBuffer data = ByteBuffer.allocateDirect(elements * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        double offset = random.nextGaussian();
        while (data.hasRemaining()) {
            float value = (float) (offset + random.nextGaussian() * 3);
            switch (type) {
                case FP32 -> data.putFloat(value);
                case FP16 -> data.putShort(Float.floatToFloat16(value));
                case FP64 -> data.putDouble(value);
                case INT64, UINT64 -> data.putLong(random.nextLong());
                case INT32, UINT32 -> data.putInt(random.nextInt());
                case INT16, UINT16, BF16 -> data.putShort((short) random.nextInt());
                case UINT8, INT8 -> data.put((byte) random.nextInt());
                case BOOL -> data.put((byte) random.nextInt(2));
            }
        }
        return Tensor.of(type, shape, data.flip());
    }

    @Test
    void aZeroMinimumAndAConstantChannelAreExact() {
        float[] values = new float[3 * 64];
        for (int i = 0; i < 64; i++) {
            values[i] = i % 2 == 0 ? 0 : i * 0.37f; // after a ReLU
            values[64 + i] = -12.34f;
            values[128 + i] = i % 2 == 0 ? 0 : 1e-40f; // too narrow for steps
        }
        Tensor tensor = Tensor.ofFloats(Shape.of(1, 3, 8, 8), values);
        for (String id : List.of("int8", "int4", "int8+zstd")) {
            float[] decoded = Codecs.decode(Codecs.encode(tensor, Codec.parse(id)), 10_000)
                    .toFloats();
            for (int i = 0; i < 64; i += 2) {
                assertThat(decoded[i]).isEqualTo(0f);
                assertThat(decoded[64 + i]).isEqualTo(-12.34f);
                assertThat(decoded[128 + i]).isBetween(0f, 1e-40f);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void aTensorThatIsNotFiniteStaysRawAndSaysSo(float special) {
        for (ElementType type : List.of(ElementType.FP32, ElementType.FP16)) {
            float[] values = new float[2 * 3000];
            values[4711] = special;
            Shape shape = Shape.of(1, 2, 3000, 1);
            Tensor tensor = type == ElementType.FP32 ? Tensor.ofFloats(shape, values) : Tensor.ofHalves(shape, values);
            for (String id : List.of("int8", "int4")) {
                EncodedTensor encoded = Codecs.encode(tensor, Codec.parse(id));
                assertThat(encoded.codec().id()).isEqualTo("raw");
                EncodedTensor compressed = Codecs.encode(tensor, Codec.parse(id + "+zstd"));
                assertThat(compressed.codec().id()).isEqualTo("raw+zstd");
                assertThat(Codecs.decode(compressed, tensor.byteSize()).bitEquals(tensor))
                        .isTrue();
            }
            assertThat(Codecs.encode(tensor, Codec.parse("step6")).codec().id()).isEqualTo("raw+zstd");
            EncodedTensor halves = Codecs.encode(tensor, Codec.parse("fp16"));
            assertThat(halves.codec().id()).isEqualTo(type == ElementType.FP32 ? "raw" : "fp16");
            assertThat(Codecs.decode(halves, tensor.byteSize()).bitEquals(tensor))
                    .isTrue();
        }
    }

    @Test
    void aRangeThatExceedsFloatStaysRaw() {
        Tensor tensor = Tensor.ofFloats(Shape.of(2), -3e38f, 3e38f);
        assertThat(Codecs.encode(tensor, Codec.parse("int8")).codec().id()).isEqualTo("raw");
        Tensor largest = Tensor.ofFloats(Shape.of(2), 0, Float.MAX_VALUE);
        EncodedTensor encoded = Codecs.encode(largest, Codec.parse("int8"));
        assertThat(Codecs.decode(encoded, 8).toFloats()[1]).isFinite();
    }

    @Test
    void aValueTooLargeForAHalfStaysRaw() {
        assertThat(Codecs.encode(Tensor.ofFloats(Shape.of(1), 65504f), Codec.parse("fp16"))
                        .codec()
                        .id())
                .isEqualTo("fp16");
        assertThat(Codecs.encode(Tensor.ofFloats(Shape.of(1), -65520f), Codec.parse("fp16"))
                        .codec()
                        .id())
                .isEqualTo("raw");
    }

    @Test
    void thePayloadIsAsDocumented() {
        float[] values = new float[2 * 33];
        for (int i = 0; i < 33; i++) {
            values[i] = i % 16; // steps of 1 from 0
            values[33 + i] = -1 + 2 * (i % 16); // steps of 2 from -1
        }
        ByteBuffer payload = Codecs.encode(Tensor.ofFloats(Shape.of(2, 33), values), Codec.parse("int4"))
                .payload();
        assertThat(payload.remaining()).isEqualTo(6 + 2 * 8 + 33);
        assertThat(payload.get()).isEqualTo((byte) 1);
        assertThat(payload.get()).isEqualTo((byte) 0);
        assertThat(payload.getInt()).isEqualTo(2);
        assertThat(payload.getFloat()).isEqualTo(0f);
        assertThat(payload.getFloat()).isEqualTo(-1f);
        assertThat(payload.getFloat()).isEqualTo(1f);
        assertThat(payload.getFloat()).isEqualTo(2f);
        assertThat(payload.get()).isEqualTo((byte) 0x10);
        assertThat(payload.get()).isEqualTo((byte) 0x32);
        assertThat(payload.get(payload.limit() - 1)).isEqualTo((byte) 0x0F); // elements 64 and 65: 15, then 0
    }

    @Test
    void sizesAreThoseOfTheTable() {
        Tensor tensor = Tensor.ofFloats(Shape.of(1, 4, 16, 16), new float[1024]);
        assertThat(Codecs.encode(tensor, Codec.RAW).byteSize()).isEqualTo(4096);
        assertThat(Codecs.encode(tensor, Codec.parse("fp16")).byteSize()).isEqualTo(2048);
        assertThat(Codecs.encode(tensor, Codec.parse("int8")).byteSize()).isEqualTo(6 + 4 * 8 + 1024);
        assertThat(Codecs.encode(tensor, Codec.parse("int4")).byteSize()).isEqualTo(6 + 4 * 8 + 512);
        assertThat(Codecs.encode(tensor, Codec.parse("int4+zstd")).byteSize()).isLessThan(64);
    }

    @Test
    void theHeaderNeverOutweighsTheElements() {
        Tensor probabilities = Tensor.ofFloats(Shape.of(1, 1000, 1, 1), new float[1000]);
        assertThat(Codecs.encode(probabilities, Codec.parse("int8")).byteSize()).isEqualTo(6 + 8 + 1000);
    }

    @Test
    void channelsKeepTheirOwnPrecision() {
        float[] values = new float[2 * 100];
        for (int i = 0; i < 100; i++) {
            values[i] = i / 100f;
            values[100 + i] = i * 1000f;
        }
        Tensor tensor = Tensor.ofFloats(Shape.of(1, 2, 10, 10), values);
        float[] decoded = Codecs.decode(Codecs.encode(tensor, Codec.parse("int8")), 10_000)
                .toFloats();
        assertThat(decoded[37]).isCloseTo(0.37f, within(0.002f)); // one range for both: off by up to 194
    }

    @Test
    void aRowOfABatchIsEncodedAsIfItWereAlone() {
        SplittableRandom random = new SplittableRandom(3);
        float[] row = new float[100];
        for (int i = 0; i < row.length; i++) {
            row[i] = (float) random.nextGaussian();
        }
        float[] batch = new float[200];
        System.arraycopy(row, 0, batch, 0, 100);
        batch[150] = 1e6f;
        Codec codec = Codec.parse("int8");
        float[] alone = Codecs.decode(Codecs.encode(Tensor.ofFloats(Shape.of(1, 100), row), codec), 10_000)
                .toFloats();
        float[] together = Codecs.decode(Codecs.encode(Tensor.ofFloats(Shape.of(2, 100), batch), codec), 10_000)
                .toFloats();
        assertThat(together).startsWith(alone);
    }

    @Test
    void encodingIsDeterministic() {
        Tensor tensor = randomTensor(ElementType.FP32, Shape.of(1, 16, 40, 40), new SplittableRandom(5));
        for (Codec codec : Codec.all()) {
            assertThat(Codecs.encode(tensor, codec)).isEqualTo(Codecs.encode(tensor, codec));
        }
    }

    @Test
    void payloadsMayLieInAnyKindOfBuffer() {
        Tensor tensor = randomTensor(ElementType.FP32, Shape.of(1, 4, 30, 30), new SplittableRandom(5));
        for (Codec codec : Codec.all()) {
            EncodedTensor encoded = Codecs.encode(tensor, codec);
            ByteBuffer payload = encoded.payload();
            ByteBuffer direct =
                    ByteBuffer.allocateDirect(payload.remaining() + 3).position(3);
            direct.put(payload.duplicate()).position(3);
            ByteBuffer inside = ByteBuffer.allocate(payload.remaining() + 9).position(5);
            inside.put(payload.duplicate()).flip().position(5);
            Tensor expected = Codecs.decode(encoded, tensor.byteSize());
            for (ByteBuffer other : List.of(direct, inside, inside.asReadOnlyBuffer())) {
                EncodedTensor elsewhere = new EncodedTensor(tensor.type(), tensor.shape(), encoded.codec(), other);
                assertThat(Codecs.decode(elsewhere, tensor.byteSize()).bitEquals(expected))
                        .isTrue();
            }
        }
        ByteBuffer readOnly = ByteBuffer.wrap(Codecs.bytes(tensor.data())).asReadOnlyBuffer();
        Tensor heap = Tensor.of(ElementType.FP32, tensor.shape(), readOnly);
        for (Codec codec : Codec.all()) {
            assertThat(Codecs.encode(heap, codec)).isEqualTo(Codecs.encode(tensor, codec));
        }
    }
}
