package dev.baton.orchestrator.planning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.baton.orchestrator.planning.PredictionErrors.ErrorView;
import dev.baton.planning.Alternative;
import dev.baton.planning.Choice;
import dev.baton.planning.EdgeObservation.PlacementTimes;
import dev.baton.planning.ModelVersion;
import dev.baton.planning.Moments;
import dev.baton.planning.Prediction;
import dev.baton.planning.Term;
import dev.baton.planning.TermName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

final class PredictionErrorsTest {
    private final PredictionErrors errors = new PredictionErrors();

    private static Plan plan(String model, Term... terms) {
        Prediction prediction = new Prediction(List.of(terms), OptionalDouble.empty());
        return new Plan(
                "edge-1",
                new ModelVersion(model, "a".repeat(64)),
                Choice.EDGE_ONLY,
                1,
                "a test",
                List.of(new Alternative(Choice.EDGE_ONLY, prediction, Optional.empty())),
                false,
                Instant.EPOCH,
                "latency",
                "replica-1");
    }

    private static Term head(double micros) {
        return Term.measured(TermName.HEAD, micros, "a test");
    }

    private static PlacementTimes total(double micros) {
        return PlacementTimes.of(1, Choice.EDGE_ONLY, Moments.exactly(5, micros));
    }

    /** Requests of which also the head and the transfer were measured. */
    private static PlacementTimes split(double head, double transfer, double total) {
        return new PlacementTimes(
                1,
                Choice.EDGE_ONLY.placement(),
                Choice.EDGE_ONLY.codec(),
                Optional.of(Moments.exactly(5, total)),
                Optional.empty(),
                Optional.of(Moments.exactly(5, head)),
                Optional.empty(),
                Optional.empty(),
                Optional.of(Moments.exactly(5, transfer)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                0,
                0,
                0);
    }

    private ErrorView error(String model, String term) {
        return errors.errors().stream()
                .filter(view -> view.model().equals(model) && view.term().equals(term))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theErrorIsRelativeToWhatWasMeasured() {
        errors.add(plan("gauge", head(900)), total(1000));

        assertThat(error("gauge", "total")).isEqualTo(new ErrorView("gauge", "total", 1, 10, 10));
    }

    @Test
    void everyTermThatWasMeasuredIsCompared() {
        Plan plan = plan(
                "gauge",
                head(900),
                Term.measured(TermName.UPLINK, 300, "a test"),
                Term.measured(TermName.ROUND_TRIP, 100, "a test"));
        errors.add(plan, split(1000, 500, 1300));

        assertThat(error("gauge", "head").medianPercent()).isEqualTo(10);
        assertThat(error("gauge", "uplink and round trip").medianPercent())
                .as("an acknowledgement measures both in one")
                .isEqualTo(20);
        assertThat(error("gauge", "total").medianPercent()).isZero();
        assertThat(errors.errors()).extracting(ErrorView::term).doesNotContain("uplink", "round trip", "tail");
    }

    @Test
    void medianAndNinetiethPercentileAreOverWindows() {
        for (int percent = 1; percent <= 100; percent++) {
            errors.add(plan("gauge", head(1000 - 10 * percent)), total(1000));
        }

        assertThat(error("gauge", "total").windows()).isEqualTo(100);
        assertThat(error("gauge", "total").medianPercent()).isCloseTo(50, within(1.0));
        assertThat(error("gauge", "total").p90Percent()).isCloseTo(90, within(1.0));
    }

    @Test
    void whatWasNotPredictedHasNoError() {
        errors.add(plan("gauge", new Term.Unknown(TermName.HEAD, "a test")), total(1000));

        assertThat(errors.errors()).isEmpty();
    }

    @Test
    void errorsOverAllModelsComeFirst() {
        errors.add(plan("gauge", head(900)), total(1000));
        errors.add(plan("other", head(700)), total(1000));

        assertThat(errors.errors()).extracting(ErrorView::model).containsExactly("*", "gauge", "other");
        assertThat(errors.errors().getFirst().windows()).isEqualTo(2);
    }

    @Test
    void onlyTheLatestWindowsAreRemembered() {
        for (int window = 0; window < 3000; window++) {
            errors.add(plan("gauge", head(500)), total(1000));
        }
        for (int window = 0; window < 1024; window++) {
            errors.add(plan("gauge", head(900)), total(1000));
        }

        assertThat(error("gauge", "total")).isEqualTo(new ErrorView("gauge", "total", 1024, 10, 10));
    }

    @Test
    void modelsBeyondTheBoundAreCountedTogether() {
        for (int model = 0; model < 120; model++) {
            errors.add(plan("model-" + model, head(900)), total(1000));
        }

        assertThat(errors.errors().stream().map(ErrorView::model).distinct()).hasSize(102);
        assertThat(error("other models", "total").windows()).isEqualTo(20);
        assertThat(error("*", "total").windows()).isEqualTo(120);
    }
}
