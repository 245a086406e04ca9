package dev.baton.partitioning.divide;

import static dev.baton.partitioning.TestingModels.attribute;
import static dev.baton.partitioning.TestingModels.graph;
import static dev.baton.partitioning.TestingModels.model;
import static dev.baton.partitioning.TestingModels.node;
import static dev.baton.partitioning.TestingModels.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.baton.partitioning.TestingModels;
import dev.baton.partitioning.TestingRunner;
import dev.baton.partitioning.probe.GraphRunner.Optimization;
import dev.baton.partitioning.splitpackage.PackageCache;
import dev.baton.partitioning.splitpackage.PackagePart;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.partitioning.splitpackage.SplitPointEntry;
import dev.baton.partitioning.splitpackage.WeightSegment;
import dev.baton.tensor.Tensor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** A model of more than 2 GB: divided, proven, fetched over HTTP. It takes a minute and 7 GB of disk, so only on demand. */
@EnabledIfSystemProperty(
        named = "baton.large-models",
        matches = "true",
        disabledReason = "takes a minute and 7 GB of disk; run with -Dbaton.large-models=true")
final class LargeModelTest {
    /** Tables of 368 MB, from which a few rows are looked up: large weights, and next to nothing to compute. */
    private static final int TABLES = 6;

    private static final long ROWS = 1_437_500;
    private static final int WIDTH = 64;
    private static final long TABLE_BYTES = ROWS * WIDTH * Float.BYTES;

    @TempDir
    Path directory;

    @Test
    void modelAboveTwoGigabytesIsDividedProvenAndFetched() throws Exception {
        assumeTrue(directory.toFile().getUsableSpace() > 8L << 30, "less than 8 GB of disk left");
        assumeTrue(freeMemory() > 6L << 30, "less than 6 GB of memory left");
        Path onnx = TestingModels.write(directory, tables());
        assertThat(Files.size(onnx)).isLessThan(10_000);
        try (TestingRunner engine = new TestingRunner();
                HttpClient http = HttpClient.newHttpClient()) {
            SplitPackage made = ModelDivider.divide(
                    DivisionRequest.of(onnx, "tables").withCodecs(List.of()),
                    engine,
                    directory.resolve("package"),
                    step -> {});
            assertThat(made.manifest().weightBytes())
                    .isGreaterThan(2_200_000_000L)
                    .isEqualTo(made.manifest().weightSegments().getLast().end());
            assertThat(made.manifest().weightSegments())
                    .extracting(WeightSegment::bytes)
                    .allMatch(bytes -> bytes <= WeightSegment.MAX_BYTES);
            made.verify();
            SplitPointEntry last = made.manifest().splitPoint(made.manifest().lastIndex() - 1);
            assertThat(last.headWeightBytes()).isGreaterThan(1L << 31);
            try (FileServer server = new FileServer(made.directory())) {
                PackageCache cache = new PackageCache(directory.resolve("cache"), http);
                SplitPackage first = cache.fetch(made.version(), server.uri(), new PackagePart.Head(1));
                Map<String, Tensor> probe = first.probeInputs();
                Map<String, Tensor> head = engine.run(first.headFile(1), probe, Optimization.EXTENDED);
                assertThat(Files.size(first.directory().resolve(SplitPackage.WEIGHTS_FILE)))
                        .isLessThan(1L << 30);
                SplitPackage whole = cache.fetch(made.version(), server.uri());
                whole.verify();
                Map<String, Tensor> crossing = whole.crossing(1, probe, head);
                Map<String, Tensor> answer = whole.answer(
                        1,
                        crossing,
                        engine.run(whole.tailFile(1), whole.tailInputs(1, crossing), Optimization.EXTENDED));
                assertThat(Comparison.bitEqual(answer, engine.run(made.wholeFile(), probe, Optimization.EXTENDED)))
                        .isTrue();
            }
        }
    }

    /** Each table lies in a file of its own, mostly holes, behind a gap. */
    private ModelProto tables() throws IOException {
        List<TensorProto> tables = new ArrayList<>();
        List<NodeProto> nodes = new ArrayList<>();
        String sum = "";
        for (int table = 0; table < TABLES; table++) {
            String file = "table-%d.bin".formatted(table);
            write(directory.resolve(file), table);
            tables.add(TensorProto.newBuilder()
                    .setName("table" + table)
                    .setDataType(TensorProto.DataType.FLOAT.getNumber())
                    .addDims(ROWS)
                    .addDims(WIDTH)
                    .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                    .addExternalData(entry("location", file))
                    .addExternalData(entry("offset", "4096"))
                    .addExternalData(entry("length", Long.toString(TABLE_BYTES)))
                    .build());
            nodes.add(node("Gather", List.of("table" + table, "ids"), List.of("row" + table)));
            if (table > 0) {
                nodes.add(node("Add", List.of(sum, "row" + table), List.of("sum" + table)));
            }
            sum = table == 0 ? "row0" : "sum" + table;
        }
        nodes.add(node("ReduceMean", List.of(sum), List.of("y"), attribute("keepdims", 1)));
        return model(graph(
                List.of(value("ids", TensorProto.DataType.INT64, 1, 256)),
                List.of(TestingModels.untyped("y")),
                tables,
                nodes.toArray(NodeProto[]::new)));
    }

    /** The rows that a probe looks up, and some at the very end, are not zero. */
    private static void write(Path path, int table) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(4096 + TABLE_BYTES);
            ByteBuffer rows = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
            while (rows.hasRemaining()) {
                rows.putFloat((rows.position() % 1009 + table) * 0.001f);
            }
            for (long position = 4096; position < 4096 + TABLE_BYTES - rows.capacity(); position += TABLE_BYTES / 16) {
                file.seek(position);
                file.write(rows.array());
            }
        }
    }

    private static long freeMemory() {
        return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
                .getFreeMemorySize();
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }
}
