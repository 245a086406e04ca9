package dev.baton.partitioning.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class LayerTimeModelTest {
    private final Random random = new Random(7);

    @Test
    void findsTheTrueCoefficientsOfEachKind() {
        LayerTimeModel model = LayerTimeModel.fit(operators(60, 0));

        KindFit conv = fit(model, "Conv");
        assertThat(conv.microsPerMegaflop()).isCloseTo(20, within(1e-6));
        assertThat(conv.microsPerMegabyte()).isCloseTo(100, within(1e-6));
        assertThat(conv.constantMicros()).isCloseTo(5, within(1e-6));
        assertThat(conv.r2()).isCloseTo(1, within(1e-9));
    }

    @Test
    void costsThatRiseTogetherArePredictedAllTheSame() {
        LayerTimeModel model = LayerTimeModel.fit(operators(60, 0));

        PredictedTime relu = model.predict(List.of(new LayerCost("Relu", OptionalLong.of(250_000), 1_000_000)))
                .orElseThrow();

        assertThat(relu.micros()).isCloseTo(52, within(1e-6));
    }

    @Test
    void statesTheErrorThatMeasurementsHave() {
        LayerTimeModel model = LayerTimeModel.fit(operators(400, 0.2));

        KindFit conv = fit(model, "Conv");
        assertThat(conv.relativeError()).isBetween(0.1, 0.25);
        assertThat(conv.r2()).isBetween(0.7, 1.0);
        assertThat(conv.residualP90Micros()).isPositive();
    }

    @Test
    void noCoefficientIsNegative() {
        List<OperatorTime> falling = new ArrayList<>();
        for (int i = 1; i <= 10; i++) {
            falling.add(new OperatorTime(i, "Conv", OptionalLong.of(i * 1_000_000L), 1000, 100.0 - i, 10));
        }

        KindFit fit = fit(LayerTimeModel.fit(falling), "Conv");

        assertThat(fit.microsPerMegaflop()).isZero();
        assertThat(fit.microsPerMegabyte() * 0.001 + fit.constantMicros()).isCloseTo(94.5, within(3.0));
    }

    @Test
    void unknownCostIsNoPrediction() {
        LayerTimeModel model = LayerTimeModel.fit(operators(60, 0));
        LayerCost known = new LayerCost("Conv", OptionalLong.of(1_000_000), 1000);

        assertThat(model.predict(List.of(known))).isPresent();
        assertThat(model.predict(List.of(known, new LayerCost("Custom", OptionalLong.empty(), 1000))))
                .isEmpty();
    }

    @Test
    void aKindThatWasNeverMeasuredIsPredictedFromItsGroup() {
        LayerTimeModel model = LayerTimeModel.fit(operators(60, 0));

        PredictedTime time = model.predict(List.of(new LayerCost("Gemm", OptionalLong.of(10_000_000), 1_000_000)))
                .orElseThrow();

        assertThat(time.micros()).isCloseTo(20 * 10 + 100 + 5, within(1e-6));
    }

    @Test
    void withoutAnyOperatorOfAGroupNothingIsPredicted() {
        LayerTimeModel model =
                LayerTimeModel.fit(List.of(new OperatorTime(0, "Conv", OptionalLong.of(1_000_000), 1000, 10, 5)));

        assertThat(model.predict(List.of(new LayerCost("Relu", OptionalLong.of(10), 10))))
                .isEmpty();
    }

    @Test
    void operatorsOfUnknownCostAloneCannotBeFitted() {
        assertThatThrownBy(() ->
                        LayerTimeModel.fit(List.of(new OperatorTime(0, "Custom", OptionalLong.empty(), 1000, 10, 5))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 measured operators, none of known cost");
    }

    @Test
    void threeRunsOfAnotherDeviceAreEnough() {
        List<OperatorTime> operators = operators(60, 0);
        LayerTimeModel here = LayerTimeModel.fit(operators);
        List<MeasuredRun> there = new ArrayList<>();
        for (int to : List.of(20, 60, 110)) {
            there.add(run(operators, 0, to));
        }

        LayerTimeModel other = here.calibrated(there);

        assertThat(other.calibrationRuns()).isEqualTo(3);
        for (int to = 10; to <= 120; to += 10) {
            MeasuredRun held = run(operators, 0, to);
            assertThat(other.predict(held.layers()).orElseThrow().micros() / held.micros())
                    .as("%d operators", to)
                    .isCloseTo(1, within(0.05));
        }
    }

    @Test
    void nineOfTenMeasurementsLieWithinTheStatedRange() {
        List<OperatorTime> operators = operators(100, 0.1);
        List<MeasuredRun> runs = new ArrayList<>();
        for (int to = 10; to <= 200; to += 2) {
            MeasuredRun exact = run(operators, 0, to);
            runs.add(new MeasuredRun("model", exact.layers(), exact.micros() * (1 + 0.1 * random.nextGaussian())));
        }
        LayerTimeModel model = LayerTimeModel.fit(operators).calibrated(runs.subList(0, 40));

        long covered = runs.subList(40, runs.size()).stream()
                .filter(run -> model.predict(run.layers()).orElseThrow().covers(run.micros()))
                .count();

        assertThat((double) covered / (runs.size() - 40)).isBetween(0.75, 1.0);
    }

    @Test
    void runsOfUnknownCostLeaveEverythingAsItIs() {
        LayerTimeModel model = LayerTimeModel.fit(operators(60, 0));

        assertThat(model.calibrated(List.of(
                        new MeasuredRun("model", List.of(new LayerCost("Custom", OptionalLong.empty(), 5)), 100))))
                .isEqualTo(model);
    }

    private static KindFit fit(LayerTimeModel model, String kind) {
        return model.kinds().stream()
                .filter(fit -> fit.kind().equals(kind))
                .findFirst()
                .orElseThrow();
    }

    /** On the other device matrices take 3 times, others 1.5 times as long, and each run 20 µs more. */
    private static MeasuredRun run(List<OperatorTime> operators, int from, int to) {
        List<OperatorTime> part = operators.subList(from, to);
        double micros = 20;
        for (OperatorTime operator : part) {
            micros += (KindGroup.of(operator.kind()) == KindGroup.MATRIX ? 3 : 1.5) * operator.micros();
        }
        return new MeasuredRun("model", part.stream().map(LayerCost::of).toList(), micros);
    }

    /** Convolutions and activations in turn, of known truth: 20 µs/MFLOP, 100 µs/MB, 5 µs; 50 µs/MB, 2 µs. */
    private List<OperatorTime> operators(int pairs, double noise) {
        List<OperatorTime> operators = new ArrayList<>();
        for (int i = 0; i < pairs; i++) {
            long flops = (1 + random.nextInt(40)) * 500_000L;
            long bytes = (1 + random.nextInt(50)) * 20_000L;
            double conv = 20 * flops / 1e6 + 100 * bytes / 1e6 + 5;
            double relu = 50 * bytes / 1e6 + 2;
            operators.add(new OperatorTime(
                    2 * i, "Conv", OptionalLong.of(flops), bytes, conv * (1 + noise * random.nextGaussian()), 10));
            operators.add(new OperatorTime(
                    2 * i + 1,
                    "Relu",
                    OptionalLong.of(bytes / 4),
                    bytes,
                    relu * (1 + noise * random.nextGaussian()),
                    10));
        }
        return operators;
    }
}
