package dev.baton.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import dev.baton.tensor.image.ImageInput;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataSetsTest {
    private static final TensorSpec PICTURE = new TensorSpec("x", ElementType.FP32, Shape.of(1, 3, 4, 4));
    private static final TensorSpec TOKENS = new TensorSpec("ids", ElementType.INT64, Shape.of(-1, -1));
    private static final ImageInput IMAGE = new ImageInput(
            "x",
            4,
            4,
            ImageInput.Resize.COVER,
            ImageInput.Channels.RGB,
            ImageInput.Layout.NCHW,
            List.of(0.0, 0.0, 0.0),
            List.of(1.0, 1.0, 1.0));

    @TempDir
    private Path directory = Path.of("");

    @BeforeEach
    void pictures() throws IOException {
        for (String name : List.of("b.png", "a.jpg")) {
            String format = name.substring(2);
            ImageIO.write(
                    new BufferedImage(8, 6, BufferedImage.TYPE_INT_RGB),
                    format,
                    directory.resolve(name).toFile());
        }
    }

    @Test
    void aFolderWithoutATableIsEveryPictureWithoutLabels() throws IOException {
        try (DataSet data = open(directory)) {
            assertThat(data.size()).isEqualTo(2);
            assertThat(data.isLabelled()).isFalse();
            assertThat(samples(data))
                    .extracting(Sample::name)
                    .satisfiesExactly(first -> assertThat(first).endsWith("a.jpg"), second -> assertThat(second)
                            .endsWith("b.png"));
            assertThat(data.sha256()).matches("[0-9a-f]{64}");
        }
    }

    @Test
    void aTableNamesPicturesAndTheirRightClasses() throws IOException {
        Path csv = Files.writeString(
                directory.resolve("given.csv"), "file,accepted_ids,name\nb.png,3 5,\"jay, blue\"\n\na.jpg,1,cat\n");
        for (Path named : List.of(csv, directory)) {
            try (DataSet data = open(named)) {
                assertThat(data.isLabelled()).isTrue();
                List<Sample> samples = samples(data);
                assertThat(samples.get(0).labels()).containsExactlyInAnyOrder(3, 5);
                assertThat(samples.get(1).labels()).containsExactly(1);
            }
        }
    }

    @Test
    void aBadTableIsRefusedWithItsLine() throws IOException {
        assertTableRefused("label\n1\n", "given.csv has the columns [label]: expected one called 'file'");
        assertTableRefused("file,label\nc.png,1\n", "line 2: there is no picture 'c.png'");
        assertTableRefused("file,label\na.jpg,cat\n", "line 2: label 'cat': expected the number of a class");
        assertTableRefused("file,label\na.jpg\n", "line 2 has 1 cells: expected 2");
        assertTableRefused("file,label\n\"a.jpg,1\n", "line 2: a quote is not closed");
        assertTableRefused("file,label\n", "names no picture");
        assertTableRefused("", "expected one called 'file'");
    }

    private void assertTableRefused(String table, String why) throws IOException {
        Path csv = Files.writeString(directory.resolve("given.csv"), table);
        assertRefused(csv, List.of(PICTURE), why);
    }

    @Test
    void anArchiveGivesEachInputItsRows() throws IOException {
        Map<String, byte[]> arrays = new LinkedHashMap<>();
        arrays.put("ids", npy("<i8", "(2, 3)", longs(1, 2, 3, 4, 5, 6)));
        arrays.put("labels", npy("<i8", "(2,)", longs(1, 0)));
        arrays.put("logits", npy("<f4", "(2, 2)", new byte[16]));
        try (DataSet data = DataSets.open(npz(arrays), List.of(TOKENS), Optional.empty(), Optional.empty())) {
            assertThat(data.size()).isEqualTo(2);
            assertThat(data.hasPictures()).isFalse();
            List<Sample> samples = samples(data);
            assertThat(samples.get(1).inputs().get("ids")).satisfies(ids -> {
                assertThat(ids.shape()).isEqualTo(Shape.of(1, 3));
                assertThat(ids.toLongs()).containsExactly(4, 5, 6);
            });
            assertThat(samples.get(0).labels()).containsExactly(1);
            assertThat(samples(data)).hasSize(2);
        }
    }

    @Test
    void anArchiveOfPicturesGoesThroughTheModelsDescription() throws IOException {
        for (String shape : List.of("(2, 5, 6, 3)", "(2, 3, 5, 6)")) {
            Path file = npz(Map.of("images", npy("|u1", shape, new byte[180])));
            try (DataSet data = DataSets.open(file, List.of(PICTURE), Optional.of(IMAGE), Optional.empty())) {
                assertThat(data.hasPictures()).isTrue();
                assertThat(DataSets.firstInputs(data, Optional.of(IMAGE)).values())
                        .extracting(Tensor::shape)
                        .containsExactly(Shape.of(1, 3, 4, 4));
            }
        }
    }

    @Test
    void anArchiveForAnotherModelIsRefused() throws IOException {
        byte[] ids = npy("<i8", "(2, 3)", longs(1, 2, 3, 4, 5, 6));
        assertRefused(npz(Map.of("other", ids)), List.of(TOKENS), "arrays [other]: expected one for each input, [ids]");
        assertRefused(
                npz(Map.of("ids", npy("<i4", "(2, 3)", new byte[24]))),
                List.of(TOKENS),
                "array ids INT32 [2, 3], but the model's input is ids INT64 [-1, -1]");
        Map<String, byte[]> uneven = new LinkedHashMap<>();
        uneven.put("ids", ids);
        uneven.put("labels", npy("<i8", "(1,)", longs(1)));
        assertRefused(npz(uneven), List.of(TOKENS), "one row for each of the same samples");
        Map<String, byte[]> halves = new LinkedHashMap<>();
        halves.put("ids", ids);
        halves.put("labels", npy("<f4", "(2,)", new byte[8]));
        assertRefused(npz(halves), List.of(TOKENS), "expected an array 'labels' with an integer for each sample");
        assertRefused(npz(Map.of("images", npy("|u1", "(2, 7)", new byte[14]))), List.of(PICTURE), "one of pictures");
    }

    @Test
    void whatIsNoDataSetIsRefused() throws IOException {
        assertRefused(directory.resolve("nowhere"), List.of(PICTURE), "no such data set");
        assertRefused(directory.resolve("a.jpg"), List.of(PICTURE), "is no data set: expected");
        assertThatExceptionOfType(BadDataSetException.class)
                .isThrownBy(() -> DataSets.open(directory, List.of(TOKENS), Optional.empty(), Optional.empty()))
                .withMessageContaining("is known to take pictures");
    }

    private static DataSet open(Path path) throws IOException {
        return DataSets.open(path, List.of(PICTURE), Optional.of(IMAGE), Optional.empty());
    }

    private static void assertRefused(Path path, List<TensorSpec> inputs, String why) {
        assertThatExceptionOfType(BadDataSetException.class)
                .isThrownBy(() -> DataSets.open(path, inputs, Optional.of(IMAGE), Optional.empty()))
                .withMessageContaining(why);
    }

    private static List<Sample> samples(DataSet data) throws IOException {
        List<Sample> all = new ArrayList<>();
        try (DataSet.Samples samples = data.samples()) {
            for (Optional<Sample> next = samples.next(); next.isPresent(); next = samples.next()) {
                all.add(next.get());
            }
        }
        return all;
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

    private Path npz(Map<String, byte[]> arrays) throws IOException {
        Path file = Files.createTempFile(directory, "data", ".npz");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, byte[]> array : arrays.entrySet()) {
                zip.putNextEntry(new ZipEntry(array.getKey() + ".npy"));
                zip.write(array.getValue());
                zip.closeEntry();
            }
        }
        return file;
    }
}
