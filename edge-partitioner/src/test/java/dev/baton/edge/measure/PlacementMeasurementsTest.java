package dev.baton.edge.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.edge.measure.PlacementMeasurements.PlanKey;
import dev.baton.edge.measure.PlacementMeasurements.PlanWindow;
import dev.baton.edge.measure.PlacementMeasurements.Quantity;
import dev.baton.partitioning.Placement;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PlacementMeasurementsTest {

    private static final PlanKey OLD = new PlanKey(3, new Placement.EdgeOnly(), "raw");
    private static final PlanKey NEW = new PlanKey(4, new Placement.Split(2), "int8");

    private final PlacementMeasurements measurements = new PlacementMeasurements();

    @Test
    void aWindowHoldsItsOwnRequestsAlone() {
        answer(OLD, 1_000);
        answer(OLD, 3_000);
        PlanWindow first = measurements.window().getFirst();
        assertThat(first.values().get(Quantity.TOTAL)).isEqualTo(new Summary(2, 2_000, 2_000_000, 3_000, 3_000));
        answer(OLD, 5_000);
        PlanWindow second = measurements.window().getFirst();
        assertThat(second.values().get(Quantity.TOTAL)).isEqualTo(new Summary(1, 5_000, 0, 5_000, 5_000));
        assertThat(measurements.window()).isEmpty();
    }

    @Test
    void aPlanIsToldOfUntilItHasDrained() {
        measurements.began(OLD);
        answer(NEW, 1_000);
        assertThat(measurements.window()).extracting(PlanWindow::plan).containsExactly(OLD, NEW);
        assertThat(measurements.window()).singleElement().satisfies(draining -> {
            assertThat(draining.plan()).isEqualTo(OLD);
            assertThat(draining.inFlight()).isEqualTo(1);
            assertThat(draining.values()).isEmpty();
        });
        measurements.answered(OLD, Map.of(Quantity.TOTAL, 9_000.0), true);
        assertThat(measurements.window()).singleElement().satisfies(drained -> {
            assertThat(drained.inFlight()).isZero();
            assertThat(drained.completedLocally()).isEqualTo(1);
        });
        assertThat(measurements.window()).isEmpty();
    }

    @Test
    void failuresCountForTheirPlan() {
        measurements.began(NEW);
        measurements.failed(NEW);
        assertThat(measurements.window()).singleElement().satisfies(window -> {
            assertThat(window.failures()).isEqualTo(1);
            assertThat(window.inFlight()).isZero();
        });
    }

    private void answer(PlanKey plan, double micros) {
        measurements.began(plan);
        measurements.answered(plan, Map.of(Quantity.TOTAL, micros), false);
    }
}
