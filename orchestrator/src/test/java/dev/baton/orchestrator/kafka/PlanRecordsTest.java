package dev.baton.orchestrator.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.orchestrator.planning.Plan;
import dev.baton.orchestrator.planning.PlanDecision;
import dev.baton.partitioning.Placement;
import dev.baton.planning.Alternative;
import dev.baton.planning.Choice;
import dev.baton.planning.ModelVersion;
import dev.baton.planning.Prediction;
import dev.baton.planning.Term;
import dev.baton.planning.TermName;
import dev.baton.tensor.codec.Codec;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

final class PlanRecordsTest {
    private static final Choice SPLIT = new Choice(new Placement.Split(3), Codec.parse("int8+zstd"));

    private static Plan plan(Choice choice, List<Alternative> alternatives) {
        return new Plan(
                "edge-1",
                new ModelVersion("gauge", "a".repeat(64)),
                choice,
                7,
                "because",
                alternatives,
                true,
                Instant.ofEpochMilli(1_767_225_600_123L),
                "latency",
                "planner-1");
    }

    @Test
    void aPlanSurvivesTheWire() {
        for (Choice choice : List.of(Choice.EDGE_ONLY, new Choice(new Placement.CloudOnly(), Choice.NO_CODEC), SPLIT)) {
            Plan plan = plan(choice, List.of());
            assertThat(PlanRecords.fromRecord(PlanRecords.toRecord(plan))).isEqualTo(plan);
        }
        assertThat(PlanRecords.key(plan(SPLIT, List.of()))).isEqualTo("edge-1/gauge");
    }

    @Test
    void unknownTermsStayAbsentOnTheWire() {
        Alternative unknown = new Alternative(
                SPLIT,
                new Prediction(
                        List.of(
                                Term.measured(TermName.HEAD, 1500, "on the edge node"),
                                Term.unknown(TermName.TAIL, "never run")),
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        OptionalDouble.empty()),
                Optional.of("no tail"),
                OptionalDouble.empty());
        dev.baton.schemas.records.Plan record = PlanRecords.toRecord(plan(SPLIT, List.of(unknown)));

        assertThat(record.getAlternatives(0).hasPredictedMicros()).isFalse();
        assertThat(record.getAlternatives(0).hasBytes()).isFalse();
        assertThat(record.getAlternatives(0).getTerms(0).getMicros()).isEqualTo(1500);
        assertThat(record.getAlternatives(0).getTerms(1).hasMicros()).isFalse();
        Alternative back = PlanRecords.fromRecord(record).alternatives().getFirst();
        assertThat(back.micros()).isEmpty();
        assertThat(back.infeasible()).contains("no tail");
    }

    @Test
    void aDecisionSurvivesTheWire() {
        PlanDecision decision = new PlanDecision(
                plan(SPLIT, List.of()),
                "link changed",
                Optional.of(plan(Choice.EDGE_ONLY, List.of())),
                List.of(new PlanDecision.Input("uplink", "8.0 Mbit/s")));

        assertThat(PlanRecords.fromRecord(PlanRecords.toRecord(decision))).isEqualTo(decision);
    }

    @Test
    void aPlanWithoutPlacementIsRefused() {
        assertThatThrownBy(() -> PlanRecords.fromRecord(PlanRecords.toRecord(plan(SPLIT, List.of())).toBuilder()
                        .clearPlacement()
                        .build()))
                .hasMessage("a plan must have a placement, but none is set");
    }
}
