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
    private boolean machineIsBusy;
    private double random = 1;
    private ServedModel model;

    @BeforeEach
    void serve() throws IOException {
        model = ServedModel.open(TestingPackage.write(directory, 1, Optional.empty()), engine);
        ModelServing.serve(models, model);
        settle();
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
    void whatWasTimedWhileLoadingIsTimedAgainEvenBeforeAnyRequest() throws IOException {
        ServedModel loaded = replaceModel();
        Exploration exploration = exploration(1, MINUTE);
        int heads = engine.runs("head-01.onnx");
        int whole = engine.runs("whole.onnx");
        for (int i = 0; i < 20; i++) {
            step(exploration);
        }
        assertThat(engine.runs("head-01.onnx")).isEqualTo(heads + 3);
        assertThat(engine.runs("whole.onnx")).isEqualTo(whole + 3);
        assertThat(settled(loaded, 1)).isTrue();
        assertThat(settled(loaded, 2)).isTrue();
    }

    @Test
    void aBusyMachineOrAModelThatLoadsIsWaitedForButNotForEver() throws IOException {
        replaceModel();
        Exploration exploration = exploration(1, MINUTE);
        int runs = allRuns();
        machineIsBusy = true;
        step(exploration);
        machineIsBusy = false;
        ModelServing.preparing(models, "another", "version 1 is being opened");
        step(exploration);
        assertThat(allRuns()).isEqualTo(runs);
        pass(Duration.ofSeconds(31));
        step(exploration);
        assertThat(allRuns()).isEqualTo(runs + 1);
    }

    @Test
    void aHeadBelievedTooLongForEveryGapIsRunNowAndThenAndCorrected() throws IOException {
        engine.taking(Duration.ofMillis(494));
        ServedModel slow = replaceModel();
        engine.taking(Duration.ofMillis(37));
        requests(exploration(0, MINUTE), Duration.ofSeconds(5));
        Exploration exploration = exploration(0.02, MINUTE);
        int runs = allRuns();
        requests(exploration, Duration.ofSeconds(9));
        assertThat(allRuns()).as("it does not fit").isEqualTo(runs);
        requests(exploration, Duration.ofSeconds(9));
        assertThat(allRuns()).as("one in ten seconds, which then fits").isEqualTo(runs + 3);
        requests(exploration, Duration.ofSeconds(20));
        assertThat(slow.measurements().headMicros(2).orElseThrow().p95()).isEqualTo(37_000);
        assertThat(slow.measurements().headMicros(1).orElseThrow().p95()).isEqualTo(37_000);
    }

    @Test
    void aHeadThatIsKnownNotToFitDoesNotHoldUpRequests() throws IOException {
        engine.taking(Duration.ofMillis(494));
        replaceModel();
        for (int run = 0; run < 3; run++) {
            models.served(TestingPackage.MODEL).orElseThrow().measureHead(1);
            models.served(TestingPackage.MODEL).orElseThrow().measureHead(2);
        }
        int runs = allRuns();
        requests(exploration(0.02, MINUTE), Duration.ofSeconds(30));
        assertThat(allRuns()).isEqualTo(runs);
    }

    @Test
    void aPrefixThatTakesLongerThanTheWholeIsImplausible() throws IOException {
        engine.taking("head-01.onnx", Duration.ofMillis(5));
        engine.taking("whole.onnx", Duration.ofMillis(4));
        ServedModel scattered = replaceModel();
        assertThat(scattered.isPlausible(1)).isTrue();
        engine.taking("whole.onnx", Duration.ofMillis(3));
        ServedModel wrong = replaceModel();
        assertThat(wrong.isPlausible(1)).isFalse();
        assertThat(wrong.isPlausible(2)).isTrue();
    }

    @Test
    void aWholeFarBeyondWhatItsPrefixMakesExpectIsImplausible() throws IOException {
        engine.taking("head-01.onnx", Duration.ofMillis(20));
        engine.taking("whole.onnx", Duration.ofMillis(494));
        assertThat(replaceModel().isPlausible(2)).isFalse();
        engine.taking("whole.onnx", Duration.ofMillis(80));
        assertThat(replaceModel().isPlausible(2)).isTrue();
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
                () -> machineIsBusy,
                new ExplorationSettings(share, 0.01, MINUTE, staleAfter),
                () -> random,
                now::get);
    }

    private void step(Exploration exploration) {
        pass(Duration.ofMillis(100));
        exploration.step();
    }

    private ServedModel replaceModel() throws IOException {
        model = ServedModel.open(TestingPackage.write(directory, 1, Optional.empty()), engine);
        ModelServing.serve(models, model);
        return model;
    }

    private void settle() throws IOException {
        for (int run = 0; run < 3; run++) {
            model.measureHead(1);
            model.measureHead(2);
        }
    }

    private static boolean settled(ServedModel of, int splitPoint) {
        return of.measurements().headRuns(splitPoint).orElseThrow().isSettled();
    }

    private int allRuns() {
        return engine.runs("head-01.onnx") + engine.runs("whole.onnx");
    }

    /** Ten each second, which end at once; steps fall between them. */
    private void requests(Exploration exploration, Duration time) {
        for (long left = time.toMillis(); left > 0; left -= 100) {
            request();
            pass(Duration.ofMillis(50));
            exploration.step();
            pass(Duration.ofMillis(50));
        }
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
