package dev.baton.partitioning.families;

import static dev.baton.partitioning.families.GraphBuilder.attribute;
import static dev.baton.partitioning.families.GraphBuilder.filled;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.baton.partitioning.TestingModels;
import java.util.List;

/** Models quantised as ONNX Runtime's own tools do it: QDQ pairs, QLinear operators, dynamically. */
final class Quantised {
    private Quantised() {}

    /** A residual network of QDQ pairs, weights per channel, biases as INT32, activations UINT8 or INT8. */
    static ModelProto qdq(GraphBuilder b, int side, int width, int blocks, DataType activations) {
        b.input("input", 1, 3, side, side).output("output", 1, 10);
        Qdq q = new Qdq(b, activations);
        String x = q.pair("input", 0.02, 114);
        x = q.pair(b.relu(q.conv(x, 3, width, 2)), 0.02, 0);
        for (int block = 0; block < blocks; block++) {
            b.scope("/layer" + block);
            String inner = q.pair(b.relu(q.conv(x, width, width, 1)), 0.02, 0);
            inner = q.pair(q.conv(inner, width, width, 1), 0.03, 121);
            x = q.pair(b.relu(b.add("Add", List.of(inner, x))), 0.03, 0);
        }
        b.scope("/head");
        x = q.pair(b.add("GlobalAveragePool", x), 0.02, 0);
        x = b.add("Flatten", x);
        String weight = q.weight(DataType.INT8, 1, 10, width);
        x = b.add("Gemm", List.of(x, weight, b.weight(10)), TestingModels.attribute("transB", 1));
        b.named("DequantizeLinear", "output", q.quantised(x, 0.05, 128));
        return b.build();
    }

    /** What writes QDQ. */
    private record Qdq(GraphBuilder b, DataType activations) {
        String pair(String x, double scale, int zero) {
            return b.add("DequantizeLinear", quantised(x, scale, zero));
        }

        /** What a DequantizeLinear of the quantised tensor takes. */
        List<String> quantised(String x, double scale, int zero) {
            String s = b.scalar(scale);
            String z = "zero_" + s;
            b.initialiser(filled(z, activations, activations == DataType.INT8 ? zero - 128 : zero));
            return List.of(b.add("QuantizeLinear", List.of(x, s, z)), s, z);
        }

        String weight(DataType type, double factor, long... dimensions) {
            String name = "quantised_" + dimensions[0] + "_" + b.scalar(factor);
            b.initialiser(b.bytes(name, type, -60, 61, dimensions));
            TensorProto zeros = filled(name + "_zero", type, 0, dimensions[0]);
            b.initialiser(zeros);
            b.initialiser(b.floats(name + "_scale", () -> factor * 0.004, dimensions[0]));
            return b.add("DequantizeLinear", List.of(name, name + "_scale", name + "_zero"), Vision.axis(0));
        }

        String conv(String x, long in, long out, int stride) {
            String weight = weight(DataType.INT8, 1, out, in, 3, 3);
            String bias = "bias_" + weight;
            b.initialiser(filled(bias, DataType.INT32, 40, out));
            b.initialiser(b.floats(bias + "_scale", () -> 0.00008, out));
            b.initialiser(filled(bias + "_zero", DataType.INT32, 0, out));
            String real = b.add("DequantizeLinear", List.of(bias, bias + "_scale", bias + "_zero"), Vision.axis(0));
            return b.add(
                    "Conv",
                    List.of(x, weight, real),
                    attribute("kernel_shape", 3, 3),
                    attribute("pads", 1, 1, 1, 1),
                    attribute("strides", stride, stride));
        }
    }

