package dev.baton.demo;

import dev.baton.inference.EngineSettings;
import dev.baton.inference.InferenceSession;
import dev.baton.inference.OnnxRuntimeEngine;
import dev.baton.models.DescribedModel;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.image.ImageInput;
import dev.baton.tensor.image.ImagePreprocessor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What the undivided model answers, run in this process: every other answer is compared with it. */
public final class WholeModel {

    private final List<Map<String, Tensor>> answers;
    private final double scale;

    private WholeModel(List<Map<String, Tensor>> answers) {
        this.answers = answers;
        this.scale = answers.stream()
                .flatMap(answer -> answer.values().stream())
                .mapToDouble(WholeModel::largest)
                .max()
                .orElse(1);
    }

    /** Runs {@code model} on every picture. */
    public static WholeModel of(DescribedModel model, List<Picture> pictures) {
        ImageInput image = model.description().image().orElseThrow();
        ImagePreprocessor preprocessor = new ImagePreprocessor(image);
        try (OnnxRuntimeEngine engine = new OnnxRuntimeEngine(EngineSettings.defaults());
                InferenceSession session = engine.open(model.onnx())) {
            List<Map<String, Tensor>> answers = new ArrayList<>();
            for (Picture picture : pictures) {
                answers.add(session.run(Map.of(image.input(), preprocessor.toTensor(picture.encoded())))
                        .outputs());
            }
            return new WholeModel(answers);
        }
    }

    Map<String, Tensor> answer(int picture) {
        return answers.get(picture);
    }

    /**
     * The largest difference of any output element, relative to the largest element of any answer: the measure that the
     * parity gate uses, over all pictures, so that a reading near zero does not count for more.
     */
    double difference(int picture, Map<String, Tensor> other) {
        double largest = 0;
        for (var output : answers.get(picture).entrySet()) {
            Tensor tensor = other.get(output.getKey());
            if (tensor == null) {
                return Double.POSITIVE_INFINITY;
            }
            largest = Math.max(largest, output.getValue().maxAbsoluteDifference(tensor));
        }
        return scale == 0 ? largest : largest / scale;
    }

    private static double largest(Tensor tensor) {
        double largest = 0;
        if (tensor.type().isFloat()) {
            for (float value : tensor.toFloats()) {
                largest = Math.max(largest, Math.abs(value));
            }
        } else {
            for (double value : Arrays.stream(tensor.toLongs()).asDoubleStream().toArray()) {
                largest = Math.max(largest, Math.abs(value));
            }
        }
        return largest;
    }
}
