package dev.baton.tensor.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.fail;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.sun.management.ThreadMXBean;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A payload from a network ends in a tensor or in {@link CorruptPayloadException}, with little memory either way. */
final class HostilePayloadTest {
    private static final long MAX_BYTES = 16 * 1024;

    /** What decoding may allocate beyond tensors: blocks, the entropy coder's model, messages, stack traces. */
    private static final long SLACK = 320 * 1024;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final List<Shape> SHAPES = List.of(
            Shape.of(),
            Shape.of(0),
            Shape.of(5),
            Shape.of(2, 40),
            Shape.of(1, 4, 64),
            Shape.of(1, 3, 9, 9),
            Shape.of(1, 16, 16, 16),
            Shape.of(1, 4096, 1, 1),
            Shape.of(1, 64, 8, 9));

    @ParameterizedTest
    @MethodSource("dev.baton.tensor.codec.Codec#all")
    void mutatedPayloadsGiveATensorOrAnErrorInLittleMemory(Codec codec) {
        SplittableRandom random = new SplittableRandom(codec.id().hashCode());
        int tensors = 0;
        int errors = 0;
        for (int round = 0; round < 3_000; round++) {
            if (decodes(mutate(genuine(codec, random), random))) {
                tensors++;
            } else {
                errors++;
            }
        }
        assertThat(tensors).as("mutations that still decode").isGreaterThan(20);
        assertThat(errors).as("mutations that are refused").isGreaterThan(500);
    }

    @Test
    void randomBytesGiveATensorOrAnErrorInLittleMemory() {
        SplittableRandom random = new SplittableRandom(99);
        for (int round = 0; round < 10_000; round++) {
            byte[] payload = new byte[random.nextInt(6_000)];
            random.nextBytes(payload);
            if (payload.length > 6 && random.nextBoolean()) { // past the first checks
                payload[0] = 1;
                payload[1] = (byte) (random.nextInt(6) - 1);
                Arrays.fill(payload, 3, 6, (byte) 0);
            }
            decodes(new EncodedTensor(
                    any(ElementType.values(), random),
                    randomShape(random),
                    any(Codec.all().toArray(Codec[]::new), random),
                    ByteBuffer.wrap(payload)));
        }
    }

    private static EncodedTensor genuine(Codec codec, SplittableRandom random) {
        Shape shape = SHAPES.get(random.nextInt(SHAPES.size()));
        float[] values = new float[(int) shape.elementCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.max(0, random.nextGaussian());
        }
        Tensor tensor = random.nextBoolean() ? Tensor.ofFloats(shape, values) : Tensor.ofHalves(shape, values);
        return Codecs.encode(tensor, codec);
    }

    private static EncodedTensor mutate(EncodedTensor encoded, SplittableRandom random) {
        byte[] payload = Codecs.bytes(encoded.payload()).clone();
        ElementType type = encoded.type();
        Shape shape = encoded.shape();
        Codec codec = encoded.codec();
        int mutations = 1 + random.nextInt(3);
        for (int mutation = 0; mutation < mutations; mutation++) {
            switch (random.nextInt(10)) {
                case 0 -> payload = Arrays.copyOf(payload, random.nextInt(payload.length + 1));
                case 1 -> payload = Arrays.copyOf(payload, payload.length + 1 + random.nextInt(9));
                case 2 -> type = any(ElementType.values(), random);
                case 3 -> shape = randomShape(random);
                case 4 -> codec = any(Codec.all().toArray(Codec[]::new), random);
                case 5, 6 -> { // headers
                    if (payload.length > 0) {
                        payload[random.nextInt(Math.min(40, payload.length))] = (byte) random.nextInt();
                    }
                }
                default -> {
                    if (payload.length > 0) {
                        payload[random.nextInt(payload.length)] ^= (byte) (1 << random.nextInt(8));
                    }
                }
            }
        }
        return new EncodedTensor(type, shape, codec, ByteBuffer.wrap(payload));
    }

