package dev.baton.partitioning.families;

import ai.onnx.proto.OnnxMl.ModelProto;
import dev.baton.partitioning.TestingModels;
import java.util.List;

/** ViT: patches by a strided convolution, a class token, encoder layers, the first token classified. */
final class VisionTransformer {
    private VisionTransformer() {}

    static ModelProto model(GraphBuilder b, int side, int patch, int width, int heads, int layers, int classes) {
        int patches = (side / patch) * (side / patch);
        b.input("pixel_values", 1, 3, side, side).output("logits", 1, classes);
        b.scope("/vit/embeddings");
        String x = b.add(
                "Conv",
                List.of("pixel_values", b.weight(width, 3, patch, patch), b.weight(width)),
                GraphBuilder.attribute("kernel_shape", patch, patch),
                GraphBuilder.attribute("strides", patch, patch));
        x = b.add("Reshape", List.of(x, b.constant(1, width, patches)));
        x = b.transpose(x, 0, 2, 1);
        String token = b.add("Expand", List.of(b.weight(1, 1, width), b.constant(1, 1, width)));
        x = b.add("Concat", List.of(token, x), TestingModels.attribute("axis", 1));
        x = b.add("Add", List.of(x, b.weight(1, patches + 1, width)));
        for (int layer = 0; layer < layers; layer++) {
            b.scope("/vit/encoder/layer." + layer);
            String normal = b.layerNormalization(x, width);
            x = b.add("Add", List.of(attention(b, normal, width, heads), x));
            String inner = b.gelu(b.linear(b.layerNormalization(x, width), width, 4L * width));
            x = b.add("Add", List.of(b.linear(inner, 4L * width, width), x));
        }
        b.scope("/vit");
        x = b.layerNormalization(x, width);
        String first = b.add("Gather", List.of(x, b.index(0)), TestingModels.attribute("axis", 1));
        b.named("Gemm", "logits", List.of(first, b.weight(width, classes), b.weight(classes)));
        return b.build();
    }

    /** Self-attention over [1, tokens, width], its shapes written out. */
    static String attention(GraphBuilder b, String x, int width, int heads) {
        int size = width / heads;
        String q = heads(b, b.linear(x, width, width), heads, size);
        String k = b.linear(x, width, width);
        String keys = b.transpose(b.add("Reshape", List.of(k, b.constant(0, -1, heads, size))), 0, 2, 3, 1);
        String v = heads(b, b.linear(x, width, width), heads, size);
        String scores = b.add("Div", List.of(b.add("MatMul", List.of(q, keys)), b.scalar(Math.sqrt(size))));
        String weights = b.add("Softmax", scores, TestingModels.attribute("axis", -1));
        String context = b.transpose(b.add("MatMul", List.of(weights, v)), 0, 2, 1, 3);
        return b.linear(b.add("Reshape", List.of(context, b.constant(0, -1, width))), width, width);
    }

    private static String heads(GraphBuilder b, String x, int heads, int size) {
        return b.transpose(b.add("Reshape", List.of(x, b.constant(0, -1, heads, size))), 0, 2, 1, 3);
    }
}
