package dev.baton.messaging;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The latest value of each key of a compacted topic, read on a thread of its own from the beginning and kept up to date.
 * Reads on while the broker is away or the topic does not exist yet.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class CompactedTable<V> implements AutoCloseable {
    /** Makes a value of a record's bytes; such as {@code Plan::parseFrom}. */
    @FunctionalInterface
    public interface Parser<V> {
        V parse(byte[] bytes) throws Exception;
    }

    /** Told of each record in order, on the table's thread. */
    @FunctionalInterface
    public interface Listener<V> {
        /** The value of {@code key} is now {@code value}; empty when it was removed. */
        void changed(String key, Optional<V> value);
    }

    private CompactedTable() {}

    /** Starts reading {@code topic}. */
    public static <V> CompactedTable<V> start(
            KafkaConnection connection, String clientId, String topic, Parser<V> parser, Listener<V> listener) {
        throw new UnsupportedOperationException(connection + clientId + topic + parser + listener);
    }

    /** The latest value of {@code key}. */
    public Optional<V> get(String key) {
        throw new UnsupportedOperationException(key);
    }

    /** All latest values at this moment. */
    public Map<String, V> snapshot() {
        throw new UnsupportedOperationException();
    }

    /** Completes when everything that was in the topic when the table first reached it has been read. */
    public CompletableFuture<Void> caughtUp() {
        throw new UnsupportedOperationException();
    }

    /** Stops reading and waits for the thread to end. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
