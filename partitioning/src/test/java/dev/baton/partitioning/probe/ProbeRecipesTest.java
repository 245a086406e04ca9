package dev.baton.partitioning.probe;

import static dev.baton.partitioning.TestingModels.graph;
import static dev.baton.partitioning.TestingModels.model;
import static dev.baton.partitioning.TestingModels.node;
import static dev.baton.partitioning.TestingModels.untyped;
import static dev.baton.partitioning.TestingModels.value;
import static dev.baton.partitioning.TestingModels.weights;
import static dev.baton.partitioning.TestingModels.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.baton.partitioning.graph.ModelGraph;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProbeRecipesTest {
    @TempDir
    Path directory;

    @Test
    void languageModelWithPastGetsLengthsThatFitTogether() throws Exception {
        Map<String, Tensor> made = likeliest(Map.of(), decoderInputs("past_seq", "total_seq"));
        assertThat(made.get("input_ids")).hasToString("INT64 [1, 8]");
        assertThat(made.get("attention_mask")).hasToString("INT64 [1, 12]");
        assertThat(made.get("position_ids")).hasToString("INT64 [1, 8]");
        assertThat(made.get("past_key_values.0.key")).hasToString("FP32 [1, 4, 4, 8]");
        assertThat(longs(made, "attention_mask")).containsOnly(1L);
        assertThat(longs(made, "position_ids")).containsExactly(4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L);
        assertThat(longs(made, "input_ids")).allMatch(id -> id >= 0 && id < 6);
    }

    @Test
    void guessesThatAreTooLargeAreNotOffered() throws Exception {
        ModelGraph read = ModelGraph.read(write(
                directory,
                model(graph(
                        List.of(value("scores", DataType.FLOAT, 1, "frames", "frames", 4)),
                        List.of(untyped("y")),
                        List.of(),
                        node("Relu", List.of("scores"), List.of("y"))))));
        assertThat(new ProbeRecipes(read, Map.of()).candidates(Map.of()))
                .isNotEmpty()
                .allSatisfy(recipe ->
                        assertThat(recipe.getFirst().shape().elementCount()).isLessThan(1L << 26));
    }

    @Test
    void sumsAreUnderstood() throws Exception {
        Map<String, Tensor> made =
                likeliest(Map.of(), decoderInputs("past_sequence_length", "past_sequence_length + sequence_length"));
        assertThat(made.get("attention_mask")).hasToString("INT64 [1, 12]");
    }

    @Test
    void boundDimensionsWin() throws Exception {
        Map<String, Tensor> made =
                likeliest(Map.of("past_seq", 2L, "seq", 3L, "batch", 2L), decoderInputs("past_seq", "total_seq"));
        assertThat(made.get("input_ids")).hasToString("INT64 [2, 3]");
        assertThat(made.get("attention_mask")).hasToString("INT64 [2, 5]");
        assertThat(made.get("past_key_values.0.key")).hasToString("FP32 [2, 4, 2, 8]");
        assertThat(longs(made, "position_ids")).containsExactly(2L, 3L, 4L, 2L, 3L, 4L);
    }

    @Test
    void givenTensorsBindTheDimensionsOfTheOthers() throws Exception {
        ModelGraph graph = read(decoderInputs("past_seq", "total_seq"));
        Tensor ids = Tensor.ofLongs(Shape.of(1, 5), 1, 2, 3, 4, 5);
        List<ProbeInput> recipe = new ProbeRecipes(graph, Map.of())
                .candidates(Map.of("input_ids", ids))
                .getFirst();
        Map<String, Tensor> made = ProbeInputs.make(recipe, 1);
        assertThat(longs(made, "input_ids")).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(made.get("position_ids")).hasToString("INT64 [1, 5]");
        assertThat(made.get("attention_mask")).hasToString("INT64 [1, 9]");
    }

    @Test
    void givenTensorMustFit() throws Exception {
        ProbeRecipes recipes = new ProbeRecipes(read(decoderInputs("past_seq", "total_seq")), Map.of());
        assertThatThrownBy(() -> recipes.candidates(Map.of("input_ids", Tensor.ofFloats(Shape.of(1, 1), 1))))
                .hasMessageContaining("probe input input_ids: expected input_ids INT64 [-1, -1], got FP32 [1, 1]");
        assertThatThrownBy(() -> recipes.candidates(Map.of("ids", Tensor.ofLongs(Shape.of(1, 1), 1))))
                .hasMessageContaining("probe input 'ids' is not an input of the model");
    }

    @Test
    void picturesOfAnySizeGetOneAfterTheOther() throws Exception {
        ModelGraph graph = read(value("image", DataType.FLOAT, "N", 3, "height", "width"));
        List<List<ProbeInput>> candidates = new ProbeRecipes(graph, Map.of()).candidates(Map.of());
        assertThat(candidates.get(0).getFirst().shape()).isEqualTo(Shape.of(1, 3, 224, 224));
        assertThat(candidates.get(1).getFirst().shape()).isEqualTo(Shape.of(1, 3, 256, 256));
    }

    @Test
    void rangesFollowNames() {
        Map<String, Tensor> made = ProbeInputs.random(
                List.of(
                        new TensorSpec("sr", ElementType.INT64, Shape.of()),
                        new TensorSpec("token_type_ids", ElementType.INT64, Shape.of(-1, -1)),
                        new TensorSpec("pixels", ElementType.UINT8, Shape.of(1, 100)),
                        new TensorSpec("h", ElementType.FP16, Shape.of(2, 50))),
                Map.of("token_type_ids.1", 3L),
                7);
        assertThat(longs(made, "sr")).containsExactly(16000L);
        assertThat(longs(made, "token_type_ids")).containsExactly(0L, 0L, 0L);
        assertThat(longs(made, "pixels")).allMatch(value -> value >= 0 && value < 256);
        assertThat(made.get("h")).hasToString("FP16 [2, 50]");
    }

    @Test
    void sameSeedMakesTheSameBits() {
        List<TensorSpec> specs = List.of(
                new TensorSpec("a", ElementType.FP32, Shape.of(100)),
                new TensorSpec("b", ElementType.FP32, Shape.of(100)));
        Tensor first = ProbeInputs.random(specs, Map.of(), 7).getOrDefault("a", Tensor.ofFloats(Shape.of(0)));
        Tensor again = ProbeInputs.random(specs, Map.of(), 7).getOrDefault("a", Tensor.ofFloats(Shape.of(0)));
        Tensor other = ProbeInputs.random(specs, Map.of(), 8).getOrDefault("a", Tensor.ofFloats(Shape.of(0)));
        Tensor second = ProbeInputs.random(specs, Map.of(), 7).getOrDefault("b", Tensor.ofFloats(Shape.of(0)));
        assertThat(first.bitEquals(again)).isTrue();
        assertThat(first.bitEquals(other)).isFalse();
        assertThat(first.bitEquals(second)).isFalse();
    }

    private static ValueInfoProto[] decoderInputs(String past, String total) {
        return new ValueInfoProto[] {
            value("input_ids", DataType.INT64, "batch", "seq"),
            value("attention_mask", DataType.INT64, "batch", total),
            value("position_ids", DataType.INT64, "batch", "seq"),
            value("past_key_values.0.key", DataType.FLOAT, "batch", 4, past, 8)
        };
    }

    private Map<String, Tensor> likeliest(Map<String, Long> dimensions, ValueInfoProto... inputs) throws Exception {
        ProbeRecipes recipes = new ProbeRecipes(read(inputs), dimensions);
        return new HashMap<>(ProbeInputs.make(recipes.candidates(Map.of()).getFirst(), 1));
    }

    /** A model that looks the first input up in a table of six rows, and takes the others besides. */
    private ModelGraph read(ValueInfoProto... inputs) throws Exception {
        return ModelGraph.read(write(
                directory,
                model(graph(
                        List.of(inputs),
                        List.of(untyped("y")),
                        List.of(weights("table", new float[12], 6, 2)),
                        node("Identity", List.of("table"), List.of("t")),
                        node("Gather", List.of("t", inputs[0].getName()), List.of("y"))))));
    }

    private static List<Long> longs(Map<String, Tensor> tensors, String name) {
        return Arrays.stream(
                        tensors.getOrDefault(name, Tensor.ofLongs(Shape.of(0))).toLongs())
                .boxed()
                .toList();
    }
}
