package dev.baton.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models from elsewhere give the answers that were published or measured with them. */
final class RealModelsTest {

    private final OnnxRuntimeEngine engine =
            new OnnxRuntimeEngine(EngineSettings.defaults().withIntraOpThreads(1));

    @AfterEach
    void close() {
        engine.close();
    }

    @ParameterizedTest
    @CsvSource({"mnist_8, 0", "mnist_8, 1", "mnist_8, 2", "super_resolution_10, 0"})
    void publishedInputGivesPublishedOutput(String model, int dataSet) throws Exception {
        Path file = ModelFiles.require(model + "/model.onnx");
        Path data = file.resolveSibling("test_data_set_" + dataSet);
        Tensor input = ModelFiles.readTensor(data.resolve("input_0.pb"));
        Tensor expected = ModelFiles.readTensor(data.resolve("output_0.pb"));
        try (InferenceSession session = engine.open(file)) {
            TensorSpec in = session.inputs().getFirst();
            TensorSpec out = session.outputs().getFirst();

            Tensor output = output(session.run(Map.of(in.name(), input)), out.name());

            double largest = 0;
            for (float value : expected.toFloats()) {
                largest = Math.max(largest, Math.abs(value));
            }
            assertThat(output.shape()).isEqualTo(expected.shape());
            assertThat(output.maxAbsoluteDifference(expected)).isLessThan(1e-4 * largest);
        }
    }

    @Test
    void textModelTakesTokensAndMask() throws Exception {
        Path file = ModelFiles.require("sms_spam_transformer/sms_spam_transformer.onnx");
        Path data = ModelFiles.require("inputs/text/sms_spam_given_encoded.npz");
        int messages = 16;
        try (InferenceSession session = engine.open(file)) {
            Inference inference = session.run(Map.of(
                    "input_ids", ModelFiles.readRows(data, "input_ids", messages, ElementType.INT64),
                    "attention_mask", ModelFiles.readRows(data, "attention_mask", messages, ElementType.INT64)));

            Tensor expected = ModelFiles.readRows(data, "logits", messages, ElementType.FP32);
            assertThat(output(inference, "logits").maxAbsoluteDifference(expected))
                    .isCloseTo(0, within(1e-3));
        }
    }

    @Test
    void languageModelWritesTheExpectedTokensFromAnEmptyPast() throws Exception {
        Path file = ModelFiles.require("stories260k/stories260k_decoder_kv.onnx");
        List<Long> expected = expectedTokens(file.resolveSibling("expected_greedy.json"), 40);
        try (InferenceSession session = engine.open(file)) {
            Map<String, Tensor> inputs = new LinkedHashMap<>();
            for (TensorSpec spec : session.inputs()) {
                if (spec.name().startsWith("past_key_values")) {
                    inputs.put(spec.name(), Tensor.ofFloats(Shape.of(1, 4, 0, 8)));
                }
            }
            List<Long> written = new ArrayList<>();
            for (long token = 1; written.size() < expected.size(); written.add(token)) {
                int position = written.size();
                inputs.put("input_ids", Tensor.ofLongs(Shape.of(1, 1), token));
                inputs.put("position_ids", Tensor.ofLongs(Shape.of(1, 1), position));
                inputs.put("attention_mask", ones(position + 1));
                Map<String, Tensor> outputs = session.run(inputs).outputs();
                token = indexOfLargest(
                        Objects.requireNonNull(outputs.get("logits")).toFloats(), 0, 512);
                outputs.forEach((name, value) -> {
                    if (name.startsWith("present")) {
                        inputs.put(name.replace("present", "past_key_values"), value);
                    }
                });
            }

            assertThat(written).isEqualTo(expected);
        }
    }

    @Test
    void quantisedModelRecognisesPictures() throws Exception {
        Path file = ModelFiles.require("quantized/resnet20_cifar10_int8_qdq.onnx");
        Path data = ModelFiles.require("inputs/cifar10/cifar10_test_1000.npz");
        int pictures = 1000;
        Tensor pixels = ModelFiles.readRows(data, "images", pictures, ElementType.UINT8);
        long[] labels =
                ModelFiles.readRows(data, "labels", pictures, ElementType.UINT8).toLongs();
        try (InferenceSession session = engine.open(file)) {
            Tensor logits = output(session.run(Map.of("input", normalised(pixels, pictures))), "logits");

            int right = 0;
            for (int i = 0; i < pictures; i++) {
                right += indexOfLargest(logits.toFloats(), i * 10, 10) == labels[i] ? 1 : 0;
            }
            assertThat(right).isBetween(783, 803); // measured elsewhere: 793
        }
    }

    @Test
    void halfPrecisionModelRuns() throws Exception {
        Path file = ModelFiles.require("squeezenet_fp16/squeezenet_fp16.onnx");
        try (InferenceSession session = engine.open(file)) {
            TensorSpec in = session.inputs().getFirst();
            Shape shape = Shape.of(1, 3, 224, 224);
            float[] grey = new float[Math.toIntExact(shape.elementCount())];
            Tensor input = in.type() == ElementType.FP16 ? Tensor.ofHalves(shape, grey) : Tensor.ofFloats(shape, grey);

            Tensor output = output(
                    session.run(Map.of(in.name(), input)),
                    session.outputs().getFirst().name());

            float sum = 0;
            for (float probability : output.toFloats()) {
                sum += probability;
            }
            assertThat(sum).isCloseTo(1, within(0.02f));
        }
    }

    private static Tensor output(Inference inference, String name) {
        return Objects.requireNonNull(inference.outputs().get(name), name);
    }

    private static List<Long> expectedTokens(Path json, int count) throws Exception {
        String text = Files.readString(json);
        String ids = text.substring(text.indexOf('[', text.indexOf("greedy_ids")));
        return Pattern.compile("\\d+")
                .matcher(ids)
                .results()
                .limit(count)
                .map(MatchResult::group)
                .map(Long::valueOf)
                .collect(Collectors.toList());
    }

    private static Tensor ones(int count) {
        long[] ones = new long[count];
        java.util.Arrays.fill(ones, 1);
        return Tensor.ofLongs(Shape.of(1, count), ones);
    }

    private static int indexOfLargest(float[] values, int from, int count) {
        int best = from;
        for (int i = from; i < from + count; i++) {
            if (values[i] > values[best]) {
                best = i;
            }
        }
        return best - from;
    }

    /** N×32×32×3 bytes as N×3×32×32 floats, in the units the model was trained on. */
    private static Tensor normalised(Tensor pixels, int pictures) {
        float[] mean = {0.485f, 0.456f, 0.406f};
        float[] deviation = {0.229f, 0.224f, 0.225f};
        long[] bytes = pixels.toLongs();
        int plane = 32 * 32;
        float[] values = new float[bytes.length];
        for (int picture = 0; picture < pictures; picture++) {
            for (int i = 0; i < plane; i++) {
                for (int channel = 0; channel < 3; channel++) {
                    float value = bytes[(picture * plane + i) * 3 + channel] / 255f;
                    values[(picture * 3 + channel) * plane + i] = (value - mean[channel]) / deviation[channel];
                }
            }
        }
        return Tensor.ofFloats(Shape.of(pictures, 3, 32, 32), values);
    }
}
