package dev.baton.partitioning.cost;

import static dev.baton.partitioning.families.ShapedBuilder.longList;
import static dev.baton.partitioning.families.ShapedBuilder.text;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import dev.baton.partitioning.TestingModels;
import dev.baton.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OperatorTableTest {
    /** Every operator that the standard domain has or had, operator sets 1 to 24. */
    private static final List<String> STANDARD = List.of("""
            Abs Acos Acosh Add AffineGrid And ArgMax ArgMin Asin Asinh Atan Atanh Attention AveragePool
            BatchNormalization Bernoulli BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor BlackmanWindow Cast
            CastLike Ceil Celu CenterCropPad Clip Col2Im Compress Concat ConcatFromSequence Constant ConstantOfShape
            Conv ConvInteger ConvTranspose Cos Cosh CumSum DFT DeformConv DepthToSpace DequantizeLinear Det Div Dropout
            DynamicQuantizeLinear Einsum Elu Equal Erf Exp Expand EyeLike Flatten Floor GRU Gather GatherElements
            GatherND Gelu Gemm GlobalAveragePool GlobalLpPool GlobalMaxPool Greater GreaterOrEqual GridSample
            GroupNormalization HammingWindow HannWindow HardSigmoid HardSwish Hardmax Identity If ImageDecoder
            InstanceNormalization IsInf IsNaN LRN LSTM LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax Loop
            LpNormalization LpPool MatMul MatMulInteger Max MaxPool MaxRoiPool MaxUnpool Mean MeanVarianceNormalization
            MelWeightMatrix Min Mish Mod Mul Multinomial Neg NegativeLogLikelihoodLoss NonMaxSuppression NonZero Not
            OneHot Optional OptionalGetElement OptionalHasElement Or PRelu Pad Pow QLinearConv QLinearMatMul
            QuantizeLinear RMSNormalization RNN RandomNormal RandomNormalLike RandomUniform RandomUniformLike Range
            Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd
            ReduceSum ReduceSumSquare RegexFullMatch Relu Reshape Resize ReverseSequence RoiAlign RotaryEmbedding Round
            STFT Scan Scatter ScatterElements ScatterND Selu SequenceAt SequenceConstruct SequenceEmpty SequenceErase
            SequenceInsert SequenceLength SequenceMap Shape Shrink Sigmoid Sign Sin Sinh Size Slice Softmax
            SoftmaxCrossEntropyLoss Softplus Softsign SpaceToDepth Split SplitToSequence Sqrt Squeeze StringConcat
            StringNormalizer StringSplit Sub Sum Swish Tan Tanh TensorScatter TfIdfVectorizer ThresholdedRelu Tile TopK
            Transpose Trilu Unique Unsqueeze Upsample Where Xor
            """.trim().split("\\s+"));

    private static final Set<String> WITH_SUBGRAPHS = Set.of("If", "Loop", "Scan");

    /** Whatever shape is asked for, a shape with which every operator can be counted. */
    private static final KnownTensors CUBES = new KnownTensors() {
        @Override
        public Optional<Shape> shape(String tensor) {
            return Optional.of(Shape.of(2, 2, 2, 2));
        }

        @Override
        public Optional<long[]> values(String tensor) {
            return Optional.of(new long[] {2});
        }
    };

    @Test
    void everyStandardOperatorIsCountedOrLeftUnknownOnPurpose() {
        assertThat(STANDARD).hasSize(198).doesNotHaveDuplicates();
        assertThat(STANDARD).containsAll(StandardOperators.MOVING).containsAll(StandardOperators.UNKNOWN);
        for (String type : STANDARD) {
            double count = StandardOperators.operations(new NodeView(generous(type), CUBES));
            boolean isUnknown = StandardOperators.UNKNOWN.contains(type) || WITH_SUBGRAPHS.contains(type);
            assertThat(Double.isNaN(count)).as("%s: %s", type, count).isEqualTo(isUnknown);
            boolean isNothing = StandardOperators.MOVING.contains(type)
                    || Set.of("Resize", "Upsample", "Dropout", "ScatterElements", "ScatterND")
                            .contains(type);
            assertThat(count == 0).as("%s: %s", type, count).isEqualTo(isNothing);
        }
    }

    /** Two inputs, one output, and every attribute that some operator needs to be counted. */
    private static NodeProto generous(String type) {
        int inputs = type.equals("Dropout") ? 2 : type.equals("DeformConv") || type.contains("Scatter") ? 3 : 2;
        List<String> names = new ArrayList<>();
        for (int i = 0; i < (type.startsWith("QLinear") ? 8 : inputs); i++) {
            names.add("in" + i);
        }
        if (Set.of("LSTM", "GRU", "RNN", "Attention", "STFT").contains(type)) {
            names.add("in2");
        }
        return TestingModels.node(
                type,
                names,
                List.of("out"),
                longList("kernel_shape", 2, 2),
                TestingModels.attribute("size", 3L),
                TestingModels.attribute("sampling_ratio", 2L),
                text("equation", "abcd,abce->abde"));
    }

    @Test
    void whatNobodyKnowsIsUnknownAndNotNothing() {
        assertThat(flops("", "NoSuchOperator", "4", "4")).isEmpty();
        assertThat(flops("com.acme", "Conv", "1x3x8x8 4x3x3x3", "1x4x6x6")).isEmpty();
        assertThat(flops("com.microsoft", "BeamSearch", "4", "4")).isEmpty();
        assertThat(flops("", "Relu", "?", "?")).isEmpty();
        assertThat(flops("", "MatMul", "? ?", "2x3")).isEmpty();
        assertThat(flops("", "Reshape", "?", "?")).hasValue(0);
    }

    @ParameterizedTest(name = "{0} of {1}: {4}")
    @CsvSource(delimiter = '|', textBlock = """
            # by hand: 2 · multiply-adds, and what comes on top
            Conv            | 1x3x8x8 4x3x3x3             | 1x4x6x6  | -                           | 7776
            Conv            | 1x3x8x8 4x3x3x3 4           | 1x4x6x6  | -                           | 7920
            Conv            | 1x4x8x8 4x1x3x3             | 1x4x6x6  | group=4                     | 2592
            Conv            | 1x4x8x8 ?                   | 1x4x6x6  | group=4 kernel_shape=3,3    | 2592
            ConvInteger     | 1x3x8x8 4x3x3x3             | 1x4x6x6  | -                           | 7776
            FusedConv       | 1x3x8x8 4x3x3x3             | 1x4x6x6  | domain                      | 7920
            ConvTranspose   | 1x4x3x3 4x2x2x2             | 1x2x6x6  | -                           | 576
            QLinearConv     | 1x3x8x8 1 1 4x3x3x3 1 1 1 1 | 1x4x6x6  | -                           | 8208
            Gemm            | 2x3 3x4 4                   | 2x4      | -                           | 56
            Gemm            | 3x2 4x3                     | 2x4      | transA=1 transB=1           | 48
            MatMul          | 5x2x3 5x3x4                 | 5x2x4    | -                           | 240
            MatMul          | 2x3 5x3x4                   | 5x2x4    | -                           | 240
            MatMul          | ? 5x3x4                     | 5x2x4    | -                           | 240
            MatMul          | 3 3                         | scalar   | -                           | 6
            MatMulInteger   | 2x3 3x4                     | 2x4      | -                           | 48
            FusedMatMul     | 5x3x2 5x3x4                 | 5x2x4    | domain transA=1             | 240
            MatMulNBits     | 2x32 64x1x16                | 2x64     | domain                      | 8192
            QLinearMatMul   | 2x3 1 1 3x4 1 1 1 1         | 2x4      | -                           | 72
            QGemm           | 2x3 1 1 3x4 1 1 4           | 2x4      | domain                      | 80
            Einsum          | 2x3 3x4                     | 2x4      | equation=ij,jk->ik          | 48
            Einsum          | 7x2x3 7x3x4                 | 7x2x4    | equation=...ij,...jk->...ik | 336
            Einsum          | 2x3                         | 3x2      | equation=ij->ji             | 0
            Einsum          | 2x3 3x4                     | 2x4      | equation=ij,jk              | 48
            LSTM            | 5x2x3 1x16x3 1x16x4         | 5x1x2x4  | -                           | 3200
            GRU             | 5x2x3 2x12x3 2x12x4         | 5x2x2x4  | -                           | 4880
            Attention       | 1x5x8 1x7x8 1x7x8           | 1x5x8    | q_num_heads=2 kv_num_heads=2 | 1470
            Attention       | 1x2x5x4 1x2x7x4 1x2x7x4     | 1x2x5x4  | -                           | 1470
            MultiHeadAttention | 1x5x8 1x7x8 1x7x8        | 1x5x8    | domain num_heads=2          | 1470
            GroupQueryAttention | 1x5x8 1x5x4 1x5x4 1x1x2x4 1x1x2x4 | 1x5x8 | domain num_heads=2 kv_num_heads=1 | 1470
            LayerNormalization | 2x8 8 8                  | 2x8      | -                           | 112
            SkipLayerNormalization | 2x8 2x8 8 8          | 2x8      | domain                      | 128
            FastGelu        | 2x8                         | 2x8      | domain                      | 128
            BatchNormalization | 1x4x2x2 4 4 4 4          | 1x4x2x2  | -                           | 32
            Softmax         | 2x8                         | 2x8      | -                           | 80
            Relu            | 2x8                         | 2x8      | -                           | 16
            Add             | 2x8 8                       | 2x8      | -                           | 16
            Max             | 2x8 2x8 2x8                 | 2x8      | -                           | 32
            Transpose       | 2x8                         | 8x2      | -                           | 0
            MaxPool         | 1x2x4x4                     | 1x2x2x2  | kernel_shape=2,2            | 32
            AveragePool     | 1x2x4x4                     | 1x2x2x2  | kernel_shape=2,2            | 40
            GlobalAveragePool | 1x2x4x4                   | 1x2x1x1  | -                           | 34
            ReduceMean      | 2x8                         | 2x1      | -                           | 18
            Resize          | 1x2x4x4                     | 1x2x8x8  | mode=linear                 | 1024
            Resize          | 1x2x4x4                     | 1x2x8x8  | mode=nearest                | 0
            QuantizeLinear  | 2x8 1                       | 2x8      | -                           | 48
            DFT             | 1x8x1                       | 1x8x2    | -                           | 60
            Rfft            | 1x8                         | 1x5x2    | domain signal_ndim=1        | 60
            Det             | 2x3x3                       | 2        | -                           | 36
            """)
    void operationsAsCountedByHand(String type, String inputs, String output, String attributes, long expected) {
        boolean isForeign = attributes.startsWith("domain");
        assertThat(flops(isForeign ? "com.microsoft" : "", type, inputs, output, attributes.split(" ", -1)))
                .hasValue(expected);
    }

    private static OptionalLong flops(String domain, String type, String inputs, String output, String... attributes) {
        InnerTensors tensors = InnerTensors.closed();
        List<String> names = new ArrayList<>();
        for (String shape : inputs.split(" ", -1)) {
            names.add("in" + names.size());
            tensors.put(names.getLast(), shape(shape), Optional.empty());
        }
        tensors.put("out", shape(output), Optional.empty());
        NodeProto.Builder node =
                TestingModels.node(type, names, List.of("out")).toBuilder().setDomain(domain);
        for (String attribute : attributes) {
            String[] parts = attribute.split("=", 2);
            if (parts.length == 2) {
                node.addAttribute(attribute(parts[0], parts[1]));
            }
        }
        return new Operations(List.of()).of(node.build(), tensors);
    }

    private static AttributeProto attribute(String name, String value) {
        if (name.equals("equation") || name.equals("mode")) {
            return text(name, value);
        }
        if (value.contains(",")) {
            return longList(
                    name,
                    List.of(value.split(",", -1)).stream()
                            .mapToLong(Long::parseLong)
                            .toArray());
        }
        return TestingModels.attribute(name, Long.parseLong(value));
    }

    private static Optional<Shape> shape(String text) {
        return switch (text) {
            case "?" -> Optional.empty();
            case "scalar" -> Optional.of(Shape.of());
            default ->
                Optional.of(Shape.of(List.of(text.split("x", -1)).stream()
                        .mapToLong(Long::parseLong)
                        .toArray()));
        };
    }

    @Test
    void subgraphsAndFunctionsAreSummedWhereTheirShapesFollow() {
        KnownTensors outside =
                known(Map.of("x", Shape.of(2, 3), "w", Shape.of(3, 4), "y", Shape.of(2, 4)), Map.of("n", 7L));
        GraphProto multiply = TestingModels.graph(
                List.of(),
                List.of(TestingModels.untyped("t")),
                List.of(),
                TestingModels.node("MatMul", List.of("x", "w"), List.of("p")),
                TestingModels.node("Relu", List.of("p"), List.of("t")));
        GraphProto nothing = TestingModels.graph(
                List.of(),
                List.of(TestingModels.untyped("e")),
                List.of(),
                TestingModels.node("Identity", List.of("x"), List.of("e")));
        GraphProto unknown = TestingModels.graph(
                List.of(),
                List.of(TestingModels.untyped("e")),
                List.of(),
                TestingModels.node("NonMaxSuppression", List.of("x", "x"), List.of("e")));
        assertThat(condition(multiply, nothing, outside)).hasValue(48 + 8);
        assertThat(condition(multiply, unknown, outside)).isEmpty();

        GraphProto body = TestingModels.graph(
                List.of(TestingModels.untyped("i"), TestingModels.untyped("go"), TestingModels.untyped("c")),
                List.of(TestingModels.untyped("go_on"), TestingModels.untyped("d")),
                List.of(),
                TestingModels.node("Identity", List.of("go"), List.of("go_on")),
                TestingModels.node("Tanh", List.of("c"), List.of("d")));
        assertThat(loop(body, "n", outside)).hasValue(7 * 6);
        assertThat(loop(body, "x", outside)).as("rounds unknown").isEmpty();
        GraphProto growing = body.toBuilder()
                .setNode(
                        1,
                        TestingModels.node(
                                "Concat", List.of("c", "c"), List.of("d"), TestingModels.attribute("axis", 0L)))
                .build();
        assertThat(loop(growing, "n", outside)).as("each round larger").isEmpty();
    }

    private static OptionalLong condition(GraphProto then, GraphProto otherwise, KnownTensors outside) {
        NodeProto node = TestingModels.node(
                "If",
                List.of("c"),
                List.of("out"),
                TestingModels.attribute("then_branch", then),
                TestingModels.attribute("else_branch", otherwise));
        return new Operations(List.of()).of(node, outside);
    }

    private static OptionalLong loop(GraphProto body, String rounds, KnownTensors outside) {
        NodeProto node = TestingModels.node(
                "Loop", List.of(rounds, "", "x"), List.of("out"), TestingModels.attribute("body", body));
        return new Operations(List.of()).of(node, outside);
    }

    private static KnownTensors known(Map<String, Shape> shapes, Map<String, Long> scalars) {
        return new KnownTensors() {
            @Override
            public Optional<Shape> shape(String tensor) {
                return Optional.ofNullable(shapes.get(tensor));
            }

            @Override
            public Optional<long[]> values(String tensor) {
                return Optional.ofNullable(scalars.get(tensor)).map(value -> new long[] {value});
            }
        };
    }
}
