package dev.baton.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NpzFileTest {
    private static final long PLENTY = 1 << 20;

    @TempDir
    private Path directory = Path.of("");

    @ParameterizedTest
    @ValueSource(ints = {ZipEntry.STORED, ZipEntry.DEFLATED})
    void readsEveryArrayByName(int method) throws IOException {
        Map<String, byte[]> content = new LinkedHashMap<>();
        content.put("ids.npy", npy("<i8", "(2, 3)", longs(1, 2, 3, 4, 5, 6)));
        content.put("labels.npy", npy("|u1", "(2,)", new byte[] {7, (byte) 200}));

        Map<String, Tensor> tensors = NpzFile.readAll(npz(method, content), PLENTY);

        assertThat(tensors.keySet()).containsExactly("ids", "labels");
        assertThat(tensors.get("ids")).satisfies(ids -> {
            assertThat(ids.shape()).isEqualTo(Shape.of(2, 3));
            assertThat(ids.toLongs()).containsExactly(1, 2, 3, 4, 5, 6);
        });
        assertThat(tensors.get("labels")).satisfies(labels -> {
            assertThat(labels.type()).isEqualTo(ElementType.UINT8);
            assertThat(labels.toLongs()).containsExactly(7, 200);
        });
    }

    @Test
    void goesThroughAnArrayRowByRow() throws IOException {
        Path file = npz(Map.of("a.npy", npy("<i8", "(3, 2)", longs(1, 2, 3, 4, 5, 6))));
        List<String> rows = new ArrayList<>();

        try (NpzFile npz = NpzFile.open(file);
                NpzFile.Rows each = npz.rows("a")) {
            assertThat(npz.arrays()).containsExactly(new TensorSpec("a", ElementType.INT64, Shape.of(3, 2)));
            assertThat(each.count()).isEqualTo(3);
            while (each.hasNext()) {
                Tensor row = each.next();
                rows.add(row.shape() + " " + Arrays.toString(row.toLongs()));
            }
        }

        assertThat(rows).containsExactly("[1, 2] [1, 2]", "[1, 2] [3, 4]", "[1, 2] [5, 6]");
    }

    @Test
    void ignoresFilesThatAreNoArrays() throws IOException {
        Map<String, byte[]> content = new LinkedHashMap<>();
        content.put("readme.txt", "words".getBytes(StandardCharsets.UTF_8));
        content.put("a.npy", npy("<i8", "()", longs(9)));

        assertThat(NpzFile.readAll(npz(content), PLENTY).keySet()).containsExactly("a");
    }

    @Test
    void refusesWhatIsNoArchiveOfTensors() throws IOException {
        assertRefused(Files.writeString(directory.resolve("text.npz"), "no archive"), "is no .npz file");
        assertRefused(npz(Map.of("readme.txt", new byte[] {1})), "holds no .npy file");
        assertRefused(npz(Map.of("a.npy", new byte[] {1, 2, 3})), "array 'a' is no .npy file");
        assertRefused(npz(Map.of("a.npy", npy("<c8", "(1,)", longs(1)))), "array 'a' has elements of type <c8");
        assertRefused(npz(Map.of("a.npy", npy("|O", "(1,)", longs(1)))), "array 'a' has elements of type |O");
        assertRefused(npz(Map.of("a.npy", npy("<i8", "(x,)", longs(1)))), "array 'a' has the shape (x,)");
        assertRefused(npz(Map.of("a.npy", npy("<i8", "(3,)", longs(1, 2)))), "array 'a' is cut off");
        assertRefused(npz(Map.of("a.npy", npy("<i8", "(1,)", longs(1, 2)))), "array 'a' has more bytes");
        assertRefused(npz(Map.of("a.npy", npy("|b1", "(1,)", new byte[] {2}))), "array 'a'", "expected 0 or 1");
    }

    @Test
    void refusesAnArrayLargerThanItsBytesCanInflateTo() throws IOException {
        assertRefused(npz(Map.of("a.npy", npy("<i8", "(200000000,)", longs(1)))), "array 'a'", "200000000 elements");
        assertRefused(
                npz(Map.of("a.npy", npy("<i8", "(999999999999, 999999999999)", longs(1)))), "array 'a'", "64-bit");
        assertRefused(npz(Map.of("a.npy", npy("<i8", "(" + "1,".repeat(70) + ")", longs(1)))), "70 dimensions");
    }

    @Test
    void refusesMoreBytesThanItsCallerTakes() throws IOException {
        Map<String, byte[]> content = new LinkedHashMap<>();
        content.put("a.npy", npy("<i8", "(2,)", longs(1, 2)));
        content.put("b.npy", npy("<i8", "(2,)", longs(1, 2)));
        Path file = npz(content);

        assertThat(NpzFile.readAll(file, 32)).hasSize(2);
        assertRefused(() -> NpzFile.readAll(file, 31), "array 'b'", "has 16 bytes, at most 15");
    }

    @Test
    void namesTheArraysThatThereAre() throws IOException {
        Path file = npz(Map.of("a.npy", npy("<i8", "()", longs(1))));

        try (NpzFile npz = NpzFile.open(file)) {
            assertRefused(() -> npz.read("b", PLENTY), "no array 'b', only [a]");
            assertRefused(() -> npz.rows("a"), "array 'a' is a scalar");
        }
    }

    @Test
    void refusesADamagedArray() throws IOException {
        byte[] content = Files.readAllBytes(npz(ZipEntry.STORED, Map.of("a.npy", npy("<i8", "(1,)", longs(238)))));
        for (int i = 0; i < content.length; i++) {
            if (content[i] == (byte) 238) {
                content[i] = 1;
                break;
            }
        }

        assertRefused(Files.write(directory.resolve("damaged.npz"), content), "array 'a' is damaged: its checksum");
    }

    /** Whatever bytes are changed, what comes out is tensors or a message with the file's name. */
    @ParameterizedTest
    @ValueSource(ints = {ZipEntry.STORED, ZipEntry.DEFLATED})
    void mutatedArchivesEndInTensorsOrAMessage(int method) throws IOException {
        byte[] whole = Files.readAllBytes(npz(
                method, Map.of("a.npy", npy("<i8", "(2, 2)", longs(1, 2, 3, 4)), "b.npy", npy("<i8", "()", longs(5)))));
        Random random = new Random(11);
        Path file = directory.resolve("mutated.npz");
        int refused = 0;
        for (int round = 0; round < 600; round++) {
            byte[] mutated =
                    random.nextInt(10) == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
            for (int change = random.nextInt(4); change >= 0 && mutated.length > 0; change--) {
                mutated[random.nextInt(mutated.length)] = (byte) random.nextInt();
            }
            Files.write(file, mutated);
            try {
                NpzFile.readAll(file, PLENTY);
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageContaining("mutated.npz");
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(200);
    }

    private static void assertRefused(Path file, String... why) {
        assertRefused(() -> NpzFile.readAll(file, PLENTY), why);
    }

    private static void assertRefused(ThrowingCallable reading, String... why) {
        assertThatIllegalArgumentException()
                .isThrownBy(reading)
                .withMessageContainingAll(why)
                .withMessageContaining(".npz");
    }

    private static byte[] longs(long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (long value : values) {
            bytes.putLong(value);
        }
        return bytes.array();
    }

    private static byte[] npy(String type, String shape, byte[] elements) {
        byte[] header = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n"
                .formatted(type, shape)
                .getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer bytes =
                ByteBuffer.allocate(10 + header.length + elements.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}).putShort((short) header.length);
        return bytes.put(header).put(elements).array();
    }

    private Path npz(Map<String, byte[]> content) throws IOException {
        return npz(ZipEntry.DEFLATED, content);
    }

    private Path npz(int method, Map<String, byte[]> content) throws IOException {
        Path file = Files.createTempFile(directory, "arrays", ".npz");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, byte[]> each : content.entrySet()) {
                ZipEntry entry = new ZipEntry(each.getKey());
                entry.setMethod(method);
                if (method == ZipEntry.STORED) {
                    CRC32 crc = new CRC32();
                    crc.update(each.getValue());
                    entry.setSize(each.getValue().length);
                    entry.setCrc(crc.getValue());
                }
                zip.putNextEntry(entry);
                zip.write(each.getValue());
                zip.closeEntry();
            }
        }
        return file;
    }
}
