package dev.baton.edge.explore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.baton.edge.TestingEngine;
import dev.baton.edge.TestingPackage;
import dev.baton.edge.measure.Arrivals;
import dev.baton.edge.measure.CodecAgreements.Agreement;
import dev.baton.edge.measure.ModelMeasurements.EncodingKey;
import dev.baton.edge.model.ModelServing;
import dev.baton.edge.model.Models;
import dev.baton.edge.model.ServedModel;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.codec.Codec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a clock of its own; models open at real time, which only makes their heads seem older or newer where it is set. */
final class ExplorationTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Shape SHAPE = Shape.of(1, 4);
    private static final Codec INT8 = Codec.parse("int8");

    @TempDir
    Path directory;

    private final AtomicLong now = new AtomicLong(1);
    private final Models models = new Models();
    private final TestingEngine engine = new TestingEngine();
    private final Arrivals arrivals = new Arrivals(now::get);
    private boolean batteryIsLow;
    private double random = 1;
    private ServedModel model;

    @BeforeEach
    void serve() throws IOException {
        model = ServedModel.open(TestingPackage.write(directory, 1, Optional.empty()), engine);
        ModelServing.serve(models, model);
        request();
        pass(Duration.ofSeconds(1));
    }

    @Test
    void aHeadThatWasNotMeasuredForLongIsRunInIdleTime() {
        Exploration exploration = exploration(1, Duration.ZERO);
        int heads = engine.runs("head-01.onnx");
        int whole = engine.runs("whole.onnx");
        step(exploration);
        step(exploration);
        assertThat(engine.runs("head-01.onnx")).isEqualTo(heads + 1);
        assertThat(engine.runs("whole.onnx"))
                .as("the stalest first, one at a time")
                .isEqualTo(whole + 1);
    }

    @Test
    void freshHeadsAreLeftAlone() {
        int heads = engine.runs("head-01.onnx");
        step(exploration(1, MINUTE));
        assertThat(engine.runs("head-01.onnx")).isEqualTo(heads);
    }

    @Test
    void nothingRunsWhileARequestIsUnderWay() {
        Exploration exploration = exploration(1, Duration.ZERO);
        int heads = engine.runs("head-01.onnx") + engine.runs("whole.onnx");
        arrivals.began();
        step(exploration);
        assertThat(engine.runs("head-01.onnx") + engine.runs("whole.onnx")).isEqualTo(heads);
    }

    @Test
    void nothingRunsOnALowBatteryOrWithoutAShareOfTime() {
        int heads = engine.runs("head-01.onnx") + engine.runs("whole.onnx");
        step(exploration(0, Duration.ZERO));
        batteryIsLow = true;
        step(exploration(1, Duration.ZERO));
        assertThat(engine.runs("head-01.onnx") + engine.runs("whole.onnx")).isEqualTo(heads);
    }

    @Test
    void aModelThatNobodyAsksForIsLeftAlone() {
        Exploration exploration = exploration(1, Duration.ZERO);
        pass(Duration.ofHours(1));
        int heads = engine.runs("head-01.onnx") + engine.runs("whole.onnx");
        step(exploration);
        assertThat(engine.runs("head-01.onnx") + engine.runs("whole.onnx")).isEqualTo(heads);
    }

    @Test
    void anAnswerFromALossyActivationIsComparedWithTheExactOne() {
        Exploration exploration = exploration(1, MINUTE);
        exploration.answeredByCloud(model, 1, INT8, crossing(2, 4, 6, 8), answer(3, 5, 7, 9.5f));
        step(exploration);
        pass(MINUTE);
        exploration.answeredByCloud(model, 1, INT8, crossing(2, 4, 6, 8), answer(3, 5, 9.5f, 9));
        step(exploration);
        assertThat(model.measurements().agreements().all()).singleElement().satisfies(agreement -> {
            assertThat(agreement.key()).isEqualTo(new EncodingKey(1, "int8"));
            assertThat(agreement.samples()).isEqualTo(2);
            assertThat(agreement.agreement()).isEqualTo(0.5);
            assertThat(agreement.relativeError().orElseThrow().mean())
                    .isCloseTo((0.5 + 2.5) / 2 / Math.sqrt(9 + 25 + 49 + 81), within(1e-6));
        });
    }

    @Test
    void oneIsComparedEachMinuteAndTheShareOfTheRest() {
        Exploration exploration = exploration(1, MINUTE);
        for (int i = 0; i < 10; i++) {
            answerInt8(exploration);
        }
        assertThat(samples()).as("the first of a minute").isEqualTo(1);
        random = 0;
        for (int i = 0; i < 10; i++) {
            answerInt8(exploration);
        }
        assertThat(samples()).as("as chance has it").isEqualTo(11);
    }

    @Test
    void exactCodecsAreNotCompared() {
        Exploration exploration = exploration(1, MINUTE);
        exploration.answeredByCloud(model, 1, Codec.parse("raw+zstd"), crossing(2, 4, 6, 8), answer(3, 5, 7, 9));
        step(exploration);
        assertThat(samples()).isZero();
    }

    private void answerInt8(Exploration exploration) {
        exploration.answeredByCloud(model, 1, INT8, crossing(2, 4, 6, 8), answer(3, 5, 7, 9));
        step(exploration);
    }

    private long samples() {
        return model.measurements().agreements().all().stream()
                .mapToLong(Agreement::samples)
                .sum();
    }

    private Exploration exploration(double share, Duration staleAfter) {
        return new Exploration(
                models,
                arrivals,
                () -> batteryIsLow,
                new ExplorationSettings(share, 0.01, MINUTE, staleAfter),
                () -> random,
                now::get);
    }

    private void step(Exploration exploration) {
        pass(Duration.ofMillis(100));
        exploration.step();
    }

    private void request() {
        arrivals.began();
        arrivals.ended();
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private static Map<String, Tensor> crossing(float... values) {
        return Map.of("doubled", Tensor.ofFloats(SHAPE, values));
    }

    private static Map<String, Tensor> answer(float... values) {
        return Map.of("y", Tensor.ofFloats(SHAPE, values));
    }
}
