package dev.baton.orchestrator.planning;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The plans that were decided last, with all that was weighed. That is a hundred times as large as the plan itself, so only these
 * few keep it; what was weighed for the others is read from the history of decisions. Thread-safe.
 */
final class LatestPlans {
    private static final int HELD = 64;

    private final Map<String, Plan> plans = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Plan> eldest) {
            return size() > HELD;
        }
    };

    synchronized void add(Plan plan) {
        plans.put(key(plan), plan);
    }

    /** The same plan with all that was weighed, where that is still held; else as it is. */
    synchronized Plan whole(Plan plan) {
        Plan held = plans.get(key(plan));
        return held != null && held.brief().equals(plan) ? held : plan;
    }

    private static String key(Plan plan) {
        return plan.edgeNode() + "/" + plan.model().model();
    }
}
