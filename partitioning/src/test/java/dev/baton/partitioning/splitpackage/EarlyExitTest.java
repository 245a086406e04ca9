package dev.baton.partitioning.splitpackage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import dev.baton.partitioning.splitpackage.EarlyExit.Measure;
import dev.baton.partitioning.splitpackage.EarlyExit.Scores;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

final class EarlyExitTest {
    private static final Offset<Double> ROUNDING = within(1e-9);

    @Test
    void theHighestProbabilityIsTheConfidence() {
        EarlyExit probabilities = exit(Measure.PROBABILITY, Scores.PROBABILITIES);
        assertThat(probabilities.confidence(Tensor.ofFloats(Shape.of(1, 4), 0.125f, 0.5f, 0.25f, 0.125f)))
                .isEqualTo(0.5);
        EarlyExit logits = exit(Measure.PROBABILITY, Scores.LOGITS);
        double highest = 1 / (1 + 2 * Math.exp(-3));
        assertThat(logits.confidence(Tensor.ofFloats(Shape.of(1, 3), 4, 1, 1))).isCloseTo(highest, ROUNDING);
        assertThat(logits.confidence(Tensor.ofFloats(Shape.of(1, 3), 1004, 1001, 1001)))
                .as("large logits do not overflow")
                .isCloseTo(highest, ROUNDING);
        assertThat(logits.confidence(Tensor.ofFloats(Shape.of(1, 3, 1, 1), 4, 1, 1)))
                .isCloseTo(highest, ROUNDING);
    }

    @Test
    void entropyGoesFromNoIdeaToSure() {
        EarlyExit exit = exit(Measure.ENTROPY, Scores.PROBABILITIES);
        assertThat(exit.confidence(Tensor.ofFloats(Shape.of(1, 4), 0.25f, 0.25f, 0.25f, 0.25f)))
                .isCloseTo(0, ROUNDING);
        assertThat(exit.confidence(Tensor.ofFloats(Shape.of(1, 4), 0, 1, 0, 0))).isEqualTo(1);
        assertThat(exit.confidence(Tensor.ofFloats(Shape.of(1, 4), 0.5f, 0.5f, 0, 0)))
                .as("one bit of two")
                .isCloseTo(0.5, ROUNDING);
    }

    @Test
    void oneNumberIsThatOfOneOfTwoClasses() {
        EarlyExit logit = exit(Measure.PROBABILITY, Scores.LOGITS);
        assertThat(logit.confidence(Tensor.ofFloats(Shape.of(1, 1), 0))).isEqualTo(0.5);
        assertThat(logit.confidence(Tensor.ofFloats(Shape.of(1, 1), -3))).isCloseTo(1 / (1 + Math.exp(-3)), ROUNDING);
        assertThat(exit(Measure.PROBABILITY, Scores.PROBABILITIES).confidence(Tensor.ofFloats(Shape.of(1), 0.25f)))
                .isEqualTo(0.75);
    }

    @Test
    void theLeastSureOfABatchCounts() {
        EarlyExit exit = exit(Measure.PROBABILITY, Scores.PROBABILITIES);
        Tensor batch = Tensor.ofFloats(Shape.of(3, 2), 1, 0, 0.375f, 0.625f, 0.875f, 0.125f);
        assertThat(exit.confidence(batch)).isEqualTo(0.625);
        assertThat(exit.isEnough(0.9)).isTrue();
        assertThat(exit.isEnough(0.899)).isFalse();
    }

    @Test
    void whatIsNoNumberIsNeverEnough() {
        for (Measure measure : Measure.values()) {
            for (Scores scores : Scores.values()) {
                EarlyExit exit = exit(measure, scores);
                for (float wrong : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
                    Tensor given = Tensor.ofFloats(Shape.of(2, 2), 1, 0, wrong, 0);
                    assertThat(exit.isEnough(exit.confidence(given)))
                            .as("%s of %s with %s", measure, scores, wrong)
                            .isFalse();
                }
                assertThat(exit.confidence(Tensor.ofFloats(Shape.of(0, 4)))).isZero();
            }
        }
    }

    @Test
    void descriptionsMayLeaveOutMeasureAndScores() throws Exception {
        assertThat(read("{\"output\": \"branch\", \"threshold\": 0.9}"))
                .isEqualTo(new EarlyExit("branch", 0.9, Measure.PROBABILITY, Scores.LOGITS));
        EarlyExit full = new EarlyExit("branch", 0.7, Measure.ENTROPY, Scores.PROBABILITIES);
        assertThat(read(ManifestJson.mapper().writeValueAsString(full))).isEqualTo(full);
    }

    @Test
    void thresholdsThatMakeNoSenseAreRefused() {
        for (double threshold : new double[] {0, -1, 1.1, Double.NaN}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new EarlyExit("branch", threshold, Measure.PROBABILITY, Scores.LOGITS))
                    .withMessageContaining("exit.threshold");
        }
        assertThatThrownBy(() -> read("{\"output\": \"\", \"threshold\": 0.9}"))
                .isInstanceOf(ValueInstantiationException.class)
                .hasMessageContaining("exit.output is empty");
    }

    private static EarlyExit read(String json) throws Exception {
        return ManifestJson.mapper().readValue(json, EarlyExit.class);
    }

    private static EarlyExit exit(Measure measure, Scores scores) {
        return new EarlyExit("branch", 0.9, measure, scores);
    }
}
