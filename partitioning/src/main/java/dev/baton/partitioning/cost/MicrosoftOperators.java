package dev.baton.partitioning.cost;

/**
 * How many operations the operators of {@code com.microsoft} take, of which those that ONNX Runtime's own tools put into
 * models; of ONNX Runtime's documentation, ContribOperators.md.
 */
final class MicrosoftOperators {
    private MicrosoftOperators() {}

    /** Operations of the node; NaN when unknown. */
    static double operations(NodeView view) {
        double made = view.made();
        return switch (view.node().getOpType()) {
            case "FusedConv", "NhwcFusedConv" -> Contractions.convolution(view, 1, 2) + made;
            case "NhwcConv" -> Contractions.convolution(view, 1, 2);
            case "QLinearConv" -> Contractions.convolution(view, 3, 8) + 3 * made;
            case "FusedMatMul",
                    "MatMulInteger16",
                    "DynamicQuantizeMatMul",
                    "MatMulIntegerToFloat",
                    "FusedMatMulActivation",
                    "TransposeMatMul" -> Contractions.matMul(view, 0, 1);
            case "QLinearMatMul" -> Contractions.matMul(view, 0, 3);
            case "MatMulNBits", "MatMulBnb4", "MatMulFpQ4" -> 2 * made * view.inDimension(0, -1);
            case "FusedGemm", "GemmFastGelu" -> Contractions.gemm(view, 0, 1, 2) + made;
            case "GemmFloat8" -> Contractions.gemm(view, 0, 1, 2);
            case "QGemm" -> Contractions.gemm(view, 0, 3, 6) + 3 * made;
            case "DynamicQuantizeLSTM" -> Contractions.recurrent(view, 4, 2);
            case "Attention", "QAttention" -> attentionWithProjection(view);
            case "MultiHeadAttention" -> multiHead(view);
            case "GroupQueryAttention" -> groupQuery(view);

            case "LayerNormalization", "GroupNorm" -> 7 * made;
            case "SimplifiedLayerNormalization" -> 4 * made;
            case "SkipLayerNormalization", "SkipGroupNorm" -> 8 * made;
            case "SkipSimplifiedLayerNormalization" -> 5 * made;
            case "EmbedLayerNormalization" -> 9 * made;
            case "QEmbedLayerNormalization" -> 11 * made;
            case "BiasAdd" -> 2 * made;
            case "BiasDropout" -> made;
            case "Gelu", "QuickGelu" -> 5 * made;
            case "BiasGelu", "BiasSplitGelu" -> 6 * made;
            case "FastGelu" -> (view.hasInput(1) ? 9 : 8) * made;
            case "FusedGelu" -> 6 * made;
            case "BiasSoftmax" -> (Contractions.SOFTMAX + 1) * made;
            case "RotaryEmbedding" -> 3 * made;

            case "QuantizeLinear" -> 3 * made;
            case "DequantizeLinear" -> 2 * made;
            case "QLinearAdd", "QLinearMul" -> 8 * made; // both sides to numbers, the result back again
            case "QLinearLeakyRelu", "QLinearSigmoid" -> 7 * made;
            case "QLinearSoftmax" -> (Contractions.SOFTMAX + 5) * made;
            case "QLinearAveragePool" -> (view.window("kernel_shape") + 4) * made;
            case "QLinearGlobalAveragePool" -> view.in(0) + 4 * made;
            case "QLinearReduceMean" -> 3 * view.in(0) + 4 * made;
            case "QLinearConcat" -> 5 * made;
            case "QLinearWhere" -> 6 * made;
            case "NhwcMaxPool" -> view.window("kernel_shape") * made;
            case "Rfft", "Irfft" -> fourier(view);

            case "ExpandDims", "Pad", "Trilu", "GatherND", "UnfoldTensor" -> 0;
            default -> NodeView.UNKNOWN;
        };
    }

    /** Input, the projections to queries, keys and values in one weight, and perhaps what was kept from earlier runs. */
    private static double attentionWithProjection(NodeView view) {
        boolean quantised = view.node().getOpType().equals("QAttention");
        double batch = view.inDimension(0, 0);
        double queries = view.inDimension(0, 1);
        double projected = view.inDimension(1, 1);
        double heads = view.numberOrUnknown("num_heads");
        boolean sizesGiven = view.numbers("qkv_hidden_sizes").size() == 3;
        double keySize = (sizesGiven ? view.numbers("qkv_hidden_sizes").get(1) : projected / 3) / heads;
        double valueSize = (sizesGiven ? view.numbers("qkv_hidden_sizes").get(2) : projected / 3) / heads;
        int pastPosition = quantised ? 8 : 4;
        double past = view.hasInput(pastPosition) ? view.inDimension(pastPosition, 3) : 0;
        double projection = batch * queries * projected * (2 * view.inDimension(0, 2) + 1);
        return projection + Contractions.attention(batch, heads, queries, queries + past, keySize, valueSize);
    }

    private static double multiHead(NodeView view) {
        double heads = view.numberOrUnknown("num_heads");
        double batch = view.inDimension(0, 0);
        double queries = view.inDimension(0, 1);
        boolean packed = view.input(0).filter(shape -> shape.rank() == 5).isPresent();
        double keySize = packed ? view.inDimension(0, 4) : view.inDimension(0, 2) / heads;
        double keys = queries;
        double valueSize = keySize;
        if (view.hasInput(1) && view.hasInput(2)) {
            boolean headsApart =
                    view.input(1).filter(shape -> shape.rank() == 4).isPresent();
            keys = view.inDimension(1, headsApart ? 2 : 1);
            valueSize = headsApart ? view.inDimension(2, 3) : view.inDimension(2, 2) / heads;
        } else if (view.hasInput(1)) {
            keys = view.inDimension(1, 1);
        }
        double past = view.hasInput(6) ? view.inDimension(6, 2) : 0;
        return Contractions.attention(batch, heads, queries, keys + past, keySize, valueSize)
                + (view.hasInput(3) ? 3 * view.in(0) : 0);
    }

    private static double groupQuery(NodeView view) {
        double heads = view.numberOrUnknown("num_heads");
        double keyHeads = view.numberOrUnknown("kv_num_heads");
        boolean packed = !view.hasInput(1);
        double batch = view.inDimension(0, 0);
        double queries = view.inDimension(0, 1);
        double size = view.inDimension(0, 2) / (packed ? heads + 2 * keyHeads : heads);
        double past = view.hasInput(3) ? view.inDimension(3, 2) : 0;
        double keys = NodeView.firstKnown(view.outDimension(1, 2), queries + past);
        double rotary = view.number("do_rotary", 0) != 0 ? 3 * batch * queries * size * (heads + keyHeads) : 0;
        return Contractions.attention(batch, heads, queries, keys, size, size) + rotary;
    }

    private static double fourier(NodeView view) {
        if (view.number("signal_ndim", 1) != 1) {
            return NodeView.UNKNOWN;
        }
        boolean forward = view.node().getOpType().equals("Rfft");
        double length = forward ? view.inDimension(0, -1) : view.outDimension(0, -1);
        return (forward ? view.in(0) : view.made()) / length * StandardOperators.transform(length) / 2;
    }
}
