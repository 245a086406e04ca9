package dev.baton.orchestrator.planning;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * What this replica wrote to the log of steering and did not read back yet. A pin that is removed at once comes back as a
 * pin first, and must not be taken for a new one. Thread-safe.
 */
final class OwnChanges {
    private final Map<String, Deque<SteeringChange>> underWay = new HashMap<>();

    /** To be called before it is written. */
    synchronized void writes(SteeringChange change) {
        underWay.computeIfAbsent(change.key(), key -> new ArrayDeque<>()).addLast(change);
    }

    /** It was not written, as far as is known. */
    synchronized void failed(SteeringChange change) {
        Deque<SteeringChange> own = underWay.get(change.key());
        if (own != null) {
            own.removeLastOccurrence(change);
            forgetIfEmpty(change.key(), own);
        }
    }

    /** Whether what the log tells is the past: one of ours about the same follows there, and is done here already. */
    synchronized boolean outdates(SteeringChange told) {
        Deque<SteeringChange> own = underWay.get(told.key());
        if (own == null) {
            return false;
        }
        if (told.equals(own.peekFirst())) {
            own.removeFirst();
            forgetIfEmpty(told.key(), own);
        }
        return underWay.containsKey(told.key());
    }

    private void forgetIfEmpty(String key, Deque<SteeringChange> own) {
        if (own.isEmpty()) {
            underWay.remove(key);
        }
    }
}
