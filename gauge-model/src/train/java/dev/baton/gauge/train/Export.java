package dev.baton.gauge.train;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.baton.gauge.CameraPicture;
import dev.baton.gauge.DesignSet;
import dev.baton.gauge.JpegCodec;
import dev.baton.gauge.ModelInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Writes trained weights as an ONNX model, and makes sure that it computes what was trained. */
final class Export {
    /** The largest difference between trained network and exported model, as a fraction of full scale. */
    private static final double TOLERANCE = 1e-4;

    private static final int PICTURES = 100;

    private Export() {}

    static void write(Path checkpoint, Path model) throws IOException, OrtException {
        Weights weights = Weights.read(checkpoint);
        Files.createDirectories(model.toAbsolutePath().getParent());
        OnnxLayers.write(weights, model);
        TorchLayers network = TorchLayers.initialised(0);
        weights.into(network);
        network.training(false);
        torch.set_num_threads(1);
        double largest = 0;
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(model.toString())) {
            for (int index = 0; index < PICTURES; index++) {
                CameraPicture picture = CameraPicture.of(DesignSet.HELD_OUT_DESIGNS, index);
                float[] input = ModelInput.normalised(JpegCodec.decode(picture.jpeg()));
                double exported = Evaluation.read(environment, session, input);
                largest = Math.max(largest, Math.abs(exported - trained(network, input)));
            }
        }
        System.out.printf(
                "%s: %d bytes; differs from the trained network by at most %.2e on %d pictures%n",
                model, Files.size(model), largest, PICTURES);
        if (!(largest <= TOLERANCE)) {
            throw new IllegalStateException("exported model differs by " + largest);
        }
    }

    private static double trained(TorchLayers network, float[] input) {
        try (PointerScope _ = new PointerScope();
                NoGradGuard _ = new NoGradGuard()) {
            Tensor image = Tensor.create(input, 1, 3, ModelInput.SIDE, ModelInput.SIDE);
            Tensor logits = GaugeNetwork.logits(network, GaugeNetwork.features(network, image));
            return GaugeNetwork.read(network, logits).item_float();
        }
    }
}
