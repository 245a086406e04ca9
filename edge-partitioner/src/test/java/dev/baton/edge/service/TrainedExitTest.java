package dev.baton.edge.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnx.proto.OnnxMl;
import dev.baton.edge.TestingInference;
import dev.baton.edge.TestingSender;
import dev.baton.edge.cloud.CloudAnswer;
import dev.baton.edge.measure.Arrivals;
import dev.baton.edge.model.EdgePlan;
import dev.baton.edge.model.ModelServing;
import dev.baton.edge.model.Models;
import dev.baton.edge.model.ServedModel;
import dev.baton.edge.request.EdgeInference;
import dev.baton.edge.request.InferenceAnswer;
import dev.baton.edge.request.Provenance.CompletedBy;
import dev.baton.inference.EngineSettings;
import dev.baton.inference.InferenceSession;
import dev.baton.inference.OnnxRuntimeEngine;
import dev.baton.openinference.Claim;
import dev.baton.openinference.InferenceRequest;
import dev.baton.openinference.ModelInput;
import dev.baton.partitioning.Placement;
import dev.baton.partitioning.divide.DivisionRequest;
import dev.baton.partitioning.divide.ModelDescription;
import dev.baton.partitioning.splitpackage.EarlyExit;
import dev.baton.partitioning.splitpackage.EarlyExit.Measure;
import dev.baton.partitioning.splitpackage.EarlyExit.Scores;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.codec.Codec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A given classifier of photographs with a branch of its own after its second stage, which is trained here: a linear layer over
 * the features there, as BranchyNet's smallest. What it is sure of needs no cloud.
 */
final class TrainedExitTest {

    private static final int PHOTOS = 1000;
    private static final int TESTED = 5; // every fifth, as they are sorted by class; the others are learnt from
    private static final int SIDE = 32;
    private static final int CLASSES = 10;
    private static final int BATCH = 100;
    private static final int BLOCKS_BEFORE = 6; // residual blocks before the branch, of nine
    private static final float[] MEAN = {0.485f, 0.456f, 0.406f};
    private static final float[] DEVIATION = {0.229f, 0.224f, 0.225f};

    @TempDir
    Path directory;

    @Test
    void easyPhotographsEndEarlyAndAreMostlyRight() throws Exception {
        Path models = Path.of(System.getProperty("baton.models", "models"));
        Path onnx = models.resolve("resnet_cifar10/resnet20_cifar10.onnx");
        Path photos = models.resolve("inputs/cifar10/cifar10_test_1000.npz");
        assumeTrue(
                Files.isRegularFile(onnx) && Files.isRegularFile(photos), onnx + " or its photographs are not there");
        float[] pixels = pixels(array(photos, "images.npy"));
        byte[] labels = array(photos, "labels.npy");
        OnnxMl.ModelProto model = OnnxMl.ModelProto.parseFrom(Files.readAllBytes(onnx));
        String features = features(model);
        LinearExit exit;
        try (OnnxRuntimeEngine engine = new OnnxRuntimeEngine(EngineSettings.defaults())) {
            float[][] pooled = pooled(engine, model, features, pixels);
            int[] learnt = IntStream.range(0, PHOTOS)
                    .filter(photo -> photo % TESTED != 0)
                    .toArray();
            exit = LinearExit.train(
                    Arrays.stream(learnt).mapToObj(photo -> pooled[photo]).toArray(float[][]::new),
                    Arrays.stream(learnt).map(photo -> labels[photo]).toArray(),
                    CLASSES);
        }
        SplitPackage divided = divide(model, features, exit);
        assertThat(divided.manifest().exitPoints()).isNotEmpty();
        try (OnnxRuntimeEngine engine = new OnnxRuntimeEngine(EngineSettings.defaults())) {
            assertMostlyRight(divided, engine, pixels, labels);
        }
    }

    private static void assertMostlyRight(SplitPackage divided, OnnxRuntimeEngine engine, float[] pixels, byte[] labels)
            throws Exception {
        Models models = new Models();
        ServedModel served = ServedModel.open(divided, engine);
        ModelServing.serve(models, served);
        int point = divided.manifest().exitPoints().getFirst();
        served.activate(new EdgePlan(
                served.name(), served.version(), new Placement.Split(point), Codec.RAW, 1, "because of the branch"));
        TestingSender cloud = new TestingSender();
        cloud.answer(_ -> new CloudAnswer.Refused("tail-1", "finish by yourself"));
        EdgeInference inference = TestingInference.of(models, cloud, new Arrivals(System::nanoTime));
        int early = 0;
        int earlyRight = 0;
        int lateRight = 0;
        for (int photo = 0; photo < PHOTOS; photo += TESTED) {
            InferenceAnswer answer = inference.infer(request(photo(pixels, photo, 1)));
            boolean exited = answer.provenance().completedBy() == CompletedBy.EARLY_EXIT;
            String output = exited ? LinearExit.OUTPUT : "logits";
            boolean right = best(Objects.requireNonNull(answer.outputs().get(output))) == labels[photo];
            early += exited ? 1 : 0;
            earlyRight += exited && right ? 1 : 0;
            lateRight += !exited && right ? 1 : 0;
        }
        int asked = PHOTOS / TESTED;
        assertThat(cloud.sent()).hasSize(asked - early);
        String found =
                "%d of %d early, %d of them right; %d of the others".formatted(early, asked, earlyRight, lateRight);
        assertThat(early).as(found).isGreaterThan(asked / 5);
        assertThat(earlyRight).as(found).isGreaterThan(early * 8 / 10);
        assertThat(earlyRight + lateRight).as(found).isGreaterThan(asked * 7 / 10);
    }

