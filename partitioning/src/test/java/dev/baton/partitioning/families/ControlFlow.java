package dev.baton.partitioning.families;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.baton.partitioning.TestingModels;
import java.util.List;

/** Models with graphs inside their operators, functions of their own, and operators of other domains. */
final class ControlFlow {
    private ControlFlow() {}

    /**
     * An If within an If, a Loop and a Scan in a chain of layers. The subgraphs capture activations and weights, shadow
     * nothing but use names that other subgraphs use too, and one gives out an outer tensor directly.
     */
    static ModelProto ifLoopScan(GraphBuilder b, int width) {
        b.input("x", "batch", width).output("y", "batch", width);
        String before = b.relu(b.linear("x", width, width));
        String sum = b.add("ReduceSum", before, TestingModels.attribute("keepdims", 0));
        String positive = b.add("Greater", List.of(sum, b.scalar(0)));
        String shared = b.weight(width, width);
        GraphProto innermost = branch("inner", node("MatMul", List.of(before, shared), "inner"));
        GraphProto direct = branch("copy", node("Identity", List.of(before), "copy"));
        GraphProto then = branch(
                "result",
                NodeProto.newBuilder()
                        .setOpType("If")
                        .setName("nested")
                        .addInput(positive)
                        .addOutput("result")
                        .addAttribute(TestingModels.attribute("then_branch", innermost))
                        .addAttribute(TestingModels.attribute("else_branch", direct))
                        .build());
        GraphProto otherwise = branch("result", node("Neg", List.of(before), "result"));
        b.scope("/if");
        String x = b.add(
                "If",
                positive,
                TestingModels.attribute("then_branch", then),
                TestingModels.attribute("else_branch", otherwise));
        x = b.relu(b.linear(x, width, width));
        b.scope("/loop");
        GraphProto body = TestingModels.graph(
                List.of(
                        TestingModels.value("i", DataType.INT64),
                        TestingModels.value("go", DataType.BOOL),
                        TestingModels.untyped("state")),
                List.of(TestingModels.untyped("go_on"), TestingModels.untyped("next")),
                List.of(),
                node("Identity", List.of("go"), "go_on"),
                node("MatMul", List.of("state", shared), "product"),
                node("Tanh", List.of("product"), "next"));
        x = b.add("Loop", List.of(b.index(3), "", x), TestingModels.attribute("body", body));
        x = b.relu(b.linear(x, width, width));
        b.scope("/scan");
        GraphProto step = TestingModels.graph(
                List.of(TestingModels.floats("state", width), TestingModels.floats("row", width)),
                List.of(TestingModels.floats("next", width), TestingModels.floats("out", width)),
                List.of(),
                node("Add", List.of("state", "row"), "next"),
                node("Tanh", List.of("next"), "out"));
        String start = b.weight(width);
        String rows = b.split(
                        "Scan",
                        List.of(start, x),
                        2,
                        TestingModels.attribute("body", step),
                        TestingModels.attribute("num_scan_inputs", 1))
                .get(1);
        b.scope("");
        b.named("Tanh", "y", List.of(b.linear(rows, width, width)));
        return b.build();
    }

    private static GraphProto branch(String output, NodeProto... nodes) {
        return TestingModels.graph(List.of(), List.of(TestingModels.untyped(output)), List.of(), nodes);
    }

    private static NodeProto node(String kind, List<String> inputs, String output, AttributeProto... attributes) {
        return TestingModels.node(kind, inputs, List.of(output), attributes);
    }

