package dev.baton.tail.models;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.inference.InferenceException;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Rows;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

final class BatchProofTest {

    private static final Map<String, Tensor> ONE = Map.of("x", Tensor.ofFloats(Shape.of(1, 2), 1, 2));
    private static final Map<String, Tensor> OTHER = Map.of("x", Tensor.ofFloats(Shape.of(1, 2), 5, -7));

    @Test
    void rowsThatAreComputedByThemselvesMayRunTogether() {
        assertThat(holds(Shape.of(-1, 2), x -> map(x, value -> value * value))).isTrue();
    }

    @Test
    void aFixedFirstDimensionIsNoBatch() {
        assertThat(holds(Shape.of(1, 2), x -> map(x, value -> value * value))).isFalse();
    }

    @Test
    void rowsThatAreMixedMayNotRunTogether() {
        assertThat(holds(Shape.of(-1, 2), x -> {
                    float[] values = x.toFloats();
                    float mean = 0;
                    for (float value : values) {
                        mean += value / values.length;
                    }
                    float ofAll = mean;
                    return map(x, value -> value - ofAll);
                }))
                .isFalse();
    }

    @Test
    void aDimensionThatIsSummedAwayIsNoBatch() {
        assertThat(holds(Shape.of(-1, 2), x -> Rows.part(x, 0, 1))).isFalse();
        assertThat(holds(Shape.of(-1, 2), x -> Tensor.ofFloats(Shape.of(), x.toFloats()[0])))
                .isFalse();
    }

    @Test
    void aGraphThatRefusesTwoRowsRunsThemOneByOne() {
        assertThat(holds(Shape.of(-1, 2), x -> {
                    if (Rows.of(x) != 1) {
                        throw new InferenceException("Reshape: the input has 4 elements, expected 2");
                    }
                    return x;
                }))
                .isFalse();
    }

    @Test
    void differencesOfLargerKernelsAreAllowed() {
        assertThat(holds(Shape.of(-1, 2), x -> map(x, value -> Rows.of(x) == 1 ? value : value * (1 + 1e-6f))))
                .isTrue();
    }

    private static boolean holds(Shape input, UnaryOperator<Tensor> function) {
        TestingInferenceSession session = new TestingInferenceSession(
                List.of(new TensorSpec("x", ElementType.FP32, input)),
                List.of(new TensorSpec("y", ElementType.FP32, Shape.of(-1, 2))),
                inputs -> Map.of("y", function.apply(Objects.requireNonNull(inputs.get("x")))));
        return BatchProof.holds(new TailSession(TestingModels.ref("m", "1"), 1, Set.of("x"), session), ONE, OTHER);
    }

    private interface OfFloat {
        float of(float value);
    }

    private static Tensor map(Tensor x, OfFloat function) {
        float[] values = x.toFloats();
        for (int i = 0; i < values.length; i++) {
            values[i] = function.of(values[i]);
        }
        return Tensor.ofFloats(x.shape(), values);
    }
}
