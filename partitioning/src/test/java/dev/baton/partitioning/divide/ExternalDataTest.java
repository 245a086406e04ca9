package dev.baton.partitioning.divide;

import static dev.baton.partitioning.TestingModels.attribute;
import static dev.baton.partitioning.TestingModels.floats;
import static dev.baton.partitioning.TestingModels.graph;
import static dev.baton.partitioning.TestingModels.model;
import static dev.baton.partitioning.TestingModels.node;
import static dev.baton.partitioning.TestingModels.untyped;
import static dev.baton.partitioning.TestingModels.value;
import static dev.baton.partitioning.TestingModels.vector;
import static dev.baton.partitioning.TestingModels.weights;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.baton.partitioning.TestingModels;
import dev.baton.partitioning.TestingRunner;
import dev.baton.partitioning.extract.SubModelExtractor;
import dev.baton.partitioning.extract.WeightsLayout;
import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.partitioning.graph.ModelGraph;
import dev.baton.partitioning.graph.TensorTable;
import dev.baton.partitioning.probe.GraphRunner.Optimization;
import dev.baton.partitioning.splitpackage.PackageCache;
import dev.baton.partitioning.splitpackage.PackagePart;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.partitioning.splitpackage.SplitPointEntry;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights wherever a model may keep them, with the real engine. */
final class ExternalDataTest {
    private static final TestingRunner RUNNER = new TestingRunner();
    private static final int WIDTH = 48;

    @TempDir
    Path directory;

    @AfterAll
    static void close() {
        RUNNER.close();
    }

    @Test
    void severalFilesWithOffsetsAndDirectories() throws Exception {
        SplitPackage made = divide(chain("a.data", "weights/b.data", "a.data"));
        assertThat(made.manifest().splitPoints()).hasSizeGreaterThan(2);
        made.verify();
        Map<String, Tensor> probe = made.probeInputs();
        Map<String, Tensor> expected = RUNNER.run(directory.resolve("model.onnx"), probe, Optimization.EXTENDED);
        Tensor answer =
                RUNNER.run(made.wholeFile(), probe, Optimization.EXTENDED).get("y");
        assertThat(answer).isNotNull().matches(tensor -> tensor.bitEquals(expected.getOrDefault("y", tensor)));
    }

    @Test
    void headOpensWhereOnlyItsPrefixIsAndStaysOpenWhileTheRestComes() throws Exception {
        SplitPackage made = divide(chain("a.data", "a.data", "a.data"));
        SplitPointEntry first = made.manifest().splitPoint(1);
        assertThat(first.headWeightBytes())
                .isPositive()
                .isLessThan(made.manifest().weightBytes());
        try (HttpClient http = HttpClient.newHttpClient();
                FileServer server = new FileServer(made.directory());
                TestingRunner engine = new TestingRunner()) {
            PackageCache cache = new PackageCache(directory.resolve("cache"), http);
            SplitPackage fetched = cache.fetch(made.version(), server.uri(), new PackagePart.Head(1));
            assertThat(Files.size(fetched.directory().resolve(SplitPackage.WEIGHTS_FILE)))
                    .isEqualTo(first.headWeightBytes());
            Map<String, Tensor> probe = fetched.probeInputs();
            Map<String, Tensor> before = engine.run(fetched.headFile(1), probe, Optimization.ALL);
            cache.fetch(made.version(), server.uri());
            Map<String, Tensor> after = engine.run(fetched.headFile(1), probe, Optimization.ALL);
            assertThat(Comparison.bitEqual(after, before)).isTrue();
            Map<String, Tensor> crossing = fetched.crossing(1, probe, after);
            Map<String, Tensor> rest =
                    engine.run(fetched.tailFile(1), fetched.tailInputs(1, crossing), Optimization.EXTENDED);
            assertThat(Comparison.maxRelativeDifference(
                            fetched.answer(1, crossing, rest),
                            engine.run(fetched.wholeFile(), probe, Optimization.EXTENDED)))
                    .isLessThan(1e-4);
        }
    }

    @Test
    void checksumThatNobodyAgreesOnIsIgnored() throws Exception {
        TensorProto external = written("w", "a.data", 0).toBuilder()
                .addExternalData(entry("checksum", "not even hexadecimal"))
                .build();
        divide(oneMatMul(external)).verify();
    }

    @Test
    void missingFileSaysWhich() throws Exception {
        TensorProto external = written("w", "a.data", 0);
        Files.delete(directory.resolve("a.data"));
        assertThatThrownBy(() -> layOut(oneMatMul(external)))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("'w'")
                .hasMessageContaining("'a.data', which does not exist");
    }

