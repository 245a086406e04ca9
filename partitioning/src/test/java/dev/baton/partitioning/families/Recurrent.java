package dev.baton.partitioning.families;

import static dev.baton.partitioning.families.GraphBuilder.attribute;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.baton.partitioning.TestingModels;
import java.util.List;

/** Recurrent models: stacked layers with left-out inputs and outputs. */
final class Recurrent {
    private Recurrent() {}

    /** A text classifier of three LSTM layers, both directions, over a varying length. */
    static ModelProto lstm(GraphBuilder b, int vocabulary, int width) {
        b.input("tokens", DataType.INT64, "batch", "seq_len").output("scores", "batch", 4);
        String x = b.transpose(b.add("Gather", List.of(b.weight(vocabulary, width), "tokens")), 1, 0, 2);
        long in = width;
        for (int layer = 0; layer < 3; layer++) {
            b.scope("/lstm/" + layer);
            // Y, Y_h and Y_c; only Y is read, the others are named all the same, as PyTorch does.
            String y = b.split(
                            "LSTM",
                            List.of(
                                    x,
                                    b.weight(2, 4L * width, in),
                                    b.weight(2, 4L * width, width),
                                    b.weight(2, 8L * width)),
                            3,
                            TestingModels.attribute("hidden_size", width),
                            attribute("direction", "bidirectional"))
                    .getFirst();
            x = b.add("Reshape", List.of(b.transpose(y, 0, 2, 1, 3), b.constant(0, 0, -1)));
            in = 2L * width;
        }
        b.scope("");
        String last = b.add("Gather", List.of(x, b.index(-1)), Vision.axis(0));
        b.named("Gemm", "scores", List.of(last, b.weight(in, 4), b.weight(4)));
        return b.build();
    }

    /** A streaming model of two GRU layers that keeps its state itself. */
    static ModelProto gru(GraphBuilder b, int width) {
        b.input("frames", 1, "time", width).input("state_in", 2, 1, width).output("speech", 1, "time", 1);
        String x = b.transpose("frames", 1, 0, 2);
        List<String> states = b.split("Split", List.of("state_in"), 2, Vision.axis(0));
        String[] after = new String[2];
        for (int layer = 0; layer < 2; layer++) {
            b.scope("/gru/" + layer);
            List<String> results = b.split(
                    "GRU",
                    List.of(
                            x,
                            b.weight(1, 3L * width, width),
                            b.weight(1, 3L * width, width),
                            b.weight(1, 6L * width),
                            "",
                            states.get(layer)),
                    2,
                    TestingModels.attribute("hidden_size", width),
                    TestingModels.attribute("linear_before_reset", 1));
            x = b.add("Squeeze", List.of(results.get(0), b.constant(1)));
            after[layer] = results.get(1);
        }
        b.scope("");
        b.named("Concat", "state_out", List.of(after), Vision.axis(0));
        b.outputs("state_out");
        String y = b.add("Sigmoid", b.linear(b.transpose(x, 1, 0, 2), width, 1));
        b.named("Identity", "speech", List.of(y));
        return b.build();
    }
}