    /** Functions that call functions, one with an attribute handed down, in two domains. */
    static ModelProto functions(GraphBuilder b, int width) {
        FunctionProto activation = function("pkg.torch", "LeakyTwice")
                .addInput("a")
                .addOutput("c")
                .addAttribute("slope")
                .addNode(leaky("a", "b"))
                .addNode(leaky("b", "c"))
                .build();
        NodeProto call = node("LeakyTwice", List.of("m"), "out").toBuilder()
                .setDomain("pkg.torch")
                .addAttribute(reference("slope", "slope"))
                .build();
        FunctionProto layer = function("pkg.onnxscript.torch_lib", "Layer")
                .addInput("x")
                .addInput("w")
                .addOutput("out")
                .addAttribute("slope")
                .addNode(node("MatMul", List.of("x", "w"), "m"))
                .addNode(call)
                .addOpsetImport(
                        OperatorSetIdProto.newBuilder().setDomain("pkg.torch").setVersion(1))
                .build();
        b.operatorSet("pkg.torch", 1)
                .operatorSet("pkg.onnxscript.torch_lib", 1)
                .function(activation)
                .function(layer)
                .input("x", "batch", width)
                .output("y", "batch", width);
        String x = "x";
        for (int i = 0; i < 6; i++) {
            b.scope("/layers." + i);
            x = b.foreign(
                    "pkg.onnxscript.torch_lib",
                    "Layer",
                    List.of(x, b.weight(width, width)),
                    GraphBuilder.real("slope", 0.1f * (i + 1)));
        }
        b.scope("");
        b.named("Softmax", "y", List.of(x));
        return b.build();
    }

    private static FunctionProto.Builder function(String domain, String name) {
        return FunctionProto.newBuilder()
                .setDomain(domain)
                .setName(name)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17));
    }

    private static NodeProto leaky(String from, String to) {
        return node("LeakyRelu", List.of(from), to).toBuilder()
                .addAttribute(reference("alpha", "slope"))
                .build();
    }

    private static AttributeProto reference(String name, String outer) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.FLOAT)
                .setRefAttrName(outer)
                .build();
    }

    /** A transformer after ONNX Runtime's own optimiser: fused operators of com.microsoft. */
    static ModelProto fused(GraphBuilder b, int width, int heads, int layers) {
        b.operatorSet("com.microsoft", 1);
        b.input("input_ids", DataType.INT32, "batch", "sequence");
        b.input("attention_mask", DataType.INT32, "batch", "sequence");
        b.input("segment_ids", DataType.INT32, "batch", "sequence");
        b.output("logits", "batch", "sequence", 5);
        String x = "embedding";
        b.node(
                "com.microsoft",
                "EmbedLayerNormalization",
                List.of(
                        "input_ids",
                        "segment_ids",
                        b.weight(50, width),
                        b.weight(64, width),
                        b.weight(2, width),
                        b.positive(width),
                        b.weight(width),
                        "attention_mask"),
                List.of(x, "mask_index"),
                GraphBuilder.real("epsilon", 1e-5f));
        for (int layer = 0; layer < layers; layer++) {
            b.scope("/layer." + layer);
            String context = b.foreign(
                    "com.microsoft",
                    "Attention",
                    List.of(x, b.weight(width, 3L * width), b.weight(3L * width), "mask_index"),
                    TestingModels.attribute("num_heads", heads));
            context = b.foreign(
                    "com.microsoft",
                    "FusedMatMul",
                    List.of(context, b.weight(width, width)),
                    GraphBuilder.real("alpha", 0.5f));
            x = skip(b, context, x, width);
            String inner = b.foreign(
                    "com.microsoft",
                    "BiasGelu",
                    List.of(b.add("MatMul", List.of(x, b.weight(width, 4L * width))), b.weight(4L * width)));
            x = skip(b, b.add("MatMul", List.of(inner, b.weight(4L * width, width))), x, width);
        }
        b.scope("");
        b.named("Add", "logits", List.of(b.add("MatMul", List.of(x, b.weight(width, 5))), b.weight(5)));
        return b.build();
    }

    private static String skip(GraphBuilder b, String x, String skipped, int width) {
        return b.foreign(
                "com.microsoft",
                "SkipLayerNormalization",
                List.of(x, skipped, b.positive(width), b.weight(width), b.weight(width)),
                GraphBuilder.real("epsilon", 1e-5f));
    }

    /** An operator of a library of one's own in the middle. */
    static ModelProto customDomain(GraphBuilder b) {
        b.operatorSet("ai.onnx.contrib", 1).input("x", 1, 8).output("y", 1, 8);
        String a = b.relu("x");
        b.scope("/preprocessing");
        String c = b.foreign("ai.onnx.contrib", "BertTokenizer", List.of(a));
        b.named("Tanh", "y", List.of(c));
        return b.build();
    }
}
