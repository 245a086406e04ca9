package dev.baton.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.baton.partitioning.accuracy.AccuracyBudget;
import dev.baton.partitioning.accuracy.AccuracyProfile.Metric;
import dev.baton.partitioning.accuracy.Answers;
import dev.baton.partitioning.accuracy.ByteSummary;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AnswerMeterTest {

    @Test
    void countsAgreementAndRightAnswers() {
        AnswerMeter meter = meter(Metric.TOP1);
        meter.add(answer(1, 3), answer(1, 3), sample(1)); // agrees, right
        meter.add(answer(1, 3), answer(1, 2), sample(0)); // agrees, wrong
        meter.add(answer(1, 3), answer(3, 1), sample(0)); // does not agree, and is right
        meter.add(answer(1, 3), answer(3, 1), sample(1)); // neither

        Answers answers = meter.answers();
        assertThat(answers.agreement()).isEqualTo(0.5);
        assertThat(answers.accuracy()).hasValue(0.5);
        assertThat(answers.meanSquaredError()).isEqualTo((0 + 0.5 + 4 + 4) / 4);
    }

    @Test
    void takesLogitsAndProbabilitiesForWhatTheyAre() {
        double logits = crossEntropy(answer((float) Math.log(0.2), (float) Math.log(0.8)));
        double probabilities = crossEntropy(answer(0.2f, 0.8f));
        assertThat(logits).isCloseTo(-Math.log(0.8), within(1e-6));
        assertThat(probabilities).isCloseTo(-Math.log(0.8), within(1e-6));
    }

    private static double crossEntropy(Map<String, Tensor> answer) {
        AnswerMeter meter = meter(Metric.TOP1);
        meter.add(answer, answer, sample(1));
        return meter.answers().crossEntropy().orElseThrow();
    }

    @Test
    void measuresOtherOutputsByTheirRelativeError() {
        AnswerMeter meter = meter(Metric.RELATIVE_ERROR);
        meter.add(answer(3, 4), answer(3, 4.04f), sample());
        meter.add(answer(0, 0), answer(0, 0), sample());
        meter.add(answer(0, 0), answer(0, 1), sample());
        meter.add(answer(3, 4), answer(Float.NaN, 4), sample());

        Answers answers = meter.answers();
        assertThat(answers.relativeError()).isCloseTo((0.008 + 0 + 1 + 1) / 4, within(1e-4));
        assertThat(answers.agreement()).isEqualTo(0.5);
        assertThat(answers.accuracy()).isEmpty();
        assertThat(answers.crossEntropy()).isEmpty();
    }

    @Test
    void refusesALabelThatIsNoClass() {
        assertThatExceptionOfType(BadDataSetException.class)
                .isThrownBy(() -> meter(Metric.TOP1).add(answer(1, 3), answer(1, 3), sample(2)))
                .withMessage("s has the label 2, but output 'y' has 2 classes");
    }

    @Test
    void summarisesSizes() {
        ByteMeter meter = new ByteMeter();
        for (int size = 1; size <= 200; size++) {
            meter.add(size);
        }
        assertThat(meter.summary()).isEqualTo(new ByteSummary(100.5, 190));
    }

    private static AnswerMeter meter(Metric metric) {
        return new AnswerMeter(metric, "y", AccuracyBudget.USUAL);
    }

    private static Map<String, Tensor> answer(float... values) {
        return Map.of("y", Tensor.ofFloats(Shape.of(1, values.length), values));
    }

    private static Sample sample(Integer... labels) {
        return new Sample("s", Optional.empty(), Map.of(), Set.of(labels));
    }
}
