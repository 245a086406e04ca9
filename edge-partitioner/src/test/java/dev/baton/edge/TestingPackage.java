package dev.baton.edge;

import dev.baton.partitioning.probe.ProbeInput;
import dev.baton.partitioning.probe.ProbeValues;
import dev.baton.partitioning.split.CrossingTensor;
import dev.baton.partitioning.splitpackage.CodecMeasurement;
import dev.baton.partitioning.splitpackage.Digests;
import dev.baton.partitioning.splitpackage.FileEntry;
import dev.baton.partitioning.splitpackage.Manifest;
import dev.baton.partitioning.splitpackage.Parity;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.partitioning.splitpackage.SplitPointEntry;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.TensorSpec;
import dev.baton.tensor.image.ImageInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A split package for {@link TestingEngine}: one split point between the ends, and files that hold next to nothing. */
public final class TestingPackage {

    public static final String MODEL = "toy";

    /** The index of the only split point between the ends. */
    public static final int SPLIT_POINT = 1;

    private static final Shape SHAPE = Shape.of(1, 4);
    private static final byte[] ONE_BYTE = {1};
    private static final Parity EXACT = new Parity(true, 0);
    private static final List<CodecMeasurement> CODECS =
            List.of(new CodecMeasurement("raw", 16, 0), new CodecMeasurement("fp16", 8, 0.001));

    private TestingPackage() {}

    /** The package, with {@code generation} telling versions apart. */
    public static SplitPackage write(Path directory, int generation, Optional<ImageInput> image) throws IOException {
        FileEntry empty = new FileEntry(0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        FileEntry one = new FileEntry(1, Digests.sha256(ONE_BYTE));
        Map<String, FileEntry> files =
                Map.of("weights.bin", empty, "whole.onnx", one, "head-01.onnx", one, "tail-01.onnx", one);
        CrossingTensor x = new CrossingTensor("x", ElementType.FP32, SHAPE);
        CrossingTensor doubled = new CrossingTensor("doubled", ElementType.FP32, SHAPE);
        CrossingTensor y = new CrossingTensor("y", ElementType.FP32, SHAPE);
        Manifest manifest = new Manifest(
                Manifest.FORMAT,
                MODEL,
                "%064x".formatted(generation),
                List.of(new TensorSpec("x", ElementType.FP32, SHAPE)),
                List.of(new TensorSpec("y", ElementType.FP32, SHAPE)),
                List.of(
                        point(0, 0, x, List.of("x"), Optional.empty(), Optional.of("whole.onnx")),
                        point(
                                SPLIT_POINT,
                                1,
                                doubled,
                                List.of("doubled"),
                                Optional.of("head-01.onnx"),
                                Optional.of("tail-01.onnx")),
                        point(2, 2, y, List.of(), Optional.of("whole.onnx"), Optional.empty())),
                List.of(),
                Optional.empty(),
                files,
                List.of(),
                image,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(new ProbeInput("x", ElementType.FP32, SHAPE, ProbeValues.normal(0, 1))),
                List.of(),
                List.of());
        Path target = Files.createDirectories(directory.resolve("generation-" + generation));
        for (Map.Entry<String, FileEntry> file : files.entrySet()) {
            Files.write(target.resolve(file.getKey()), file.getValue().bytes() == 0 ? new byte[0] : ONE_BYTE);
        }
        Files.write(target.resolve(SplitPackage.MANIFEST_FILE), manifest.toJson());
        return SplitPackage.open(target);
    }

    private static SplitPointEntry point(
            int index,
            int headOperators,
            CrossingTensor crossing,
            List<String> tailInputs,
            Optional<String> head,
            Optional<String> tail) {
        return new SplitPointEntry(
                index,
                "operator-" + index,
                headOperators,
                2 - headOperators,
                0,
                List.of(crossing),
                crossing.bytes(),
                tailInputs,
                head,
                tail,
                EXACT,
                CODECS);
    }
}
