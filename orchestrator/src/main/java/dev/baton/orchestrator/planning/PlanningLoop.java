package dev.baton.orchestrator.planning;

import dev.baton.orchestrator.fleet.EdgeNode;
import dev.baton.orchestrator.fleet.Fleet;
import dev.baton.orchestrator.fleet.FleetListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Replans an edge node as soon as it is heard of, and every edge node once a period, as tails and silence matter too. Of those
 * that wait, the ones whose requests have most to gain come first: what they take of the tails, the others see.
 */
public final class PlanningLoop implements FleetListener, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(PlanningLoop.class);

    private final Planner planner;
    private final Fleet fleet;
    private final Duration period;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition due = lock.newCondition();
    private final Set<String> heard = new LinkedHashSet<>();
    private boolean closed;
    private @Nullable Thread thread;

    public PlanningLoop(Planner planner, Fleet fleet, Duration period) {
        this.planner = planner;
        this.fleet = fleet;
        this.period = period;
    }

    /** Starts to plan. */
    public void start() {
        thread = Thread.ofPlatform().name("planning").daemon().start(this::run);
    }

    @Override
    public void edgeSeen(EdgeNode edge) {
        lock.lock();
        try {
            heard.add(edge.id());
            due.signal();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        long nextSweep = System.nanoTime() + period.toNanos();
        try {
            while (true) {
                List<String> edges = awaitHeard(nextSweep);
                if (isClosed()) {
                    return;
                }
                if (System.nanoTime() - nextSweep >= 0) {
                    fleet.forgetSilent();
                    edges = fleet.edges().stream().map(EdgeNode::id).toList();
                    nextSweep = System.nanoTime() + period.toNanos();
                }
                hottestFirst(edges).forEach(this::replan);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private List<String> hottestFirst(List<String> edges) {
        Map<String, Double> urgency = new HashMap<>();
        edges.forEach(edge -> urgency.put(edge, planner.urgency(edge)));
        return edges.stream()
                .sorted(Comparator.comparingDouble((String edge) -> urgency.getOrDefault(edge, 0.0))
                        .reversed())
                .toList();
    }

    private List<String> awaitHeard(long until) throws InterruptedException {
        lock.lock();
        try {
            long left = until - System.nanoTime();
            while (heard.isEmpty() && !closed && left > 0) {
                left = due.awaitNanos(left);
            }
            List<String> edges = new ArrayList<>(heard);
            heard.clear();
            return edges;
        } finally {
            lock.unlock();
        }
    }

    private void replan(String edgeNode) {
        for (String model :
                fleet.edge(edgeNode).map(edge -> edge.models().keySet()).orElse(Set.of())) {
            try {
                planner.replan(edgeNode, model);
            } catch (RuntimeException failure) {
                LOG.errorf(failure, "could not plan %s on edge node %s; it keeps its plan", model, edgeNode);
            }
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** Stops planning and waits until the plan in hand is made. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            due.signalAll();
        } finally {
            lock.unlock();
        }
        if (thread == null) {
            return;
        }
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
