package dev.baton.partitioning.families;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.baton.partitioning.TestingModels;
import java.util.List;

/** BERT as exported with dynamic axes: shapes computed in the graph, the mask made once and read by every layer. */
final class Bert {
    private Bert() {}

    /** An encoder with a pooled classifier; {@code tokens} is a number or the name of a dimension. */
    static ModelProto model(GraphBuilder b, Object tokens, int vocabulary, int width, int heads, int layers) {
        Object batch = tokens instanceof Integer ? 1 : "batch_size";
        for (String input : List.of("input_ids", "attention_mask", "token_type_ids")) {
            b.input(input, DataType.INT64, batch, tokens);
        }
        b.output("logits", batch, 2);
        b.scope("/bert");
        String mask = b.add("Unsqueeze", List.of("attention_mask", b.constant(1, 2)));
        mask = b.add("Sub", List.of(b.scalar(1), b.cast(mask, b.type())));
        mask = b.add("Mul", List.of(mask, b.scalar(-10000)));
        b.scope("/bert/embeddings");
        String words = b.add("Gather", List.of(b.weight(vocabulary, width), "input_ids"));
        String types = b.add("Gather", List.of(b.weight(2, width), "token_type_ids"));
        String length = b.size("input_ids", 1);
        b.constant("position_ids", range(512));
        String positions = b.add("Slice", List.of("position_ids", b.constant(0), length, b.constant(0)));
        String places = b.add("Gather", List.of(b.weight(512, width), positions));
        String x = b.add("Add", List.of(b.add("Add", List.of(words, types)), places));
        x = b.layerNormalization(x, width);
        for (int layer = 0; layer < layers; layer++) {
            b.scope("/bert/encoder/layer." + layer);
            x = b.layerNormalization(b.add("Add", List.of(attention(b, x, mask, width, heads), x)), width);
            String inner = b.gelu(b.linear(x, width, 4L * width));
            x = b.layerNormalization(b.add("Add", List.of(b.linear(inner, 4L * width, width), x)), width);
        }
        b.scope("/bert/pooler");
        String first = b.add("Gather", List.of(x, b.index(0)), TestingModels.attribute("axis", 1));
        String pooled = b.add("Tanh", b.add("Gemm", List.of(first, b.weight(width, width), b.weight(width))));
        b.named("Gemm", "logits", List.of(pooled, b.weight(width, 2), b.weight(2)));
        return b.build();
    }

    private static String attention(GraphBuilder b, String x, String mask, int width, int heads) {
        int size = width / heads;
        String q = split(b, b.linear(x, width, width), heads, size, 0, 2, 1, 3);
        String k = split(b, b.linear(x, width, width), heads, size, 0, 2, 3, 1);
        String v = split(b, b.linear(x, width, width), heads, size, 0, 2, 1, 3);
        String scores = b.add("Div", List.of(b.add("MatMul", List.of(q, k)), b.scalar(Math.sqrt(size))));
        String weights = b.add("Softmax", b.add("Add", List.of(scores, mask)), TestingModels.attribute("axis", -1));
        String context = b.transpose(b.add("MatMul", List.of(weights, v)), 0, 2, 1, 3);
        String shape = b.add(
                "Concat",
                List.of(b.size(context, 0), b.size(context, 1), b.constant(width)),
                TestingModels.attribute("axis", 0));
        return b.linear(b.add("Reshape", List.of(context, shape)), width, width);
    }

    private static String split(GraphBuilder b, String x, int heads, int size, long... axes) {
        String shape = b.add(
                "Concat",
                List.of(b.size(x, 0), b.size(x, 1), b.constant(heads), b.constant(size)),
                TestingModels.attribute("axis", 0));
        return b.transpose(b.add("Reshape", List.of(x, shape)), axes);
    }

    static long[] range(int bound) {
        long[] numbers = new long[bound];
        for (int i = 0; i < bound; i++) {
            numbers[i] = i;
        }
        return numbers;
    }
}
