package dev.baton.partitioning.splitpackage;

import dev.baton.partitioning.probe.ProbeInput;
import dev.baton.partitioning.probe.ProbeValues;
import dev.baton.partitioning.split.CrossingTensor;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.TensorSpec;
import dev.baton.tensor.image.ImageInput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;

/** Packages whose files are noise. */
final class TestingPackages {
    private TestingPackages() {}

    static SplitPackage write(Path target, int weightBytes) throws IOException {
        try (SplitPackageWriter writer = new SplitPackageWriter(target)) {
            for (String name : List.of("whole.onnx", "head-01.onnx", "tail-01.onnx")) {
                writer.<IOException>write(name, out -> out.write(name.getBytes(StandardCharsets.UTF_8)));
            }
            byte[] noise = new byte[weightBytes];
            new Random(3).nextBytes(noise);
            writer.<IOException>write("weights.bin", out -> out.write(noise));
            return writer.finish(TestingPackages::manifest);
        }
    }

    /** One whose head needs the first {@code headBytes} of the weights, in segments of at most {@code segmentBytes}. */
    static SplitPackage writeSegmented(Path target, int weightBytes, int headBytes, int segmentBytes)
            throws IOException {
        try (SplitPackageWriter writer = new SplitPackageWriter(target)) {
            for (String name : List.of("whole.onnx", "head-01.onnx", "tail-01.onnx")) {
                writer.<IOException>write(name, out -> out.write(name.getBytes(StandardCharsets.UTF_8)));
            }
            byte[] noise = new byte[weightBytes];
            new Random(4).nextBytes(noise);
            SortedSet<Long> boundaries = new TreeSet<>(List.of((long) headBytes));
            for (long end = segmentBytes; end < weightBytes; end += segmentBytes) {
                boundaries.add(end);
            }
            writer.<IOException>writeWeights(boundaries, out -> out.write(noise));
            return writer.finish(files -> manifest(files, writer.weightSegments(), headBytes, weightBytes));
        }
    }

    static Manifest manifest(Map<String, FileEntry> files) {
        return manifest(files, List.of(), 0, 0);
    }

    private static Manifest manifest(
            Map<String, FileEntry> files, List<WeightSegment> segments, long headBytes, long weightBytes) {
        CrossingTensor crossing = new CrossingTensor("act/1:0", ElementType.FP32, Shape.of(1, 8));
        CrossingTensor input = new CrossingTensor("image", ElementType.FP32, Shape.of(1, 3, 2, 2));
        Parity same = new Parity(true, 0);
        return new Manifest(
                1,
                "gauge",
                "ab".repeat(32),
                List.of(new TensorSpec("image", ElementType.FP32, Shape.of(-1, 3, 2, 2))),
                List.of(new TensorSpec("reading", ElementType.FP32, Shape.of(-1, 1))),
                List.of(
                        new SplitPointEntry(
                                0,
                                "cloud-only",
                                0,
                                5,
                                0,
                                List.of(input),
                                48,
                                List.of("image"),
                                Optional.empty(),
                                Optional.of("whole.onnx"),
                                same,
                                List.of(new CodecMeasurement("int4", 9, Double.POSITIVE_INFINITY))),
                        new SplitPointEntry(
                                1,
                                "Relu relu",
                                2,
                                3,
                                headBytes,
                                List.of(crossing),
                                32,
                                List.of("act/1:0"),
                                Optional.of("head-01.onnx"),
                                Optional.of("tail-01.onnx"),
                                new Parity(true, 3.1e-7),
                                List.of(new CodecMeasurement("int8+zstd", 12, 0.004))),
                        new SplitPointEntry(
                                2,
                                "edge-only",
                                5,
                                0,
                                weightBytes,
                                List.of(),
                                0,
                                List.of(),
                                Optional.of("whole.onnx"),
                                Optional.empty(),
                                same,
                                List.of())),
                List.of(new RejectedSplitPoint("Mul mul", 3, OptionalDouble.of(0.25), "not bit-exact")),
                Optional.empty(),
                files,
                segments,
                Optional.of(new ImageInput(
                        "image",
                        2,
                        2,
                        ImageInput.Resize.STRETCH,
                        ImageInput.Channels.RGB,
                        ImageInput.Layout.NCHW,
                        List.of(0.0, 0.0, 0.0),
                        List.of(255.0, 255.0, 255.0))),
                Optional.of(new OutputMeaning("reading", "regression", Optional.of("bar"), List.of())),
                Optional.empty(),
                Optional.empty(),
                List.of(new ProbeInput("image", ElementType.FP32, Shape.of(1, 3, 2, 2), ProbeValues.normal(0, 1))),
                List.of(
                        new OperatorEntry(0, "Conv", "conv", OptionalLong.of(1200), 400, 32, 32),
                        new OperatorEntry(1, "Relu", "relu", OptionalLong.of(8), 0, 32, 32),
                        new OperatorEntry(3, "com.acme.Own", "own", OptionalLong.empty(), 0, 32, 64),
                        new OperatorEntry(2, "Mul", "", OptionalLong.of(8), 0, 32, OperatorEntry.CANNOT_CROSS),
                        new OperatorEntry(4, "Add", "add", OptionalLong.of(8), 0, 4, 4)),
                List.of());
    }
}
