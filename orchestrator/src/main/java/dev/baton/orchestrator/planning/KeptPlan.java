package dev.baton.orchestrator.planning;

import dev.baton.planning.EdgeObservation.PlacementTimes;
import dev.baton.planning.change.PlanKeeper;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What is held for one edge node and model; touched with its lock held. */
final class KeptPlan {
    final ReentrantLock lock = new ReentrantLock();

    /** Signalled when the plan is another one. */
    final Condition changed = lock.newCondition();

    /** The plan in force, whoever made it, without what else was weighed: there is one for every edge node and model. */
    @Nullable
    Plan plan;

    /** What this replica plans with; absent while another one plans. */
    @Nullable
    PlanKeeper keeper;

    /** What the edge node measured last under the plan in force. */
    Optional<PlacementTimes> measured = Optional.empty();

    @Nullable
    Instant evaluatedAt;

    String verdict = "not looked at yet";
    boolean nothingFeasible;
    volatile boolean published = true;

    void take(Plan next) {
        if (plan == null || plan.epoch() != next.epoch()) {
            measured = Optional.empty();
        }
        plan = next.brief();
        changed.signalAll();
    }
}