    /** What the last residual block of the second stage gives. */
    private static String features(OnnxMl.ModelProto model) {
        List<OnnxMl.NodeProto> nodes = model.getGraph().getNodeList();
        String sum = nodes.stream()
                .filter(node -> node.getOpType().equals("Add"))
                .skip(BLOCKS_BEFORE - 1)
                .findFirst()
                .orElseThrow()
                .getOutput(0);
        return nodes.stream()
                .filter(node ->
                        node.getOpType().equals("Relu") && node.getInputList().contains(sum))
                .findFirst()
                .orElseThrow()
                .getOutput(0);
    }

    /** The features of all photographs, pooled as the branch pools them. */
    private float[][] pooled(OnnxRuntimeEngine engine, OnnxMl.ModelProto model, String features, float[] pixels)
            throws IOException {
        OnnxMl.ModelProto.Builder probing = model.toBuilder();
        probing.getGraphBuilder()
                .addNode(LinearExit.pooling(features))
                .addNode(LinearExit.flattening())
                .addOutput(BranchedModel.value(LinearExit.FLAT, -1, -1));
        Path file =
                Files.write(directory.resolve("probing.onnx"), probing.build().toByteArray());
        float[][] all = new float[PHOTOS][];
        try (InferenceSession session = engine.open(file)) {
            for (int first = 0; first < PHOTOS; first += BATCH) {
                Tensor flat = Objects.requireNonNull(session.run(Map.of("input", photo(pixels, first, BATCH)))
                        .outputs()
                        .get(LinearExit.FLAT));
                float[] values = flat.toFloats();
                int length = values.length / BATCH;
                for (int i = 0; i < BATCH; i++) {
                    all[first + i] = Arrays.copyOfRange(values, i * length, (i + 1) * length);
                }
            }
        }
        return all;
    }

    private SplitPackage divide(OnnxMl.ModelProto model, String features, LinearExit exit) throws Exception {
        OnnxMl.ModelProto.Builder branched = model.toBuilder();
        exit.addTo(branched.getGraphBuilder(), features);
        Path file =
                Files.write(directory.resolve("branched.onnx"), branched.build().toByteArray());
        DivisionRequest request = DivisionRequest.of(file, "photographs")
                .withDescription(new ModelDescription(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(new EarlyExit(LinearExit.OUTPUT, 0.9, Measure.PROBABILITY, Scores.LOGITS)),
                        Map.of()))
                .withMaxSplitPoints(6)
                .withCodecs(List.of(Codec.RAW));
        return TinyModel.divide(request, directory.resolve("package"));
    }

    private static InferenceRequest request(Tensor photo) {
        return new InferenceRequest(
                "1",
                "photographs",
                Optional.empty(),
                Map.of("input", new ModelInput.OfTensor(photo)),
                List.of(),
                Optional.empty(),
                System.nanoTime(),
                Claim.NONE);
    }

    private static Tensor photo(float[] pixels, int first, int count) {
        int length = 3 * SIDE * SIDE;
        return Tensor.ofFloats(
                Shape.of(count, 3, SIDE, SIDE), Arrays.copyOfRange(pixels, first * length, (first + count) * length));
    }

    /** Normalised, NCHW. */
    private static float[] pixels(byte[] nhwc) {
        float[] pixels = new float[nhwc.length];
        int area = SIDE * SIDE;
        for (int i = 0; i < nhwc.length; i++) {
            int channel = i % 3;
            int place = i / 3 % area;
            int photo = i / (3 * area);
            float value = Byte.toUnsignedInt(nhwc[i]) / 255f;
            pixels[(photo * 3 + channel) * area + place] = (value - MEAN[channel]) / DEVIATION[channel];
        }
        return pixels;
    }

    private static int best(Tensor scores) {
        float[] values = scores.toFloats();
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            best = values[i] > values[best] ? i : best;
        }
        return best;
    }

    /** An array of bytes from an archive of NumPy's: what follows its header. */
    private static byte[] array(Path archive, String name) throws IOException {
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            byte[] whole = zip.getInputStream(zip.getEntry(name)).readAllBytes();
            int header = 10 + Byte.toUnsignedInt(whole[8]) + (Byte.toUnsignedInt(whole[9]) << 8);
            return Arrays.copyOfRange(whole, header, whole.length);
        }
    }
}
