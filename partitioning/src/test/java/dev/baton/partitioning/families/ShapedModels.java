package dev.baton.partitioning.families;

import dev.baton.partitioning.TestingModels;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** Generated models whose shapes are known without running them, so they may be as large as the real ones. */
public final class ShapedModels {
    private ShapedModels() {}

    /**
     * A vision transformer on squared pictures with a class token; ViT-B/16 is (224, 16, 768, 12, 12, 1000).
     *
     * @param side of the picture, in pixels
     * @param patch side of a patch
     */
    public static ShapedBuilder visionTransformer(
            long side, long patch, long width, int layers, long heads, long classes) {
        ShapedBuilder model = new ShapedBuilder();
        String picture = model.input("pixels", ElementType.FP32, 1, 3, side, side);
        long patches = (side / patch) * (side / patch);
        String embedded = model.conv(picture, width, patch, patch, 0, 1);
        String tokens = model.transpose(model.reshape(embedded, 1, width, patches), 0, 2, 1);
        String x = model.concat(List.of(model.weight(1, 1, width), tokens), 1);
        x = model.op("Add", model.shape(x), List.of(x, model.weight(1, patches + 1, width)));
        for (int layer = 0; layer < layers; layer++) {
            String attended = selfAttention(model, model.layerNormalization(x), heads);
            x = model.both("Add", x, attended);
            x = model.both("Add", x, feedForward(model, model.layerNormalization(x)));
        }
        x = model.layerNormalization(x);
        String token =
                model.op("Gather", Shape.of(1, width), List.of(x, model.longs(0)), TestingModels.attribute("axis", 1));
        String flat = model.reshape(token, 1, width);
        return model.output(model.dense(flat, classes));
    }

    /** BERT with a pooler; base is (tokens, 768, 12, 12). The mask reaches every layer. */
    public static ShapedBuilder bert(long tokens, long width, int layers, long heads) {
        ShapedBuilder model = new ShapedBuilder();
        String ids = model.input("input_ids", ElementType.INT64, 1, tokens);
        String mask = model.input("attention_mask", ElementType.INT64, 1, tokens);
        String words = model.op("Gather", Shape.of(1, tokens, width), List.of(model.weight(30522, width), ids));
        String x = model.layerNormalization(
                model.op("Add", model.shape(words), List.of(words, model.weight(1, tokens, width))));
        String floating = model.op("Cast", Shape.of(1, tokens), List.of(mask), TestingModels.attribute("to", 1));
        String wide = model.reshape(floating, 1, 1, 1, tokens);
        String penalty = model.op(
                "Mul",
                model.shape(wide),
                List.of(model.op("Sub", model.shape(wide), List.of(model.scalar(1), wide)), model.scalar(-10000)));
        for (int layer = 0; layer < layers; layer++) {
            x = model.layerNormalization(model.both("Add", x, attention(model, x, heads, List.of(penalty))));
            x = model.layerNormalization(model.both("Add", x, feedForward(model, x)));
        }
        String first = model.op(
                "Gather", Shape.of(1, 1, width), List.of(x, model.longs(0)), TestingModels.attribute("axis", 1));
        return model.output(x).output(model.same("Tanh", model.dense(first, width)));
    }