    private static Shape randomShape(SplittableRandom random) {
        List<Long> dimensions = new ArrayList<>();
        int rank = random.nextInt(6);
        for (int axis = 0; axis < rank; axis++) {
            dimensions.add(
                    switch (random.nextInt(12)) {
                        case 0 -> -1L;
                        case 1 -> 0L;
                        case 2 -> random.nextLong(1L << 50);
                        case 3 -> random.nextLong(1L << 20);
                        default -> random.nextLong(40);
                    });
        }
        return new Shape(dimensions);
    }

    private static <T> T any(T[] values, SplittableRandom random) {
        return values[random.nextInt(values.length)];
    }

    /** True for a tensor, false for the error; anything else, or much memory, fails the test. */
    private static boolean decodes(EncodedTensor encoded) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        boolean tensor;
        try {
            Tensor decoded = Codecs.decode(encoded, MAX_BYTES);
            assertThat(decoded.byteSize()).isLessThanOrEqualTo(MAX_BYTES);
            assertThat(decoded.shape()).isEqualTo(encoded.shape());
            assertThat(decoded.type()).isEqualTo(encoded.type());
            tensor = true;
        } catch (CorruptPayloadException expected) {
            assertThat(expected).hasMessageContaining(encoded.type().toString());
            tensor = false;
        }
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        if (allocated > encoded.byteSize() + 2 * MAX_BYTES + SLACK) {
            fail("%d bytes allocated for %s".formatted(allocated, encoded));
        }
        return tensor;
    }

    @ParameterizedTest
    @MethodSource("dev.baton.tensor.codec.Codec#all")
    void aHugeShapeIsRefusedBeforeAnythingIsAllocated(Codec codec) {
        for (Shape shape : List.of(
                Shape.of(1L << 29),
                Shape.of(1L << 40),
                Shape.of(Long.MAX_VALUE),
                Shape.of(1L << 32, 1L << 32),
                Shape.of(3, 1L << 62, 1L << 62, 5))) {
            BufferPoolMXBean direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                    .filter(pool -> pool.getName().equals("direct"))
                    .findFirst()
                    .orElseThrow();
            long directBefore = direct.getTotalCapacity();
            long heapBefore = THREADS.getCurrentThreadAllocatedBytes();
            EncodedTensor encoded =
                    new EncodedTensor(ElementType.FP32, shape, codec, ByteBuffer.wrap(Zstd.compress(new byte[64])));
            assertRefused(encoded, Long.MAX_VALUE, shape.toString());
            assertThat(THREADS.getCurrentThreadAllocatedBytes() - heapBefore).isLessThan(SLACK);
            assertThat(direct.getTotalCapacity() - directBefore).isLessThan(SLACK);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.baton.tensor.codec.Codec#all")
    void aTensorAboveTheLimitIsRefused(Codec codec) {
        EncodedTensor encoded = Codecs.encode(Tensor.ofFloats(Shape.of(1, 64), new float[64]), codec);
        assertThat(Codecs.decode(encoded, 256).byteSize()).isEqualTo(256);
        assertRefused(encoded, 255, "at most 255 bytes are accepted");
        assertRefused(encoded, 0, "at most 0 bytes are accepted");
        assertRefused(encoded, -1, "at most -1 bytes are accepted");
    }

    @Test
    void aVariableDimensionIsRefused() {
        assertRefused(
                new EncodedTensor(ElementType.FP32, Shape.of(-1), Codec.RAW, ByteBuffer.allocate(4)),
                MAX_BYTES,
                "variable dimension");
    }

    @ParameterizedTest
    @ValueSource(strings = {"fp16", "int8", "int4", "int8+zstd", "step6"})
    void aQuantisedIntegerTensorIsRefused(String id) {
        assertRefused(
                new EncodedTensor(ElementType.INT32, Shape.of(4), Codec.parse(id), ByteBuffer.allocate(16)),
                MAX_BYTES,
                "only FP32 and FP16");
    }

    @Test
    void aBooleanThatIsNeitherIsRefused() {
        assertRefused(
                new EncodedTensor(ElementType.BOOL, Shape.of(1), Codec.RAW, ByteBuffer.wrap(new byte[] {9})),
                MAX_BYTES,
                "expected 0 or 1");
    }

    @Test
    void headersThatContradictTheShapeAreRefused() {
        Shape shape = Shape.of(2, 40);
        assertRefused(int8(shape, 2, 0, 2, 0f, 1f), "version 2, expected 1");
        assertRefused(int8(shape, 1, 2, 1, 0f, 1f), "channel axis 2");
        assertRefused(int8(shape, 1, -2, 1, 0f, 1f), "channel axis -2");
        assertRefused(int8(shape, 1, 0, 3, 0f, 1f), "3 channels along axis 0, expected 2");
        assertRefused(int8(shape, 1, 0, -1, 0f, 1f), "-1 channels");
        assertRefused(int8(shape, 1, 0, Integer.MAX_VALUE, 0f, 1f), "2147483647 channels");
        assertRefused(int8(shape, 1, 1, 40, 0f, 1f), "at least 32 elements each");
        assertRefused(int8(shape, 1, -1, 1, Float.NaN, 1f), "minimum NaN");
        assertRefused(int8(shape, 1, -1, 1, 0f, Float.POSITIVE_INFINITY), "scale Infinity");
        assertRefused(int8(shape, 1, -1, 1, 0f, -1f), "scale -1.0");
        assertRefused(int8(shape, 1, -1, 1, 3e38f, 3e38f), "scale 3.0E38");
        assertThat(Codecs.decode(int8(shape, 1, -1, 1, 2f, 0.5f), MAX_BYTES).toFloats()[79])
                .isEqualTo(2f + 79 * 0.5f);
    }

    @Test
    void stepsThatAreNoneAreRefused() {
        assertRefused(step6(2, 1f, 0, 0, 0, 0), "version 2, expected 1");
        for (float step : new float[] {Float.NaN, -1f, Float.POSITIVE_INFINITY, 1e33f}) {
            assertRefused(step6(1, step, 0, 0, 0, 0), "step " + step);
        }
        assertRefused(step6(1, 0f, 1), "6 bytes, expected 5 for a step of 0");
        assertRefused(step6(1, 1f, 1, 2, 3), "8 bytes, its code has at least 4");
        assertRefused(
                new EncodedTensor(ElementType.FP32, Shape.of(8), Codec.parse("step6"), ByteBuffer.allocate(4)),
                "4 bytes, a header has 5");
    }

    private static EncodedTensor step6(int version, float step, int... code) {
        ByteBuffer payload = ByteBuffer.allocate(5 + code.length).order(ByteOrder.LITTLE_ENDIAN);
        payload.put((byte) version).putFloat(step);
        for (int value : code) {
            payload.put((byte) value);
        }
        return new EncodedTensor(ElementType.FP32, Shape.of(8), Codec.parse("step6"), payload.flip());
    }

    @Test
    void aCodeThatIsCutOffOrTooLongIsRefused() {
        float[] values = new float[1024];
        for (int i = 0; i < values.length; i++) {
            values[i] = i * 31 % 17;
        }
        EncodedTensor whole = Codecs.encode(Tensor.ofFloats(Shape.of(1, 4, 16, 16), values), Codec.parse("step6"));
        byte[] payload = Codecs.bytes(whole.payload());
        for (int length = 5; length < payload.length; length++) {
            assertRefused(
                    new EncodedTensor(whole.type(), whole.shape(), whole.codec(), ByteBuffer.wrap(payload, 0, length)),
                    "its code");
        }
        assertRefused(
                new EncodedTensor(
                        whole.type(),
                        whole.shape(),
                        whole.codec(),
                        ByteBuffer.wrap(Arrays.copyOf(payload, payload.length + 2))),
                "2 bytes after its code");
    }

    /** The likeliest code there is: it must not buy more elements than a few hundred thousand. */
    @Test
    void aShortCodeDoesNotBuyALongDecode() {
        EncodedTensor zeros = new EncodedTensor(
                ElementType.FP32, Shape.of(1 << 22), Codec.parse("step3"), ByteBuffer.wrap(new byte[] {
                    1, 0, 0, 0x80 - 256, 0x3F, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1
                }));
        assertRefused(zeros, Long.MAX_VALUE, "its code");
    }

    /** An int8 payload with elements 0, 1, 2... and the right length for the real number of channels along the axis. */
    private static EncodedTensor int8(Shape shape, int version, int axis, int count, float minimum, float scale) {
        int elements = (int) shape.elementCount();
        int channels = axis >= 0 && axis < shape.rank() ? (int) shape.dimension(axis) : 1;
        ByteBuffer payload = ByteBuffer.allocate(6 + 8 * channels + elements).order(ByteOrder.LITTLE_ENDIAN);
        payload.put((byte) version).put((byte) axis).putInt(count);
        for (int channel = 0; channel < channels; channel++) {
            payload.putFloat(minimum);
        }
        for (int channel = 0; channel < channels; channel++) {
            payload.putFloat(scale);
        }
        for (int i = 0; i < elements; i++) {
            payload.put((byte) i);
        }
        return new EncodedTensor(ElementType.FP32, shape, Codec.parse("int8"), payload.flip());
    }

    @Test
    void aBombIsRefusedByTheSizeItDeclares() {
        byte[] bomb = Zstd.compress(new byte[64 << 20]);
        assertThat(bomb.length).isLessThan(10_000);
        for (String id : List.of("raw+zstd", "fp16+zstd", "int8+zstd", "int4+zstd")) {
            EncodedTensor encoded =
                    new EncodedTensor(ElementType.FP32, Shape.of(1, 4, 8, 8), Codec.parse(id), ByteBuffer.wrap(bomb));
            long before = THREADS.getCurrentThreadAllocatedBytes();
            assertRefused(encoded, "declares 67108864 bytes");
            assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(SLACK);
        }
    }

    @Test
    void aBombThatDeclaresASmallSizeIsRefused() {
        byte[] bomb = Zstd.compress(new byte[64 << 20]);
        // Frame header: magic (4), descriptor, window or content size. Declare 1024 bytes in the four-byte field.
        int contentSizeAt = contentSizeOffset(bomb);
        ByteBuffer.wrap(bomb).order(ByteOrder.LITTLE_ENDIAN).putInt(contentSizeAt, 1024);
        assertThat(Zstd.getFrameContentSize(bomb)).isEqualTo(1024);
        assertRefused(
                new EncodedTensor(ElementType.FP32, Shape.of(256), Codec.parse("raw+zstd"), ByteBuffer.wrap(bomb)), "");
    }

    private static int contentSizeOffset(byte[] frame) {
        boolean singleSegment = (frame[4] & 0x20) != 0;
        return singleSegment ? 5 : 6;
    }

    @Test
    void aFrameThatDoesNotSayItsSizeIsRefused() {
        byte[] content = new byte[1024];
        try (ZstdCompressCtx zstd = new ZstdCompressCtx()) {
            zstd.setContentSize(false);
            EncodedTensor encoded = new EncodedTensor(
                    ElementType.FP32, Shape.of(256), Codec.parse("raw+zstd"), ByteBuffer.wrap(zstd.compress(content)));
            assertRefused(encoded, "declares -1 bytes, expected 1024");
        }
    }

    @Test
    void aSecondFrameIsRefused() {
        byte[] frame = Zstd.compress(new byte[1024]);
        byte[] twice = Arrays.copyOf(frame, 2 * frame.length);
        System.arraycopy(frame, 0, twice, frame.length, frame.length);
        assertRefused(
                new EncodedTensor(ElementType.FP32, Shape.of(256), Codec.parse("raw+zstd"), ByteBuffer.wrap(twice)),
                "the zstd frame ends after %d bytes".formatted(frame.length));
    }

    @Test
    void noFrameAtAllIsRefused() {
        EncodedTensor empty =
                new EncodedTensor(ElementType.FP32, Shape.of(0), Codec.parse("raw+zstd"), ByteBuffer.allocate(0));
        assertRefused(empty, "expected a zstd frame");
        EncodedTensor zeros =
                new EncodedTensor(ElementType.FP32, Shape.of(1), Codec.parse("int8+zstd"), ByteBuffer.allocate(15));
        assertRefused(zeros, "zstd: Unknown frame descriptor");
    }

    private static void assertRefused(EncodedTensor encoded, String why) {
        assertRefused(encoded, MAX_BYTES, why);
    }

    private static void assertRefused(EncodedTensor encoded, long maxBytes, String why) {
        assertThatExceptionOfType(CorruptPayloadException.class)
                .isThrownBy(() -> Codecs.decode(encoded, maxBytes))
                .withMessageContaining(why);
    }
}
