package dev.baton.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyFileTest {

    @TempDir
    private Path directory = Path.of("");

    @Test
    void readsLongs() throws IOException {
        Path file = npy(1, "{'descr': '<i8', 'fortran_order': False, 'shape': (1, 3), }", longs(5, -6, 7));

        Tensor tensor = NpyFile.read(file);

        assertThat(tensor.type()).isEqualTo(ElementType.INT64);
        assertThat(tensor.shape()).isEqualTo(Shape.of(1, 3));
        assertThat(tensor.toLongs()).containsExactly(5, -6, 7);
    }

    @Test
    void readsVectorsAndScalarsOfVersionTwo() throws IOException {
        assertThat(NpyFile.read(npy(2, "{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }", longs(1, 2)))
                        .shape())
                .isEqualTo(Shape.of(2));
        assertThat(NpyFile.read(npy(2, "{'descr': '<i8', 'fortran_order': False, 'shape': (), }", longs(9)))
                        .shape())
                .isEqualTo(Shape.of());
    }

    @Test
    void refusesWhatItCannotCarry() throws IOException {
        assertRefused(npy(1, "{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", longs(1)), "type <c8");
        assertRefused(npy(1, "{'descr': '<i8', 'fortran_order': True, 'shape': (1, 2), }", longs(1, 2)), "Fortran");
        assertRefused(
                npy(1, "{'descr': '<i8', 'fortran_order': False, 'shape': (4,), }", longs(1, 2)),
                "16 bytes of elements, but INT64 [4] takes 32");
        assertRefused(Files.writeString(directory.resolve("text.npy"), "no tensor at all"), "is no .npy file");
        assertRefused(npy(1, "{'descr': '<i8', 'fortran_order': False}", longs(1)), "shape");
    }

    @Test
    void refusesAHeaderThatIsCutOff() throws IOException {
        byte[] whole =
                Files.readAllBytes(npy(1, "{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }", longs(1)));
        Path file = Files.write(directory.resolve("cut.npy"), Arrays.copyOf(whole, 30));

        assertRefused(file, "cut off");
    }

    private static void assertRefused(Path file, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NpyFile.read(file))
                .withMessageContainingAll(String.valueOf(file.getFileName()), why);
    }

    private static byte[] longs(long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (long value : values) {
            bytes.putLong(value);
        }
        return bytes.array();
    }

    private Path npy(int version, String header, byte[] elements) throws IOException {
        byte[] text = (header + "\n").getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer bytes =
                ByteBuffer.allocate(12 + text.length + elements.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
        if (version == 1) {
            bytes.putShort((short) text.length);
        } else {
            bytes.putInt(text.length);
        }
        bytes.put(text).put(elements).flip();
        byte[] content = new byte[bytes.remaining()];
        bytes.get(content);
        return Files.write(Files.createTempFile(directory, "tensor", ".npy"), content);
    }
}
