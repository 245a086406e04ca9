package dev.baton.orchestrator.fleet;

import dev.baton.planning.TailObservation;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The live view of edge nodes and tails. Age is counted on this machine's clock from the arrival of a window, never from
 * a time that another machine wrote. Thread-safe.
 */
public final class Fleet {
    private final FleetSettings settings;
    private final InstantSource clock;
    private final Map<String, EdgeNode> edges = new ConcurrentHashMap<>();
    private final Map<String, TailNode> tails = new ConcurrentHashMap<>();
    private final List<FleetListener> listeners = new CopyOnWriteArrayList<>();

    public Fleet(FleetSettings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /** Adds a listener for every later window. */
    public void listen(FleetListener listener) {
        listeners.add(listener);
    }

    /** Takes in what an edge node measured. */
    public void accept(EdgeReport report) {
        requireRoom(edges, report.edgeNode(), "edge nodes");
        Instant now = clock.instant();
        EdgeNode edge = edges.compute(
                report.edgeNode(), (id, before) -> EdgeNode.from(report, Optional.ofNullable(before), now));
        listeners.forEach(listener -> listener.edgeSeen(edge));
    }

    /** Takes in what a tail measured, on a machine as busy as this. */
    public void accept(TailObservation window, Pressure pressure) {
        NodeName.require("tail", window.tail());
        requireRoom(tails, window.tail(), "tails");
        Instant now = clock.instant();
        TailNode tail = tails.compute(
                window.tail(), (id, before) -> TailNode.from(window, pressure, Optional.ofNullable(before), now));
        listeners.forEach(listener -> listener.tailSeen(tail));
    }

    private void requireRoom(Map<String, ?> nodes, String id, String what) {
        if (nodes.size() >= settings.maxNodes() && !nodes.containsKey(id)) {
            throw new FleetFullException(
                    "%d %s are held already, so %s is not taken in: raise the limit or add a replica"
                            .formatted(nodes.size(), what, id));
        }
    }

    public Optional<EdgeNode> edge(String id) {
        return Optional.ofNullable(edges.get(id));
    }

    /** All edge nodes heard of, stale ones among them, by name. */
    public List<EdgeNode> edges() {
        return edges.values().stream()
                .sorted(Comparator.comparing(EdgeNode::id))
                .toList();
    }

    /** All tails heard of, stale ones among them, by name. */
    public List<TailNode> tails() {
        return tails.values().stream()
                .sorted(Comparator.comparing(TailNode::id))
                .toList();
    }

    /** Whether a node last seen at {@code seenAt} has been silent for too long to plan with what it said. */
    public boolean isStale(Instant seenAt) {
        return seenAt.plus(settings.staleAfter()).isBefore(clock.instant());
    }

    /** Drops the nodes that have been silent for longer than they are remembered. */
    public void forgetSilent() {
        Instant limit = clock.instant().minus(settings.forgetAfter());
        edges.values().stream()
                .filter(edge -> edge.seenAt().isBefore(limit))
                .filter(edge -> edges.remove(edge.id(), edge)) // unless it was heard of meanwhile
                .forEach(edge -> listeners.forEach(listener -> listener.edgeForgotten(edge)));
        tails.values().stream()
                .filter(tail -> tail.seenAt().isBefore(limit))
                .filter(tail -> tails.remove(tail.id(), tail))
                .forEach(tail -> listeners.forEach(listener -> listener.tailForgotten(tail)));
    }
}
