package dev.baton.tail.measurement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.baton.schemas.records.DecodeMeasurement;
import dev.baton.schemas.records.DevicePressure;
import dev.baton.schemas.records.FailureReason;
import dev.baton.schemas.records.MeasurementWindow;
import dev.baton.schemas.records.ModelRef;
import dev.baton.schemas.records.Summary;
import dev.baton.schemas.records.TailMeasurement;
import dev.baton.schemas.records.TailModelWindow;
import dev.baton.schemas.records.TailWindow;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class TailMeasurementsTest {

    private static final ModelRef GAUGE =
            ModelRef.newBuilder().setName("gauge").setVersion("ab12").build();

    private final AtomicLong nanos = new AtomicLong();
    private final TailMeasurements measurements = new TailMeasurements("tail-1", "cpu", nanos::get);

    @Test
    void windowSumsUpTheRecordsOfItsTime() {
        measurements.begin(GAUGE);
        answered(2, 1, 10);
        answered(2, 3, 20);
        answered(5, 1, 7);
        measurements.refused(GAUGE, FailureReason.LATE);
        nanos.set(Duration.ofSeconds(1).toNanos());

        MeasurementWindow window = measurements.endWindow();

        assertThat(window.getLengthMicros()).isEqualTo(1_000_000);
        assertThat(window.getSequence()).isEqualTo(1);
        assertThat(window.getTail().getTail()).isEqualTo("tail-1");
        assertThat(window.getTail().getDevice()).isEqualTo("cpu");
        TailModelWindow model = window.getTail().getModels(0);
        assertThat(model.getModel()).isEqualTo(GAUGE);
        assertThat(model.getRequests()).isEqualTo(4);
        assertThat(model.getFailures()).isEqualTo(1);
        assertThat(model.getQueueMicros().getMean()).isEqualTo(500);
        assertThat(model.getTails(0).getSplitPoint()).isEqualTo(2);
        Summary run = model.getTails(0).getRunMicros();
        assertThat(run.getCount()).isEqualTo(2);
        assertThat(run.getMean()).isEqualTo(15_000);
        assertThat(run.getVariance()).isCloseTo(50_000_000, within(1e-6));
        assertThat(run.getP50()).isEqualTo(10_000);
        assertThat(run.getP95()).isEqualTo(20_000);
        assertThat(model.getTails(0).getDecodeMicros().getMean()).isEqualTo(2_000);
        assertThat(model.getTails(1).getSplitPoint()).isEqualTo(5);
    }

    @Test
    void whatIsKnownStaysKnownWithoutRequests() {
        measurements.profiledRun(GAUGE, 3, Duration.ofMillis(4));
        measurements.profiledDecode(GAUGE, 3, "raw", Duration.ofMillis(1), true);
        measurements.endWindow();

        TailModelWindow later = measurements.endWindow().getTail().getModels(0);

        assertThat(later.getRequests()).isZero();
        assertThat(later.getTails(0).getRunMicros().getMean()).isEqualTo(4_000);
        assertThat(later.getTails(0).getDecodeMicros().getMean()).isEqualTo(1_000);
    }

    @Test
    void newTimesReplaceTheOnesOfTheProfile() {
        measurements.profiledRun(GAUGE, 3, Duration.ofMillis(4));
        measurements.endWindow();
        answered(3, 1, 9);
        assertThat(measurements
                        .endWindow()
                        .getTail()
                        .getModels(0)
                        .getTails(0)
                        .getRunMicros()
                        .getMean())
                .isEqualTo(9_000);
    }

    @Test
    void modelsThatAreNotServedLeaveNoTrace() {
        answered(1, 1, 1);
        measurements.refused(GAUGE, FailureReason.LATE);
        assertThat(measurements.endWindow().getTail().getModelsList()).isEmpty();

        measurements.begin(GAUGE);
        measurements.forget(GAUGE);
        assertThat(measurements.endWindow().getTail().getModelsList()).isEmpty();
    }

    @Test
    void manySamplesKeepTheirExactMeanInBoundedMemory() {
        WindowSamples samples = new WindowSamples();
        for (int i = 1; i <= 100_000; i++) {
            samples.add(Duration.ofNanos(i * 1_000L));
        }
        Summary summary = samples.summary();
        assertThat(summary.getCount()).isEqualTo(100_000);
        assertThat(summary.getMean()).isCloseTo(50_000.5, within(1e-6));
        assertThat(summary.getP50()).as("of the latest").isBetween(98_900.0, 100_000.0);
    }

    @Test
    void decodingIsToldByCodecAndTheCostlyOnesDoNotStandForAll() {
        measurements.profiledDecode(GAUGE, 3, "raw", Duration.ofMillis(1), true);
        measurements.profiledDecode(GAUGE, 3, "step6", Duration.ofMillis(40), false);
        answered(3, 2, 9);
        TailMeasurement tail = measurements.endWindow().getTail().getModels(0).getTails(0);
        assertThat(tail.getDecodeMicros().getMean()).isEqualTo(1_500);
        assertThat(tail.getDecodingsList())
                .extracting(
                        DecodeMeasurement::getCodec, d -> d.getDecodeMicros().getMean())
                .containsExactly(tuple("int8", 2_000.0), tuple("raw", 1_000.0), tuple("step6", 40_000.0));
    }

    @Test
    void aWindowTellsHowBusyTheTailIs() {
        TailMeasurements busy = new TailMeasurements(
                "tail-2",
                "cpu",
                2,
                () -> DevicePressure.newBuilder().setCpuShare(0.7).build(),
                TailListener.NONE,
                nanos::get);
        busy.begin(GAUGE);
        for (int i = 0; i < 5; i++) {
            busy.began();
        }
        busy.answered(GAUGE, 2, "raw", Duration.ZERO, Duration.ZERO, Duration.ofMillis(500), 1);
        busy.ended();
        nanos.set(Duration.ofSeconds(1).toNanos());
        TailWindow window = busy.endWindow().getTail();
        assertThat(window.getWorkers()).isEqualTo(2);
        assertThat(window.getUtilization()).isCloseTo(0.25, within(1e-9));
        assertThat(window.getWaiting()).as("of four, two run").isEqualTo(2);
        assertThat(window.getPressure().getCpuShare()).isEqualTo(0.7);
        assertThat(window.getModels(0).getBatchSize().getMean()).isEqualTo(1);
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(busy.endWindow().getTail().getUtilization()).isZero();
    }

    private void answered(int splitPoint, long decodeMillis, long runMillis) {
        measurements.answered(
                GAUGE,
                splitPoint,
                "int8",
                Duration.ofNanos(500_000),
                Duration.ofMillis(decodeMillis),
                Duration.ofMillis(runMillis),
                1);
    }
}
