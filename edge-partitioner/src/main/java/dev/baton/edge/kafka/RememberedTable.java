package dev.baton.edge.kafka;

import com.google.protobuf.MessageLite;
import dev.baton.messaging.CompactedTable;
import dev.baton.messaging.KafkaConnection;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A compacted topic as this edge node last saw it: first from disk, then from the broker once that is there. Keys that
 * {@code mine} does not accept are ignored.
 */
final class RememberedTable<V extends MessageLite> implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(RememberedTable.class);

    private final KafkaConnection connection;
    private final String clientId;
    private final String topic;
    private final RememberedRecords remembered;
    private final CompactedTable.Parser<V> parser;
    private final Predicate<String> mine;
    private final Taker<V> taker;
    private volatile @Nullable CompactedTable<V> table;

    /** Uses the records; no value where one was removed. */
    interface Taker<V> {

        /** False where the value is refused, and what was remembered stays. */
        boolean take(String key, Optional<V> value);
    }

    RememberedTable(
            KafkaConnection connection,
            String clientId,
            String topic,
            Path directory,
            CompactedTable.Parser<V> parser,
            Predicate<String> mine,
            Taker<V> taker) {
        this.connection = connection;
        this.clientId = clientId;
        this.topic = topic;
        this.remembered = new RememberedRecords(directory);
        this.parser = parser;
        this.mine = mine;
        this.taker = taker;
    }

    /** {@code complete} runs once everything in the topic has been read. */
    void start(Runnable complete) {
        Map<String, byte[]> records = remembered.all();
        records.forEach(this::recall);
        CompactedTable<V> started = CompactedTable.start(connection, clientId, topic, parser, this::changed);
        table = started;
        CompletableFuture<Void> _ = started.caughtUp().thenRun(() -> {
            forgetRemoved(records, started);
            complete.run();
        });
    }

    private void recall(String key, byte[] value) {
        try {
            if (!taker.take(key, Optional.of(parser.parse(value)))) {
                remembered.forget(key);
            }
        } catch (Exception e) {
            LOG.warnf("what was remembered of %s in %s is of no use: %s", key, topic, e);
            remembered.forget(key);
        }
    }

    /** The broker has this now. */
    void changed(String key, Optional<V> value) {
        if (!mine.test(key)) {
            return;
        }
        if (taker.take(key, value)) {
            value.ifPresentOrElse(v -> remembered.remember(key, v.toByteArray()), () -> remembered.forget(key));
        }
    }

    /** What was removed while this edge node was away leaves no trace in a compacted topic. */
    private void forgetRemoved(Map<String, byte[]> records, CompactedTable<V> current) {
        for (String key : records.keySet()) {
            if (current.get(key).isEmpty()) {
                changed(key, Optional.empty());
            }
        }
    }

    @Override
    public void close() {
        CompactedTable<V> started = table;
        if (started != null) {
            started.close();
        }
    }
}
