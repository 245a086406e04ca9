package dev.baton.partitioning.families;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.baton.partitioning.TestingModels;
import java.util.List;

/**
 * GPT-2 with past keys and values, named as Hugging Face's optimum names them: batch, sequence and past lengths vary, the causal
 * mask is sliced out of a constant by computed lengths.
 */
final class Gpt2 {
    private static final int POSITIONS = 128;

    private Gpt2() {}

    static ModelProto model(GraphBuilder b, int vocabulary, int width, int heads, int layers) {
        int size = width / heads;
        b.input("input_ids", DataType.INT64, "batch_size", "sequence_length");
        for (int layer = 0; layer < layers; layer++) {
            for (String part : List.of("key", "value")) {
                b.input(
                        "past_key_values.%d.%s".formatted(layer, part),
                        "batch_size",
                        heads,
                        "past_sequence_length",
                        size);
            }
        }
        b.input("attention_mask", DataType.INT64, "batch_size", "past_sequence_length + sequence_length");
        b.input("position_ids", DataType.INT64, "batch_size", "sequence_length");
        b.output("logits", "batch_size", "sequence_length", vocabulary);
        b.scope("/transformer");
        String embedding = b.weight(vocabulary, width);
        String x = b.add(
                "Add",
                List.of(
                        b.add("Gather", List.of(embedding, "input_ids")),
                        b.add("Gather", List.of(b.weight(POSITIONS, width), "position_ids"))));
        String mask = b.cast(b.add("Unsqueeze", List.of("attention_mask", b.constant(1, 2))), b.type());
        mask = b.add("Mul", List.of(b.add("Sub", List.of(b.scalar(1), mask)), b.scalar(-3.4e38)));
        b.initialiser(causal());
        for (int layer = 0; layer < layers; layer++) {
            b.scope("/transformer/h." + layer);
            String normal = b.layerNormalization(x, width);
            x = b.add("Add", List.of(attention(b, normal, mask, width, heads, layer), x));
            String inner = gelu(b, conv1d(b, b.layerNormalization(x, width), width, 4 * width));
            x = b.add("Add", List.of(x, conv1d(b, inner, 4 * width, width)));
        }
        b.scope("");
        x = b.layerNormalization(x, width);
        b.named("MatMul", "logits", List.of(x, b.transpose(embedding, 1, 0)));
        return b.build();
    }

    private static ai.onnx.proto.OnnxMl.TensorProto causal() {
        byte[] triangle = new byte[POSITIONS * POSITIONS];
        for (int i = 0; i < triangle.length; i++) {
            triangle[i] = (byte) (i % POSITIONS <= i / POSITIONS ? 1 : 0);
        }
        return ai.onnx.proto.OnnxMl.TensorProto.newBuilder()
                .setName("transformer.h.attn.bias")
                .setDataType(DataType.BOOL_VALUE)
                .addAllDims(List.of(1L, 1L, (long) POSITIONS, (long) POSITIONS))
                .setRawData(com.google.protobuf.ByteString.copyFrom(triangle))
                .build();
    }

    private static String attention(GraphBuilder b, String x, String mask, int width, int heads, int layer) {
        int size = width / heads;
        List<String> qkv =
                b.split("Split", List.of(conv1d(b, x, width, 3 * width), b.constant(width, width, width)), 3, axis(2));
        String q = heads(b, qkv.get(0), heads, size);
        String k = heads(b, qkv.get(1), heads, size);
        String v = heads(b, qkv.get(2), heads, size);
        String keys = "present.%d.key".formatted(layer);
        String values = "present.%d.value".formatted(layer);
        b.named("Concat", keys, List.of("past_key_values.%d.key".formatted(layer), k), axis(-2));
        b.named("Concat", values, List.of("past_key_values.%d.value".formatted(layer), v), axis(-2));
        b.outputs(keys, values);
        String scores = b.add("MatMul", List.of(q, b.transpose(keys, 0, 1, 3, 2)));
        scores = b.add("Div", List.of(scores, b.scalar(Math.sqrt(size))));
        String total = b.size(keys, 2);
        String begin = b.add("Sub", List.of(total, b.size(q, 2)));
        String rows = b.add("Slice", List.of("transformer.h.attn.bias", begin, total, b.constant(2), b.constant(1)));
        String triangle = b.add("Slice", List.of(rows, b.constant(0), total, b.constant(3), b.constant(1)));
        scores = b.add("Where", List.of(triangle, scores, b.scalar(-3.4e38)));
        String weights = b.add("Softmax", b.add("Add", List.of(scores, mask)), axis(-1));
        String context = b.transpose(b.add("MatMul", List.of(weights, values)), 0, 2, 1, 3);
        String shape = b.add("Concat", List.of(b.size(context, 0), b.size(context, 1), b.constant(width)), axis(0));
        return conv1d(b, b.add("Reshape", List.of(context, shape)), width, width);
    }

    private static String heads(GraphBuilder b, String x, int heads, int size) {
        String shape =
                b.add("Concat", List.of(b.size(x, 0), b.size(x, 1), b.constant(heads), b.constant(size)), axis(0));
        return b.transpose(b.add("Reshape", List.of(x, shape)), 0, 2, 1, 3);
    }

    /** GPT-2's linear layer, a matrix product over flattened tokens. */
    private static String conv1d(GraphBuilder b, String x, int in, int out) {
        String shape = b.add("Concat", List.of(b.size(x, 0), b.size(x, 1), b.constant(out)), axis(0));
        String flat = b.add("Reshape", List.of(x, b.constant(-1, in)));
        return b.add("Reshape", List.of(b.add("Gemm", List.of(flat, b.weight(in, out), b.weight(out))), shape));
    }

    /** The approximation by the hyperbolic tangent. */
    private static String gelu(GraphBuilder b, String x) {
        String cube = b.add("Pow", List.of(x, b.scalar(3)));
        String inner = b.add("Add", List.of(x, b.add("Mul", List.of(cube, b.scalar(0.044715)))));
        String tanh = b.add("Tanh", b.add("Mul", List.of(inner, b.scalar(Math.sqrt(2 / Math.PI)))));
        String half = b.add("Mul", List.of(x, b.scalar(0.5)));
        return b.add("Mul", List.of(half, b.add("Add", List.of(tanh, b.scalar(1)))));
    }

    private static ai.onnx.proto.OnnxMl.AttributeProto axis(long axis) {
        return TestingModels.attribute("axis", axis);
    }
}
