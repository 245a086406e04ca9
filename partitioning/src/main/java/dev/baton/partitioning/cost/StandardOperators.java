package dev.baton.partitioning.cost;

import java.util.Set;

/*
 * Counted is arithmetic on elements: an addition, a comparison, a conversion, one call of an elementary function (exponential,
 * root, error function) is one operation, a multiply-add two. Published figures count multiply-adds of convolutions and matrix
 * products alone; the rest adds one or two per cent to them. Index arithmetic is not counted, nor are copies: operators that
 * only move elements cost 0 operations, though they take time.
 *
 * The list of operators is that of https://github.com/onnx/onnx/blob/main/docs/Operators.md up to operator set 24.
 */
/** How many operations the operators of the standard domain take. */
final class StandardOperators {
    /** Only move, rename or describe elements. */
    static final Set<String> MOVING = Set.of(
            "CenterCropPad",
            "Compress",
            "Concat",
            "ConcatFromSequence",
            "Constant",
            "ConstantOfShape",
            "DepthToSpace",
            "Expand",
            "EyeLike",
            "Flatten",
            "Gather",
            "GatherElements",
            "GatherND",
            "Identity",
            "MaxUnpool",
            "OneHot",
            "Optional",
            "OptionalGetElement",
            "OptionalHasElement",
            "Pad",
            "Reshape",
            "ReverseSequence",
            "Scatter",
            "SequenceAt",
            "SequenceConstruct",
            "SequenceEmpty",
            "SequenceErase",
            "SequenceInsert",
            "SequenceLength",
            "Shape",
            "Size",
            "Slice",
            "SpaceToDepth",
            "Split",
            "SplitToSequence",
            "Squeeze",
            "TensorScatter",
            "Tile",
            "Transpose",
            "Trilu",
            "Unsqueeze");

    /**
     * Left unknown on purpose: how much they compute depends on the elements themselves (boxes that overlap, regions, text,
     * compressed pictures), or on how random numbers are drawn.
     */
    static final Set<String> UNKNOWN = Set.of(
            "Bernoulli",
            "ImageDecoder",
            "MaxRoiPool",
            "MelWeightMatrix",
            "Multinomial",
            "NonMaxSuppression",
            "RandomNormal",
            "RandomNormalLike",
            "RandomUniform",
            "RandomUniformLike",
            "RegexFullMatch",
            "SequenceMap",
            "StringConcat",
            "StringNormalizer",
            "StringSplit",
            "TfIdfVectorizer");

    private StandardOperators() {}

