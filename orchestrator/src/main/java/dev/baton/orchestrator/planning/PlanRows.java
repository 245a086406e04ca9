package dev.baton.orchestrator.planning;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** All plans in force: those that this replica plans for as it knows them, the others as their replicas showed them last. */
public final class PlanRows {
    private final Planner planner;
    private final Shown shown;

    /** What replicas show one another of the plans they keep; may be lost. */
    @FunctionalInterface
    public interface Shown {
        /** The rows that are there, by {@code edge/model}; none when they cannot be read. */
        Map<String, PlanRow> rows(Collection<String> keys);
    }

    public PlanRows(Planner planner, Shown shown) {
        this.planner = planner;
        this.shown = shown;
    }

    /** By edge node and model. What another replica does not show has no measurements. */
    public List<PlanRow> all() {
        List<Standing> standings = planner.standings();
        List<String> elsewhere = standings.stream()
                .filter(standing -> !standing.here())
                .map(standing -> key(standing.plan()))
                .toList();
        Map<String, PlanRow> rows = elsewhere.isEmpty() ? Map.of() : shown.rows(elsewhere);
        List<PlanRow> all = new ArrayList<>();
        for (Standing standing : standings) {
            PlanRow own = PlanRow.of(standing);
            PlanRow other = rows.get(key(standing.plan()));
            all.add(other != null && other.epoch() == own.epoch() ? other : own);
        }
        return all;
    }

    static String key(Plan plan) {
        return plan.edgeNode() + "/" + plan.model().model();
    }
}
