package dev.baton.gauge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ShippedModelTest {
    private static final Path MODEL = Path.of("model/gauge.onnx");
    private static final Path CARD = Path.of("model/MODEL_CARD.md");
    private static final Path DESCRIPTION = Path.of("model/gauge.json");
    private static final Pattern BOUND = Pattern.compile("shipped pictures: at most ([0-9.]+) %");

    @Test
    void modelIsSmall() throws IOException {
        assertTrue(Files.size(MODEL) <= 8L << 20, Files.size(MODEL) + " bytes");
        long parameters = 0;
        for (OnnxMl.TensorProto weight : graph().getInitializerList()) {
            parameters += weight.getDimsList().stream().reduce(1L, (a, b) -> a * b);
        }
        assertTrue(parameters >= 1_000_000 && parameters <= 3_000_000, parameters + " parameters");
    }

    @Test
    void operatorsAreStandardAndNamedByTheirPlace() throws IOException {
        List<OnnxMl.NodeProto> nodes = graph().getNodeList();
        assertTrue(nodes.stream().allMatch(node -> node.getDomain().isEmpty()));
        assertTrue(nodes.stream().anyMatch(node -> node.getName().equals("stage2/block1/conv1")));
        assertEquals(
                nodes.size(),
                nodes.stream().map(OnnxMl.NodeProto::getName).distinct().count());
    }

    @Test
    void takesBatchesOfPicturesAndGivesReadings() throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = oneThread();
                OrtSession session = environment.createSession(MODEL.toString(), options)) {
            TensorInfo image = tensor(session.getInputInfo().get("image"));
            assertArrayEquals(new long[] {-1, 3, 128, 128}, image.getShape());
            assertEquals("batch", image.getDimensionNames()[0]);
            TensorInfo reading = tensor(session.getOutputInfo().get("reading"));
            assertArrayEquals(new long[] {-1, 1}, reading.getShape());
            assertEquals(3, read(environment, session, new float[3 * ModelInput.LENGTH], 3).length);
        }
    }

    @Test
    void descriptionAgreesWithTheRendererAndTheGraph() throws IOException {
        String description = Files.readString(DESCRIPTION);
        assertTrue(description.contains("\"mean\":[%1$s,%1$s,%1$s]".formatted(ModelInput.MEAN)), description);
        assertTrue(description.contains("\"std\":[%1$s,%1$s,%1$s]".formatted(ModelInput.DEVIATION)), description);
        assertEquals("image", graph().getInput(0).getName());
        assertEquals("reading", graph().getOutput(0).getName());
    }

    @Test
    void readsTheShippedPicturesAsWellAsTheCardSays() throws IOException, OrtException {
        Matcher bound = BOUND.matcher(Files.readString(CARD));
        assertTrue(bound.find(), "the card states a bound");
        double sum = 0;
        List<ShippedPictures.Entry> entries = ShippedPictures.read().entries();
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = oneThread();
                OrtSession session = environment.createSession(MODEL.toString(), options)) {
            for (ShippedPictures.Entry entry : entries) {
                float[] input = ModelInput.normalised(JpegCodec.decode(entry.jpeg()));
                sum += Math.abs(read(environment, session, input, 1)[0] - entry.fraction());
            }
        }
        double percent = 100 * sum / entries.size();
        assertTrue(percent <= Double.parseDouble(bound.group(1)), "mean error of %.3f %%".formatted(percent));
    }

    /** Where cores are busy, threads that wait for each other are slower than one. */
    private static OrtSession.SessionOptions oneThread() throws OrtException {
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        options.setIntraOpNumThreads(1);
        return options;
    }

    private static float[] read(OrtEnvironment environment, OrtSession session, float[] input, int batch)
            throws OrtException {
        long[] shape = {batch, 3, ModelInput.SIDE, ModelInput.SIDE};
        try (OnnxTensor image = OnnxTensor.createTensor(environment, FloatBuffer.wrap(input), shape);
                OrtSession.Result result = session.run(Map.of("image", image))) {
            float[] readings = new float[batch];
            ((OnnxTensor) result.get("reading").orElseThrow()).getFloatBuffer().get(readings);
            return readings;
        }
    }

    private static TensorInfo tensor(@Nullable NodeInfo node) {
        return (TensorInfo) Objects.requireNonNull(node).getInfo();
    }

    private static OnnxMl.GraphProto graph() throws IOException {
        return OnnxMl.ModelProto.parseFrom(Files.readAllBytes(MODEL)).getGraph();
    }
}
