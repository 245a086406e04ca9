package dev.baton.edge.measure;

import dev.baton.partitioning.Placement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What requests took under each plan, of the running window alone, and how many are under way: two plans while a switch
 * drains. Any thread may report.
 */
public final class PlacementMeasurements {

    /** Terms of a request: microseconds, unless it says otherwise. */
    public enum Quantity {
        TOTAL,
        PREPROCESS,
        HEAD,
        ENCODE,
        BYTES,
        /** From handing the record over to its acknowledgement. */
        UPLINK,
        /** What the answer took beyond its record's upload, its own bytes on the downlink and the tail's own times. */
        BROKER,
        TAIL_QUEUE,
        DECODE,
        TAIL,
        /** From the acknowledgement to the answer, less the tail's own times. */
        RESULT,
        /** Bytes of the tail's answer. */
        RESULT_BYTES,
        LOCAL_COMPLETION,
        /** What belongs to no stage. */
        OTHER,
        JOULES
    }

    /** A plan as far as measurements are told apart by it. */
    public record PlanKey(long epoch, Placement placement, String codec) {}

    /** One plan's requests during one window; {@code inFlight} were not answered when it ended. */
    public record PlanWindow(
            PlanKey plan,
            Map<Quantity, Summary> values,
            long failures,
            long completedLocally,
            long earlyExits,
            long inFlight) {}

    private final Map<Long, Running> plans = new TreeMap<>();

    private static final class Running {

        private final PlanKey plan;
        private Map<Quantity, WindowValues> values = new EnumMap<>(Quantity.class);
        private long failures;
        private long completedLocally;
        private long earlyExits;
        private long inFlight;

        Running(PlanKey plan) {
            this.plan = plan;
        }

        PlanWindow end() {
            Map<Quantity, Summary> summaries = new EnumMap<>(Quantity.class);
            values.forEach((quantity, all) -> all.summary().ifPresent(summary -> summaries.put(quantity, summary)));
            PlanWindow ended = new PlanWindow(plan, summaries, failures, completedLocally, earlyExits, inFlight);
            values = new EnumMap<>(Quantity.class);
            failures = 0;
            completedLocally = 0;
            earlyExits = 0;
            return ended;
        }

        boolean isSilent() {
            return values.isEmpty() && failures == 0 && earlyExits == 0 && inFlight == 0;
        }
    }

    /** A request begins under {@code plan}; {@link #answered}, {@link #failed} or another end follows. */
    public synchronized void began(PlanKey plan) {
        plans.computeIfAbsent(plan.epoch(), _ -> new Running(plan)).inFlight++;
    }

    /** With what is known of its terms; a term that did not occur is not among them. */
    public synchronized void answered(PlanKey plan, Map<Quantity, Double> values, boolean completedLocally) {
        Running running = ended(plan, values);
        running.completedLocally += completedLocally ? 1 : 0;
    }

    /** An output of the head was the answer. Its {@code values} are the terms that it shares with requests that go on. */
    public synchronized void exitedEarly(PlanKey plan, Map<Quantity, Double> values) {
        ended(plan, values).earlyExits++;
    }

    private Running ended(PlanKey plan, Map<Quantity, Double> values) {
        Running running = plans.computeIfAbsent(plan.epoch(), _ -> new Running(plan));
        running.inFlight--;
        values.forEach((quantity, value) -> running.values
                .computeIfAbsent(quantity, _ -> new WindowValues())
                .add(value));
        return running;
    }

    /** Nobody wants the answer any more: that says nothing about the plan. */
    public synchronized void cancelled(PlanKey plan) {
        plans.computeIfAbsent(plan.epoch(), _ -> new Running(plan)).inFlight--;
    }

    public synchronized void failed(PlanKey plan) {
        Running running = plans.computeIfAbsent(plan.epoch(), _ -> new Running(plan));
        running.inFlight--;
        running.failures++;
    }

    /** Requests under way, of all plans. */
    public synchronized long inFlight() {
        return plans.values().stream().mapToLong(running -> running.inFlight).sum();
    }

    /** Ends the running window: plans that had requests in it, or have some under way, by epoch. */
    public synchronized List<PlanWindow> window() {
        List<PlanWindow> ended = new ArrayList<>();
        for (Iterator<Running> running = plans.values().iterator(); running.hasNext(); ) {
            Running plan = running.next();
            if (plan.isSilent()) {
                running.remove();
            } else {
                ended.add(plan.end());
            }
        }
        return ended;
    }
}