    /** Operations of the node; NaN when unknown. Those with subgraphs are not looked into here. */
    static double operations(NodeView view) {
        String type = view.node().getOpType();
        if (MOVING.contains(type)) {
            return 0;
        }
        double made = view.made();
        return switch (type) {
            case "Conv" -> Contractions.convolution(view, 1, 2);
            case "ConvInteger" -> Contractions.convolution(view, 1, Integer.MAX_VALUE);
            case "QLinearConv" -> Contractions.convolution(view, 3, 8) + 3 * made;
            case "ConvTranspose" -> Contractions.transposedConvolution(view);
            // Each element of each window is interpolated of four.
            case "DeformConv" ->
                Contractions.convolution(view, 1, 3)
                        + 8 * view.inDimension(0, 1) * view.window("kernel_shape") * made / view.outDimension(0, 1);
            case "MatMul", "MatMulInteger" -> Contractions.matMul(view, 0, 1);
            case "QLinearMatMul" -> Contractions.matMul(view, 0, 3) + 3 * made;
            case "Gemm" -> Contractions.gemm(view, 0, 1, 2);
            case "Einsum" -> Contractions.einsum(view);
            case "LSTM" -> Contractions.recurrent(view, 4, 2);
            case "GRU" -> Contractions.recurrent(view, 3, 2);
            case "RNN" -> Contractions.recurrent(view, 1, 2);
            case "Attention" -> Contractions.standardAttention(view);
            case "Det" -> view.in(0) * view.inDimension(0, -1) * 2 / 3;

            case "Abs",
                    "Acos",
                    "Acosh",
                    "Asin",
                    "Asinh",
                    "Atan",
                    "Atanh",
                    "BitwiseNot",
                    "Cast",
                    "CastLike",
                    "Ceil",
                    "Cos",
                    "Cosh",
                    "Erf",
                    "Exp",
                    "Floor",
                    "IsInf",
                    "IsNaN",
                    "Log",
                    "Neg",
                    "Not",
                    "Reciprocal",
                    "Relu",
                    "Round",
                    "Sign",
                    "Sin",
                    "Sinh",
                    "Sqrt",
                    "Tan",
                    "Tanh",
                    "ThresholdedRelu" -> made;
            case "Add",
                    "And",
                    "BitShift",
                    "BitwiseAnd",
                    "BitwiseOr",
                    "BitwiseXor",
                    "Div",
                    "Equal",
                    "Greater",
                    "GreaterOrEqual",
                    "Less",
                    "LessOrEqual",
                    "Mod",
                    "Mul",
                    "Or",
                    "Pow",
                    "Sub",
                    "Where",
                    "Xor" -> made;
            case "Max", "Min", "Sum" -> (view.node().getInputCount() - 1) * made;
            case "Mean" -> view.node().getInputCount() * made;
            case "Clip", "LeakyRelu", "PRelu", "Range", "Shrink" -> 2 * made;
            case "Elu", "HardSigmoid", "Softplus", "Softsign", "RotaryEmbedding" -> 3 * made;
            case "Selu", "Sigmoid" -> 4 * made;
            case "Celu", "Gelu", "HardSwish", "Mish", "Swish" -> 5 * made;
            case "HannWindow", "HammingWindow" -> 4 * made;
            case "BlackmanWindow" -> 8 * made;
            case "Dropout" -> view.hasInput(2) ? 3 * made : 0; // a third input switches training on

            case "QuantizeLinear" -> 3 * made;
            case "DequantizeLinear" -> 2 * made;
            case "DynamicQuantizeLinear" -> 5 * made;

            case "BatchNormalization" -> (view.number("training_mode", 0) != 0 ? 7 : 2) * made;
            case "GroupNormalization", "InstanceNormalization", "LayerNormalization" -> 7 * made;
            case "MeanVarianceNormalization" -> 6 * made;
            case "RMSNormalization", "SimplifiedLayerNormalization", "SkipSimplifiedLayerNormalization" -> 4 * made;
            case "LpNormalization" -> 3 * made;
            case "LRN" -> (2 * view.numberOrUnknown("size") + 4) * made;
            case "Softmax" -> Contractions.SOFTMAX * made;
            case "LogSoftmax" -> 6 * made;
            case "Hardmax" -> made;
            case "SoftmaxCrossEntropyLoss" -> 6 * view.in(0);
            case "NegativeLogLikelihoodLoss" -> 2 * view.in(1);

            case "MaxPool" -> view.window("kernel_shape") * made;
            case "AveragePool" -> (view.window("kernel_shape") + 1) * made;
            case "LpPool" -> (2 * view.window("kernel_shape") + 1) * made;
            case "GlobalMaxPool" -> view.in(0);
            case "GlobalAveragePool" -> view.in(0) + made;
            case "GlobalLpPool" -> 2 * view.in(0) + made;
            case "RoiAlign" -> {
                long samples = view.number("sampling_ratio", 0); // 0: as many as each region's size suggests
                yield samples > 0 ? 8.0 * samples * samples * made : NodeView.UNKNOWN;
            }

            case "ReduceMax", "ReduceMin", "ReduceProd", "ReduceSum", "ArgMax", "ArgMin", "CumSum" -> view.in(0);
            case "ReduceMean", "ReduceLogSum" -> view.in(0) + made;
            case "ReduceL1", "ReduceSumSquare" -> 2 * view.in(0);
            case "ReduceL2" -> 2 * view.in(0) + made;
            case "ReduceLogSumExp" -> 4 * view.in(0);
            case "NonZero", "Col2Im" -> view.in(0);
            case "TopK" -> view.in(0) * log2(NodeView.firstKnown(topCount(view), view.inDimension(0, -1)) + 1);
            case "Unique" -> view.in(0) * log2(view.in(0) + 1);
            case "ScatterElements", "ScatterND" ->
                view.text("reduction", "none").equals("none") ? 0 : view.in(2);

            case "Resize", "Upsample" ->
                interpolation(view, view.input(0).map(shape -> shape.rank()).orElse(0), made);
            case "GridSample" ->
                interpolation(view, view.input(0).map(shape -> shape.rank() - 2).orElse(0), made);
            case "AffineGrid" -> 2 * (view.outDimension(0, -1) + 1) * made;
            case "DFT" -> fourier(view);
            case "STFT" -> shortTimeFourier(view);
            // Experimental ones of the first operator sets, which ONNX Runtime still runs.
            case "Crop", "DynamicSlice" -> 0;
            case "Affine", "ImageScaler" -> 2 * made;
            case "ParametricSoftplus", "ScaledTanh" -> 4 * made;
            default -> NodeView.UNKNOWN;
        };
    }

