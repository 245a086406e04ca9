package dev.baton.planning.replay;

import dev.baton.planning.Moments;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** The last values of one quantity, as edge nodes keep them: so many at most, and none older than an age. */
final class Recent {

    private final int capacity;
    private final long maxAgeMicros;
    private final Deque<Value> values = new ArrayDeque<>();

    private record Value(double value, long atMicros) {}

    Recent(int capacity, long maxAgeMicros) {
        this.capacity = capacity;
        this.maxAgeMicros = maxAgeMicros;
    }

    void add(double value, long nowMicros) {
        values.addLast(new Value(value, nowMicros));
        if (values.size() > capacity) {
            values.removeFirst();
        }
    }

    /** Their summary; empty where there are none. */
    Optional<Moments> moments(long nowMicros) {
        while (!values.isEmpty() && values.getFirst().atMicros() < nowMicros - maxAgeMicros) {
            values.removeFirst();
        }
        Series series = new Series();
        values.forEach(value -> series.add(value.value()));
        return series.moments();
    }
}
