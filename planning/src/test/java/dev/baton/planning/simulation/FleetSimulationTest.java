package dev.baton.planning.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.planning.Preferences;
import dev.baton.planning.replay.Costs;
import dev.baton.planning.replay.TestingCosts;
import java.util.List;
import org.junit.jupiter.api.Test;

class FleetSimulationTest {

    private static final List<Costs> KINDS = List.of(TestingCosts.slowed(1), TestingCosts.slowed(4));

    @Test
    void everyWindowIsDecidedOnOnce() {
        FleetResult result = FleetSimulation.run(settings(0, 0, true), KINDS, Preferences.USUAL);

        assertThat(result.windows()).isEqualTo(200 * 12);
        assertThat(result.decisions()).isEqualTo(result.windows());
        assertThat(result.doubleOwned()).isZero();
        assertThat(result.staleMaxMicros()).isLessThan(100_000);
    }

    @Test
    void whenAReplicaDiesTheOthersTakeItsEdgeNodesOverWithTheirPlans() {
        FleetResult result = FleetSimulation.run(settings(4, 0, true), KINDS, Preferences.USUAL);

        assertThat(result.movedEdges()).isBetween(30, 70);
        assertThat(result.lostPlans()).isZero();
        assertThat(result.doubleOwned()).isZero();
        assertThat(result.takeoverMicros()).isBetween(3_000_000.0, 3_500_000.0);
        assertThat(result.decisions()).isLessThan(result.windows());
    }

    @Test
    void reservationKeepsAFleetFromOverloadingItsTails() {
        FleetResult with = FleetSimulation.run(settings(0, 4, true), KINDS, Preferences.USUAL);
        FleetResult without = FleetSimulation.run(settings(0, 4, false), KINDS, Preferences.USUAL);

        assertThat(with.peakLoad()).isLessThan(without.peakLoad());
    }

    @Test
    void oneReplicaCannotDie() {
        assertThatThrownBy(() -> new FleetSettings(1, 1, 1, 1, 1, 1, 1, 1, 1, 0, true, 0, 1))
                .hasMessageContaining("expected 2 replicas or more");
    }

    private static FleetSettings settings(int dies, int surge, boolean reserves) {
        return new FleetSettings(200, 16, 4, 2, 1, 12, 5, dies, 3_000_000, surge, reserves, 20, 1);
    }
}
