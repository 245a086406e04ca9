package dev.baton.orchestrator.planning;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Every decision, kept twice: in the log of record, and in a faster place that may be lost, which is then read back from the log.
 */
public final class DecisionHistory implements DecisionLog {
    private static final Logger LOG = Logger.getLogger(DecisionHistory.class);

    /** Decisions among which that of the plan in force is looked for. */
    private static final int LATELY = 5;

    private final DecisionSource fast;
    private final DecisionSource record;

    public DecisionHistory(DecisionSource fast, DecisionSource record) {
        this.fast = fast;
        this.record = record;
    }

    @Override
    public void record(PlanDecision decision) {
        record.record(decision);
        fast.record(decision);
    }

    /**
     * The latest decisions, newest first.
     *
     * @throws HistoryUnavailableException when neither place can be read now
     */
    public List<DecisionView> latest(String edgeNode, String model, int limit) {
        List<DecisionView> found = remembered(edgeNode, model, limit);
        return found.size() >= limit || reachesTheFirst(found) ? found : fromRecord(edgeNode, model, limit, found);
    }

    /** The decision that was in force at {@code time}; empty when there was none that is still known. */
    public Optional<DecisionView> at(String edgeNode, String model, Instant time) {
        List<DecisionView> found = remembered(edgeNode, model, DecisionSource.LIMIT);
        return inForce(found, time)
                .or(() -> reachesTheFirst(found)
                        ? Optional.empty()
                        : inForce(fromRecord(edgeNode, model, DecisionSource.LIMIT, found), time));
    }

    private static Optional<DecisionView> inForce(List<DecisionView> newestFirst, Instant time) {
        return newestFirst.stream()
                .filter(decision -> !decision.plan().decidedAt().isAfter(time))
                .findFirst();
    }

    private static boolean reachesTheFirst(List<DecisionView> newestFirst) {
        return !newestFirst.isEmpty() && newestFirst.getLast().previous() == null;
    }

    /** The decision behind a plan that was made lately; empty when it is not known any more. */
    public Optional<DecisionView> of(Plan plan) {
        String edgeNode = plan.edgeNode();
        String model = plan.model().model();
        return ofEpoch(remembered(edgeNode, model, LATELY), plan.epoch())
                .or(() -> ofEpoch(record.latest(edgeNode, model, LATELY), plan.epoch()));
    }

    private static Optional<DecisionView> ofEpoch(List<DecisionView> newestFirst, long epoch) {
        return newestFirst.stream()
                .filter(decision -> decision.plan().epoch() == epoch)
                .findFirst();
    }

    private List<DecisionView> remembered(String edgeNode, String model, int limit) {
        try {
            return withoutGap(fast.latest(edgeNode, model, limit));
        } catch (HistoryUnavailableException away) {
            LOG.debugf("earlier decisions are read from the log of record: %s", away.getMessage());
            return List.of();
        }
    }

    /** The newest up to the first after which one is missing, as the fast place may have been away for a while. */
    private static List<DecisionView> withoutGap(List<DecisionView> newestFirst) {
        for (int i = 1; i < newestFirst.size(); i++) {
            DecisionView.PreviousView previous = newestFirst.get(i - 1).previous();
            if (previous == null
                    || previous.epoch() != newestFirst.get(i).plan().epoch()) {
                return newestFirst.subList(0, i);
            }
        }
        return newestFirst;
    }

    /** From the log of record; where that holds less, since it is kept for a time only, what was {@code found} already. */
    private List<DecisionView> fromRecord(String edgeNode, String model, int limit, List<DecisionView> found) {
        List<DecisionView> recorded = new ArrayList<>(record.latest(edgeNode, model, limit));
        return recorded.size() >= found.size() ? recorded : found;
    }
}
