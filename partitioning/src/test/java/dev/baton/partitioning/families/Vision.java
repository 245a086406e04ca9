package dev.baton.partitioning.families;

import static dev.baton.partitioning.families.GraphBuilder.attribute;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import dev.baton.partitioning.TestingModels;
import java.util.ArrayList;
import java.util.List;

/** Convolutional families, each with what makes it hard to divide. */
final class Vision {
    private Vision() {}

    /** DenseNet-121: every layer reads all those before it in its block; weights reach batch normalisations unfused. */
    static ModelProto denseNet(GraphBuilder b, int side, int growth) {
        b.input("data_0", "batch", 3, side, side).output("fc6_1", "batch", 10);
        int channels = 2 * growth;
        String x = maxPool(b, b.relu(b.batchNormalization(b.conv("data_0", 3, channels, 7, 2), channels)), 3, 2, 1);
        int[] blocks = {6, 12, 24, 16};
        for (int block = 0; block < blocks.length; block++) {
            for (int layer = 0; layer < blocks[block]; layer++) {
                b.scope("/features/denseblock%d/denselayer%d".formatted(block + 1, layer + 1));
                String inner = b.conv(b.relu(b.batchNormalization(x, channels)), channels, 4L * growth, 1, 1);
                inner = b.conv(b.relu(b.batchNormalization(inner, 4L * growth)), 4L * growth, growth, 3, 1);
                x = b.add("Concat", List.of(x, inner), axis(1));
                channels += growth;
            }
            if (block < blocks.length - 1) {
                b.scope("/features/transition" + (block + 1));
                x = b.conv(b.relu(b.batchNormalization(x, channels)), channels, channels / 2, 1, 1);
                channels /= 2;
                x = b.add("AveragePool", x, attribute("kernel_shape", 2, 2), attribute("strides", 2, 2));
            }
        }
        b.scope("/classifier");
        x = b.add("GlobalAveragePool", b.relu(b.batchNormalization(x, channels)));
        x = b.add("Flatten", x);
        b.named("Gemm", "fc6_1", List.of(x, b.weight(channels, 10), b.weight(10)));
        return b.build();
    }

    /** Inception: four branches side by side in each block, joined by a concatenation. */
    static ModelProto inception(GraphBuilder b, int side, int width) {
        b.input("input", 1, 3, side, side).output("prob", 1, 10);
        String x = maxPool(b, b.relu(b.conv("input", 3, width, 7, 2)), 3, 2, 1);
        int channels = width;
        for (int block = 0; block < 9; block++) {
            b.scope("inception_%d".formatted(block));
            String one = b.relu(b.conv(x, channels, width, 1, 1));
            String three = b.relu(b.conv(b.relu(b.conv(x, channels, width, 1, 1)), width, width, 3, 1));
            String five = b.relu(b.conv(b.relu(b.conv(x, channels, width / 2, 1, 1)), width / 2, width, 5, 1));
            String pool = b.relu(b.conv(maxPool(b, x, 3, 1, 1), channels, width, 1, 1));
            x = b.add("Concat", List.of(one, three, five, pool), axis(1));
            channels = 4 * width;
            if (block == 1 || block == 6) {
                x = maxPool(b, x, 3, 2, 1);
            }
        }
        b.scope("");
        x = b.add("Dropout", b.add("GlobalAveragePool", x));
        x = b.add("Gemm", List.of(b.add("Flatten", x), b.weight(channels, 10), b.weight(10)));
        b.named("Softmax", "prob", List.of(x));
        return b.build();
    }

    /** EfficientNet: inverted bottlenecks, swish written out, squeeze and excitation. */
    static ModelProto efficientNet(GraphBuilder b, int side, int width) {
        b.input("images", "N", 3, side, side).output("Softmax", "N", 10);
        String x = swish(b, b.batchNormalization(b.conv("images", 3, width, 3, 2), width));
        long channels = width;
        int[] repeats = {1, 2, 2, 3, 3, 4, 1};
        int[] strides = {1, 2, 2, 2, 1, 2, 1};
        for (int stage = 0; stage < repeats.length; stage++) {
            long out = width + 4L * stage;
            for (int repeat = 0; repeat < repeats[stage]; repeat++) {
                b.scope("efficientnet/blocks_%d_%d".formatted(stage, repeat));
                int stride = repeat == 0 ? strides[stage] : 1;
                long wide = 6 * channels;
                String inner = swish(b, b.batchNormalization(b.conv(x, channels, wide, 1, 1), wide));
                int kernel = stage % 2 == 0 ? 3 : 5;
                inner = swish(b, b.batchNormalization(b.conv(inner, wide, wide, kernel, stride, (int) wide), wide));
                String squeezed = b.add("ReduceMean", inner, attribute("axes", 2, 3));
                squeezed = swish(b, b.conv(squeezed, wide, Math.max(1, channels / 4), 1, 1));
                String gate = b.add("Sigmoid", b.conv(squeezed, Math.max(1, channels / 4), wide, 1, 1));
                inner = b.batchNormalization(b.conv(b.add("Mul", List.of(inner, gate)), wide, out, 1, 1), out);
                x = stride == 1 && channels == out ? b.add("Add", List.of(inner, x)) : inner;
                channels = out;
            }
        }
        b.scope("efficientnet/head");
        x = swish(b, b.batchNormalization(b.conv(x, channels, 4L * channels, 1, 1), 4 * channels));
        x = b.add("Squeeze", List.of(b.add("GlobalAveragePool", x), b.constant(2, 3)));
        b.named("Softmax", "Softmax", List.of(b.linear(x, 4 * channels, 10)));
        return b.build();
    }