    private static double topCount(NodeView view) {
        return view.inputValues(1)
                .filter(values -> values.length == 1)
                .map(values -> (double) values[0])
                .orElseGet(() -> view.numberOrUnknown("k"));
    }

    /** Two operations for each neighbour, along those axes whose length changes. */
    private static double interpolation(NodeView view, int axes, double made) {
        String mode = view.text("mode", view.node().getOpType().equals("GridSample") ? "linear" : "nearest");
        double neighbours =
                switch (mode) {
                    case "nearest" -> 0;
                    case "linear", "bilinear" -> 2;
                    case "cubic", "bicubic" -> 4;
                    default -> NodeView.UNKNOWN;
                };
        if (axes == 0) {
            return neighbours == 0 ? 0 : NodeView.UNKNOWN;
        }
        int resized = axes;
        if (!view.node().getOpType().equals("GridSample")) {
            resized = 0;
            for (int axis = 0; axis < axes; axis++) {
                resized += view.inDimension(0, axis) == view.outDimension(0, axis) ? 0 : 1;
            }
        }
        return neighbours == 0 ? 0 : 2 * Math.pow(neighbours, resized) * made;
    }

    /** 5 n log₂ n for each transform, the figure that is customary since Cooley and Tukey; half for real numbers. */
    private static double fourier(NodeView view) {
        double components = view.inDimension(0, -1);
        int axis = view.hasInput(2)
                ? view.inputValues(2)
                        .filter(values -> values.length == 1)
                        .map(values -> Math.clamp(values[0], -1000, 1000))
                        .orElse(Integer.MIN_VALUE)
                : (int) view.number("axis", -2);
        double given = view.inDimension(0, axis);
        double length = view.hasInput(1)
                ? view.inputValues(1)
                        .filter(values -> values.length == 1)
                        .map(values -> (double) values[0])
                        .orElse(NodeView.UNKNOWN)
                : given;
        return view.in(0) / (given * components) * transform(length) * (components == 1 ? 0.5 : 1);
    }

    private static double shortTimeFourier(NodeView view) {
        double length = NodeView.firstKnown(
                view.hasInput(2) ? view.in(2) : NodeView.UNKNOWN,
                view.inputValues(3)
                        .filter(values -> values.length == 1)
                        .map(values -> (double) values[0])
                        .orElse(NodeView.UNKNOWN));
        boolean isReal = view.input(0)
                .filter(shape -> shape.rank() < 3 || shape.dimension(2) == 1)
                .isPresent();
        double frames = view.outDimension(0, 0) * view.outDimension(0, 1);
        return frames * (transform(length) * (isReal ? 0.5 : 1) + length);
    }

    static double transform(double length) {
        return 5 * length * log2(length);
    }

    static double log2(double number) {
        return Math.log(number) / Math.log(2);
    }
}