    /** A decoder of one new token with keys and values of the past as inputs and outputs, two for each layer. */
    public static ShapedBuilder decoderWithPast(int layers, long width, long heads, long past, long vocabulary) {
        ShapedBuilder model = new ShapedBuilder();
        String ids = model.input("input_ids", ElementType.INT64, 1, 1);
        long size = width / heads;
        List<String> pasts = new ArrayList<>();
        for (int layer = 0; layer < 2 * layers; layer++) {
            pasts.add(model.input(
                    "past_key_values.%d.%s".formatted(layer / 2, layer % 2 == 0 ? "key" : "value"),
                    ElementType.FP32,
                    1,
                    heads,
                    past,
                    size));
        }
        String x = model.op("Gather", Shape.of(1, 1, width), List.of(model.weight(vocabulary, width), ids));
        List<String> presents = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            String normal = model.layerNormalization(x);
            String keys =
                    model.concat(List.of(pasts.get(2 * layer), split(model, model.dense(normal, width), heads)), 2);
            String values =
                    model.concat(List.of(pasts.get(2 * layer + 1), split(model, model.dense(normal, width), heads)), 2);
            presents.add(keys);
            presents.add(values);
            String queries = split(model, model.dense(normal, width), heads);
            String scores = model.matMul(queries, model.transpose(keys, 0, 1, 3, 2));
            String weighted = model.matMul(
                    model.same(
                            "Softmax",
                            model.op("Div", model.shape(scores), List.of(scores, model.scalar(8))),
                            TestingModels.attribute("axis", -1)),
                    values);
            String joined = model.reshape(model.transpose(weighted, 0, 2, 1, 3), 1, 1, width);
            x = model.both("Add", x, model.dense(joined, width));
            x = model.both("Add", x, feedForward(model, model.layerNormalization(x)));
        }
        x = model.layerNormalization(x);
        model.output(model.matMul(x, model.weight(width, vocabulary)));
        presents.forEach(model::output);
        return model;
    }

    /** Dense blocks: each layer reads all before it in its block, so every tensor is read many times. */
    public static ShapedBuilder denseNet(long side, long growth, int... blocks) {
        ShapedBuilder model = new ShapedBuilder();
        String x = model.input("data", ElementType.FP32, 1, 3, side, side);
        x = model.same("Relu", model.batchNormalization(model.conv(x, 2 * growth, 7, 2, 3, 1)));
        x = model.pool("MaxPool", x, 3, 2, 1);
        for (int block = 0; block < blocks.length; block++) {
            List<String> made = new ArrayList<>(List.of(x));
            for (int layer = 0; layer < blocks[block]; layer++) {
                String all = made.size() == 1 ? made.getFirst() : model.concat(made, 1);
                String narrow = model.conv(model.same("Relu", model.batchNormalization(all)), 4 * growth, 1, 1, 0, 1);
                made.add(model.conv(model.same("Relu", model.batchNormalization(narrow)), growth, 3, 1, 1, 1));
            }
            x = model.same("Relu", model.batchNormalization(model.concat(made, 1)));
            if (block < blocks.length - 1) {
                x = model.conv(x, model.dimension(x, 1) / 2, 1, 1, 0, 1);
                x = model.pool("AveragePool", x, 2, 2, 0);
            }
        }
        String pooled = model.op("GlobalAveragePool", Shape.of(1, model.dimension(x, 1), 1, 1), List.of(x));
        return model.output(model.dense(model.reshape(pooled, 1, model.dimension(x, 1)), 1000));
    }

    private static String selfAttention(ShapedBuilder model, String x, long heads) {
        return attention(model, x, heads, List.of());
    }

    private static String attention(ShapedBuilder model, String x, long heads, List<String> penalties) {
        long width = model.dimension(x, 2);
        long tokens = model.dimension(x, 1);
        String queries = split(model, model.dense(x, width), heads);
        String keys = split(model, model.dense(x, width), heads);
        String values = split(model, model.dense(x, width), heads);
        String scores = model.matMul(queries, model.transpose(keys, 0, 1, 3, 2));
        String scaled = model.op("Div", model.shape(scores), List.of(scores, model.scalar(8)));
        for (String penalty : penalties) {
            scaled = model.both("Add", scaled, penalty);
        }
        String weighted = model.matMul(model.same("Softmax", scaled, TestingModels.attribute("axis", -1)), values);
        return model.dense(model.reshape(model.transpose(weighted, 0, 2, 1, 3), 1, tokens, width), width);
    }

    /** Heads on an axis of their own. */
    private static String split(ShapedBuilder model, String x, long heads) {
        long tokens = model.dimension(x, 1);
        return model.transpose(model.reshape(x, 1, tokens, heads, model.dimension(x, 2) / heads), 0, 2, 1, 3);
    }

    private static String feedForward(ShapedBuilder model, String x) {
        long width = model.dimension(x, 2);
        return model.dense(model.gelu(model.dense(x, 4 * width)), width);
    }
}