    /** QLinear operators: between quantisation and dequantisation every activation is UINT8. */
    static ModelProto qLinear(GraphBuilder b, int side, int width, int blocks) {
        b.input("input", "N", 3, side, side).output("probabilities", "N", 10);
        b.operatorSet("com.microsoft", 1);
        b.initialiser(filled("zero_u8", DataType.UINT8, 0));
        b.initialiser(filled("zero_i8", DataType.INT8, 0));
        String scale = b.scalar(0.02);
        String x = b.add("QuantizeLinear", List.of("input", scale, "zero_u8"));
        x = qLinearConv(b, x, scale, 3, width, 2);
        for (int block = 0; block < blocks; block++) {
            b.scope("/layer" + block);
            String inner = qLinearConv(b, qLinearConv(b, x, scale, width, width, 1), scale, width, width, 1);
            x = b.foreign(
                    "com.microsoft",
                    "QLinearAdd",
                    List.of(inner, scale, "zero_u8", x, scale, "zero_u8", scale, "zero_u8"));
        }
        b.scope("/head");
        x = b.foreign(
                "com.microsoft",
                "QLinearGlobalAveragePool",
                List.of(x, scale, "zero_u8", scale, "zero_u8"),
                TestingModels.attribute("channels_last", 0));
        x = b.add("Flatten", x);
        String weight = "classes";
        b.initialiser(b.bytes(weight, DataType.INT8, -60, 61, width, 10));
        x = b.add("QLinearMatMul", List.of(x, scale, "zero_u8", weight, b.scalar(0.01), "zero_i8", scale, "zero_u8"));
        b.named("Softmax", "probabilities", List.of(b.add("DequantizeLinear", List.of(x, scale, "zero_u8"))));
        return b.build();
    }

    private static String qLinearConv(GraphBuilder b, String x, String scale, long in, long out, int stride) {
        String weight = "w_" + b.scalar(1);
        b.initialiser(b.bytes(weight, DataType.INT8, -60, 61, out, in, 3, 3));
        b.initialiser(b.floats(weight + "_scale", () -> 0.004, out));
        b.initialiser(filled(weight + "_zero", DataType.INT8, 0, out));
        b.initialiser(filled(weight + "_bias", DataType.INT32, 300, out));
        return b.add(
                "QLinearConv",
                List.of(
                        x,
                        scale,
                        "zero_u8",
                        weight,
                        weight + "_scale",
                        weight + "_zero",
                        scale,
                        "zero_u8",
                        weight + "_bias"),
                attribute("kernel_shape", 3, 3),
                attribute("pads", 1, 1, 1, 1),
                attribute("strides", stride, stride));
    }

    /** Quantised on the way: ranges are computed for each request; MatMulInteger and ConvInteger. */
    static ModelProto dynamic(GraphBuilder b, int width, int layers) {
        b.input("features", "batch", 4, 8, 8).output("scores", "batch", 10);
        List<String> quantised = b.split("DynamicQuantizeLinear", List.of("features"), 3);
        b.initialiser(b.bytes("conv_w", DataType.UINT8, 68, 189, width, 4, 3, 3));
        b.initialiser(filled("conv_z", DataType.UINT8, 128));
        String x = b.add(
                "ConvInteger",
                List.of(quantised.get(0), "conv_w", quantised.get(2), "conv_z"),
                attribute("kernel_shape", 3, 3),
                attribute("pads", 1, 1, 1, 1));
        x = b.add("Mul", List.of(b.cast(x, DataType.FLOAT), b.add("Mul", List.of(quantised.get(1), b.scalar(0.01)))));
        x = b.relu(x);
        x = b.add("Flatten", b.add("GlobalAveragePool", x));
        for (int layer = 0; layer < layers; layer++) {
            b.scope("/layer." + layer);
            x = b.add("Add", List.of(x, b.relu(matMul(b, x, width, width))));
        }
        b.scope("");
        b.named("Add", "scores", List.of(matMul(b, x, width, 10), b.weight(10)));
        return b.build();
    }

    private static String matMul(GraphBuilder b, String x, int in, int out) {
        List<String> quantised = b.split("DynamicQuantizeLinear", List.of(x), 3);
        String weight = "m_" + b.scalar(1);
        b.initialiser(b.bytes(weight, DataType.INT8, -60, 61, in, out));
        b.initialiser(filled(weight + "_zero", DataType.INT8, 0));
        String y = b.add("MatMulInteger", List.of(quantised.get(0), weight, quantised.get(2), weight + "_zero"));
        String scale = b.add("Mul", List.of(quantised.get(1), b.scalar(0.004)));
        return b.add("Mul", List.of(b.cast(y, DataType.FLOAT), scale));
    }
}
