package dev.baton.orchestrator.planning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.partitioning.Placement;
import dev.baton.planning.Alternative;
import dev.baton.planning.Choice;
import dev.baton.planning.Prediction;
import dev.baton.planning.Term;
import dev.baton.planning.TermName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

final class HysteresisTest {
    private static final Choice CLOUD = new Choice(new Placement.CloudOnly(), Choice.NO_CODEC);
    private final Hysteresis hysteresis = new Hysteresis(0.1, Duration.ofMillis(1));

    private static Alternative at(Choice choice, double millis) {
        return new Alternative(
                choice,
                new Prediction(List.of(Term.measured(TermName.TAIL, millis * 1e3, "")), OptionalDouble.empty()),
                Optional.empty());
    }

    private static Alternative unknown(Choice choice) {
        return new Alternative(
                choice,
                new Prediction(List.of(Term.unknown(TermName.TAIL, "never run")), OptionalDouble.empty()),
                Optional.empty());
    }

    @Test
    void aChangeMustSaveMoreThanTheShareAndMoreThanTheTime() {
        assertThat(hysteresis.worthChanging(at(CLOUD, 100), at(Choice.EDGE_ONLY, 90)))
                .isFalse();
        assertThat(hysteresis.worthChanging(at(CLOUD, 100), at(Choice.EDGE_ONLY, 89.9)))
                .isTrue();
        assertThat(hysteresis.worthChanging(at(CLOUD, 5), at(Choice.EDGE_ONLY, 4.1)))
                .isFalse();
        assertThat(hysteresis.worthChanging(at(CLOUD, 5), at(Choice.EDGE_ONLY, 3.9)))
                .isTrue();
    }

    @Test
    void anythingKnownBeatsTheUnknownAndNothingUnknownBeatsAnything() {
        assertThat(hysteresis.worthChanging(unknown(CLOUD), at(Choice.EDGE_ONLY, 1000)))
                .isTrue();
        assertThat(hysteresis.worthChanging(at(CLOUD, 1000), unknown(Choice.EDGE_ONLY)))
                .isFalse();
        assertThat(hysteresis.worthChanging(unknown(CLOUD), unknown(Choice.EDGE_ONLY)))
                .isFalse();
    }
}