    @Test
    void fileThatIsTooShortSaysSo() throws Exception {
        TensorProto external = written("w", "a.data", 128);
        Files.write(directory.resolve("a.data"), new byte[200]);
        assertThatThrownBy(() -> layOut(oneMatMul(external)))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("wants 9216 bytes from 128 of a.data, which has only 200");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../elsewhere.data", "/etc/passwd", "link.data", "linked/b.data", ".", "a\0b"})
    void filesOutsideTheDirectoryAreRefused(String location) throws Exception {
        Path model = Files.createDirectory(directory.resolve("model"));
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        Files.write(elsewhere.resolve("b.data"), new byte[10_000]);
        Files.write(directory.resolve("elsewhere.data"), new byte[10_000]);
        Files.createSymbolicLink(model.resolve("link.data"), directory.resolve("elsewhere.data"));
        Files.createSymbolicLink(model.resolve("linked"), elsewhere);
        Path onnx = TestingModels.write(model, oneMatMul(pointing("w", location, 0, WIDTH * WIDTH * 4)));
        assertThatThrownBy(() -> layOut(onnx))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("initialiser 'w' has external data in");
    }

    @Test
    void typedElementsAreTheSameAsRawOnes() throws Exception {
        int count = 5000;
        TensorProto.Builder bytes = tensor("bytes", TensorProto.DataType.INT8, count);
        TensorProto.Builder longs = tensor("longs", TensorProto.DataType.INT64, count);
        TensorProto.Builder unsigned = tensor("unsigned", TensorProto.DataType.UINT32, count);
        TensorProto.Builder doubles = tensor("doubles", TensorProto.DataType.DOUBLE, count);
        TensorProto.Builder singles = tensor("singles", TensorProto.DataType.FLOAT, count);
        for (int i = 0; i < count; i++) {
            bytes.addInt32Data(i % 200 - 100);
            longs.addInt64Data(i - 2500L);
            unsigned.addUint64Data(4_000_000_000L + i);
            doubles.addDoubleData(i / 8.0);
            singles.addFloatData(i / 4f);
        }
        SplitPackage made = divide(model(graph(
                List.of(floats("x", count)),
                List.of(floats("y", count)),
                List.of(bytes.build(), longs.build(), unsigned.build(), doubles.build(), singles.build()),
                node("Cast", List.of("bytes"), List.of("b"), attribute("to", 1)),
                node("Cast", List.of("longs"), List.of("l"), attribute("to", 1)),
                node("Cast", List.of("unsigned"), List.of("u"), attribute("to", 1)),
                node("Cast", List.of("doubles"), List.of("d"), attribute("to", 1)),
                node("Sum", List.of("x", "b", "l", "u", "d", "singles"), List.of("y")))));
        assertThat(made.manifest().weightBytes()).isBetween(25L * count, 25L * count + 5 * 4096);
        Map<String, Tensor> zeros = Map.of("x", Tensor.ofFloats(Shape.of(count), new float[count]));
        Tensor expected = RUNNER.run(directory.resolve("model.onnx"), zeros, Optimization.EXTENDED)
                .get("y");
        assertThat(RUNNER.run(made.wholeFile(), zeros, Optimization.EXTENDED).get("y"))
                .isNotNull()
                .matches(answer -> expected != null && answer.bitEquals(expected));
    }

    @Test
    void elementsInTheFieldOfAnotherTypeAreRefused() {
        TensorProto.Builder wrong = tensor("w", TensorProto.DataType.INT64, 2000);
        for (int i = 0; i < 2000; i++) {
            wrong.addFloatData(i);
        }
        ModelProto given = model(graph(
                List.of(floats("x", 2000)),
                List.of(untyped("y")),
                List.of(wrong.build()),
                node("Cast", List.of("w"), List.of("c"), attribute("to", 1)),
                node("Add", List.of("x", "c"), List.of("y"))));
        assertThatThrownBy(() -> layOut(given))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("initialiser 'w' of type INT64 has its elements in the field of another type");
    }

    @Test
    void weightsWithinASubgraphArePartOfTheWeights() throws Exception {
        GraphProto then = graph(
                List.of(),
                List.of(untyped("t")),
                List.of(vector("big", 2000)),
                node("Add", List.of("a", "big"), List.of("t")));
        GraphProto otherwise = graph(
                List.of(),
                List.of(untyped("o")),
                List.of(vector("big", 2000), vector("bigger", 3000)),
                node("Sub", List.of("a", "big"), List.of("s")),
                node("ReduceSum", List.of("bigger"), List.of("r"), attribute("keepdims", 0)),
                node("Mul", List.of("s", "r"), List.of("o")));
        SplitPackage made = divide(model(graph(
                List.of(floats("x", 2000), value("choice", TensorProto.DataType.BOOL)),
                List.of(floats("y", 2000)),
                List.of(vector("w", 2000)),
                node("Mul", List.of("x", "w"), List.of("a")),
                node(
                        "If",
                        List.of("choice"),
                        List.of("b"),
                        attribute("then_branch", then),
                        attribute("else_branch", otherwise)),
                node("Tanh", List.of("b"), List.of("y")))));
        assertThat(made.manifest().weightBytes()).isBetween(36_000L, 36_000L + 4 * 4096);
        assertThat(Files.size(made.wholeFile())).isLessThan(3000);
        for (boolean choice : new boolean[] {false, true}) {
            Map<String, Tensor> inputs = Map.of(
                    "x",
                    Tensor.ofFloats(Shape.of(2000), new float[2000]),
                    "choice",
                    Tensor.ofBooleans(Shape.of(), choice));
            Map<String, Tensor> expected = RUNNER.run(directory.resolve("model.onnx"), inputs, Optimization.EXTENDED);
            assertThat(Comparison.bitEqual(RUNNER.run(made.wholeFile(), inputs, Optimization.EXTENDED), expected))
                    .isTrue();
        }
        SplitPointEntry afterMul = made.manifest().splitPoint(1);
        assertThat(afterMul.headWeightBytes()).isEqualTo(8000);
    }

    @Test
    void nothingIsLeftWhereAModelIsRefused() throws Exception {
        TensorProto external = written("w", "a.data", 128);
        Files.write(directory.resolve("a.data"), new byte[200]);
        assertThatThrownBy(() -> divide(oneMatMul(external))).isInstanceOf(InvalidModelException.class);
        try (var left = Files.list(directory)) {
            assertThat(left)
                    .extracting(path -> path.getFileName().toString())
                    .containsExactlyInAnyOrder("model.onnx", "a.data");
        }
    }

    private SplitPackage divide(ModelProto given) throws Exception {
        return ModelDivider.divide(
                DivisionRequest.of(TestingModels.write(directory, given), "external")
                        .withCodecs(List.of()),
                RUNNER,
                directory.resolve("package"),
                step -> {});
    }

    private void layOut(ModelProto given) throws Exception {
        layOut(TestingModels.write(directory, given));
    }

    /** What dividing does with weights, without asking an engine first. */
    private static void layOut(Path onnx) throws Exception {
        ModelGraph graph = ModelGraph.read(onnx);
        WeightsLayout layout = WeightsLayout.inOrder(graph, graph.operators());
        layout.write(OutputStream.nullOutputStream());
        new SubModelExtractor(graph, new TensorTable(Map.of()), layout, SplitPackage.WEIGHTS_FILE).whole();
    }

    /** Three matrix products, each with weights in one of these files, the last with fewer columns. */
    private ModelProto chain(String first, String second, String third) throws IOException {
        return model(graph(
                        List.of(floats("x", 4, WIDTH)),
                        List.of(floats("y", 4, WIDTH)),
                        List.of(written("u", first, 0), written("v", second, 256), written("w", third, 4096)),
                        node("MatMul", List.of("x", "u"), List.of("a")),
                        node("ReduceMax", List.of("a"), List.of("m"), attribute("keepdims", 1)),
                        node("Mul", List.of("v", "m"), List.of("b")),
                        node("MatMul", List.of("b", "w"), List.of("c")),
                        node("Softmax", List.of("c"), List.of("d")),
                        node("Slice", List.of("d", "starts", "ends"), List.of("y"))))
                .toBuilder()
                .mergeGraph(GraphProto.newBuilder()
                        .addInitializer(TestingModels.longs("starts", 0))
                        .addInitializer(TestingModels.longs("ends", 4))
                        .build())
                .build();
    }

    private static ModelProto oneMatMul(TensorProto weights) {
        return model(graph(
                List.of(floats("x", 4, WIDTH)),
                List.of(floats("y", 4, WIDTH)),
                List.of(weights),
                node("MatMul", List.of("x", "w"), List.of("a")),
                node("Tanh", List.of("a"), List.of("y"))));
    }

    /** A square matrix, written into a file that may hold others already. */
    private TensorProto written(String name, String location, int gap) throws IOException {
        float[] elements = new float[WIDTH * WIDTH];
        Random random = new Random(name.hashCode());
        for (int i = 0; i < elements.length; i++) {
            elements[i] = (float) random.nextGaussian() * 0.1f;
        }
        byte[] raw = weights(name, elements, WIDTH, WIDTH).getRawData().toByteArray();
        Path file = directory.resolve(location);
        Files.createDirectories(file.getParent());
        List<byte[]> pieces = new ArrayList<>();
        pieces.add(Files.exists(file) ? Files.readAllBytes(file) : new byte[0]);
        pieces.add(new byte[gap]);
        pieces.add(raw);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] piece : pieces) {
            all.write(piece);
        }
        Files.write(file, all.toByteArray());
        return pointing(name, location, pieces.get(0).length + gap, raw.length);
    }

    private static TensorProto pointing(String name, String location, long offset, long length) {
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.FLOAT.getNumber())
                .addDims(WIDTH)
                .addDims(WIDTH)
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(entry("location", location))
                .addExternalData(entry("offset", Long.toString(offset)))
                .addExternalData(entry("length", Long.toString(length)))
                .build();
    }

    private static TensorProto.Builder tensor(String name, TensorProto.DataType type, int count) {
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(type.getNumber())
                .addDims(count);
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }
}
