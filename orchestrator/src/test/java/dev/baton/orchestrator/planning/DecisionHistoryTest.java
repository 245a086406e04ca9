package dev.baton.orchestrator.planning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.planning.Choice;
import dev.baton.planning.ModelVersion;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class DecisionHistoryTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final Place fast = new Place();
    private final Place record = new Place();
    private final DecisionHistory history = new DecisionHistory(fast, record);

    /** Keeps decisions in memory. */
    private static final class Place implements DecisionSource {
        private final List<PlanDecision> kept = new ArrayList<>();
        private boolean away;
        private int reads;

        @Override
        public void record(PlanDecision decision) {
            kept.add(decision);
        }

        @Override
        public List<DecisionView> latest(String edgeNode, String model, int limit) {
            reads++;
            if (away) {
                throw new HistoryUnavailableException("away", new IllegalStateException("a test"));
            }
            return kept.reversed().stream().limit(limit).map(DecisionView::of).toList();
        }
    }

    private static Plan plan(long epoch) {
        return new Plan(
                "edge-1",
                new ModelVersion("gauge", "a".repeat(64)),
                Choice.EDGE_ONLY,
                epoch,
                "a test",
                List.of(),
                false,
                START.plusSeconds(epoch),
                "latency",
                "replica-1");
    }

    /** Decisions one after the other; before the first of them there was another one, unless it is number 1. */
    private void record(long... epochs) {
        Optional<Plan> previous = epochs[0] == 1 ? Optional.empty() : Optional.of(plan(epochs[0] - 1));
        for (long epoch : epochs) {
            history.record(new PlanDecision(plan(epoch), "a test", previous, List.of()));
            previous = Optional.of(plan(epoch));
        }
    }

    private List<Long> latest(int limit) {
        return history.latest("edge-1", "gauge", limit).stream()
                .map(view -> view.plan().epoch())
                .toList();
    }

    private Optional<Long> at(long second) {
        return history.at("edge-1", "gauge", START.plusSeconds(second))
                .map(view -> view.plan().epoch());
    }

    @Test
    void aDecisionIsKeptInBothPlacesAndReadFromTheFastOne() {
        record(1, 2, 3);

        assertThat(fast.kept).hasSize(3).isEqualTo(record.kept);
        assertThat(latest(2)).containsExactly(3L, 2L);
        assertThat(latest(10)).containsExactly(3L, 2L, 1L);
        assertThat(record.reads).as("the fast place reaches back to the first").isZero();
    }

    @Test
    void whatTheFastPlaceLostIsReadFromTheRecord() {
        record(1, 2, 3);
        fast.kept.subList(0, 2).clear();

        assertThat(latest(1)).containsExactly(3L);
        assertThat(record.reads).isZero();
        assertThat(latest(10)).containsExactly(3L, 2L, 1L);
        fast.kept.clear();
        assertThat(latest(10)).containsExactly(3L, 2L, 1L);
    }

    @Test
    void whatTheFastPlaceMissedWhileItWasAwayIsReadFromTheRecord() {
        record(1, 2, 3, 4);
        fast.kept.remove(2);

        assertThat(latest(10)).containsExactly(4L, 3L, 2L, 1L);
        assertThat(at(3)).as("not the one before what is missing").hasValue(3L);
    }

    @Test
    void theDecisionBehindAPlanIsFoundWhereverItIsKept() {
        record(1, 2, 3);
        fast.kept.removeLast();

        assertThat(history.of(plan(3)).map(found -> found.plan().epoch())).hasValue(3L);
        assertThat(history.of(plan(2)).map(found -> found.plan().epoch())).hasValue(2L);
        assertThat(history.of(plan(9))).isEmpty();
    }

    @Test
    void theRecordAnswersWhileTheFastPlaceIsAway() {
        record(1, 2);
        fast.away = true;

        assertThat(latest(10)).containsExactly(2L, 1L);
        record.away = true;
        assertThatThrownBy(() -> latest(10)).isInstanceOf(HistoryUnavailableException.class);
    }

    @Test
    void whereTheRecordReachesLessFarTheFastPlaceAnswers() {
        record(5, 6, 7);
        record.kept.subList(0, 2).clear();

        assertThat(latest(10)).containsExactly(7L, 6L, 5L);
    }

    @Test
    void theDecisionOfATimeIsTheLastOneBeforeIt() {
        record(1, 2, 5);

        assertThat(at(0)).as("before the first").isEmpty();
        assertThat(at(1)).hasValue(1L);
        assertThat(at(4)).hasValue(2L);
        assertThat(at(100)).hasValue(5L);
        assertThat(record.reads).isZero();
    }

    @Test
    void aTimeBeforeWhatTheFastPlaceRemembersIsLookedUpInTheRecord() {
        record(1, 2, 5);
        fast.kept.subList(0, 2).clear();

        assertThat(at(3)).hasValue(2L);
        assertThat(at(0)).isEmpty();
    }
}