    /** U-Net: every level's activation is kept for the way up, where it is as large as anything. */
    static ModelProto uNet(GraphBuilder b, int side, int width) {
        b.input("image", 1, 3, side, side).output("mask", 1, 1, side, side);
        List<String> skips = new ArrayList<>();
        String x = "image";
        long channels = 3;
        for (int level = 0; level < 4; level++) {
            b.scope("/down" + level);
            long out = (long) width << level;
            x = b.relu(b.conv(b.relu(b.conv(x, channels, out, 3, 1)), out, out, 3, 1));
            skips.add(x);
            x = maxPool(b, x, 2, 2, 0);
            channels = out;
        }
        x = b.relu(b.conv(x, channels, 2 * channels, 3, 1));
        channels *= 2;
        for (int level = 3; level >= 0; level--) {
            b.scope("/up" + level);
            long out = (long) width << level;
            x = b.add(
                    "ConvTranspose",
                    List.of(x, b.weight(channels, out, 2, 2), b.weight(out)),
                    attribute("kernel_shape", 2, 2),
                    attribute("strides", 2, 2));
            x = b.add("Concat", List.of(skips.get(level), x), axis(1));
            x = b.relu(b.conv(b.relu(b.conv(x, 2 * out, out, 3, 1)), out, out, 3, 1));
            channels = out;
        }
        b.scope("");
        b.named("Sigmoid", "mask", List.of(b.conv(x, channels, 1, 1, 1)));
        return b.build();
    }

    /** Height and width vary; sizes to scale to are computed from shapes in the graph. */
    static ModelProto fullyConvolutional(GraphBuilder b, int width) {
        b.input("input", "batch", 3, "height", "width").output("out", "batch", 2, "height", "width");
        String early = b.relu(b.conv("input", 3, width, 3, 2));
        String x = b.relu(b.conv(early, width, 2L * width, 3, 2));
        for (int i = 0; i < 4; i++) {
            b.scope("/body/" + i);
            x = b.add("Add", List.of(x, b.relu(b.conv(x, 2L * width, 2L * width, 3, 1))));
        }
        b.scope("/aspp");
        String context = b.relu(b.conv(b.add("GlobalAveragePool", x), 2L * width, 2L * width, 1, 1));
        x = b.add("Concat", List.of(x, resizedLike(b, context, x)), axis(1));
        x = b.relu(b.conv(x, 4L * width, width, 3, 1));
        b.scope("/decoder");
        x = b.add("Concat", List.of(resizedLike(b, x, early), early), axis(1));
        x = b.conv(x, 2L * width, 2, 3, 1);
        String sizes =
                b.add("Concat", List.of(b.size(x, 0), b.size(x, 1), b.size("input", 2), b.size("input", 3)), axis(0));
        b.named("Resize", "out", List.of(x, "", "", sizes), attribute("mode", "linear"));
        return b.build();
    }

    private static String resizedLike(GraphBuilder b, String x, String model) {
        String spatial = b.add("Slice", List.of(b.add("Shape", model), b.constant(2), b.constant(4), b.constant(0)));
        String kept = b.add("Slice", List.of(b.add("Shape", x), b.constant(0), b.constant(2), b.constant(0)));
        String sizes = b.add(
                "Concat", List.of(kept, b.cast(spatial, ai.onnx.proto.OnnxMl.TensorProto.DataType.INT64)), axis(0));
        return b.add("Resize", List.of(x, "", "", sizes), attribute("mode", "linear"));
    }

    static String swish(GraphBuilder b, String x) {
        return b.add("Mul", List.of(x, b.add("Sigmoid", x)));
    }

    static String maxPool(GraphBuilder b, String x, int kernel, int stride, int pad) {
        return b.add(
                "MaxPool",
                x,
                attribute("kernel_shape", kernel, kernel),
                attribute("strides", stride, stride),
                attribute("pads", pad, pad, pad, pad));
    }

    static AttributeProto axis(long axis) {
        return TestingModels.attribute("axis", axis);
    }
}
