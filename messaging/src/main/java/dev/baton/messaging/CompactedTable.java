package dev.baton.messaging;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * The latest value of each key of a compacted topic, read on a thread of its own from the beginning and kept up to date.
 * Reads on while the broker is away or the topic does not exist yet.
 */
public final class CompactedTable<V> implements AutoCloseable {
    /*
     * The consumer reconnects by itself, with its own back-off, and goes on where it was. What it cannot survive, such as
     * a broker's name that does not resolve yet or a position that a topic made anew does not have, ends that consumer;
     * after a second the next one reads the topic from the beginning. What was removed and compacted away in between leaves no record, so keys
     * that the second reading did not meet are removed when it has caught up.
     */
    private static final Logger LOG = System.getLogger(CompactedTable.class.getName());

    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration RETRY = Duration.ofSeconds(1);

    /** Between looks for a topic that does not exist yet. */
    private static final Duration TOPIC_RETRY = Duration.ofMillis(250);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

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

        /** A record was skipped because the parser failed with {@code cause}; the key keeps the value it had. */
        default void unreadable(String key, Exception cause) {}
    }

    private final KafkaConnection connection;
    private final String clientId;
    private final String topic;
    private final Parser<V> parser;
    private final Listener<V> listener;
    private final Map<String, V> values = new ConcurrentHashMap<>();
    private final CompletableFuture<Void> caughtUp = new CompletableFuture<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;
    private volatile @Nullable Consumer<String, byte[]> consumer;
    private boolean failureReported; // only the thread uses it

    private CompactedTable(
            KafkaConnection connection, String clientId, String topic, Parser<V> parser, Listener<V> listener) {
        this.connection = connection;
        this.clientId = clientId;
        this.topic = topic;
        this.parser = parser;
        this.listener = listener;
        this.thread = Thread.ofPlatform().daemon().name("table " + topic).unstarted(this::run);
    }

    /** Starts reading {@code topic}. */
    public static <V> CompactedTable<V> start(
            KafkaConnection connection, String clientId, String topic, Parser<V> parser, Listener<V> listener) {
        CompactedTable<V> table = new CompactedTable<>(connection, clientId, topic, parser, listener);
        table.thread.start();
        return table;
    }

    /** The latest value of {@code key}. */
    public Optional<V> get(String key) {
        return Optional.ofNullable(values.get(key));
    }

    /** All latest values at this moment. */
    public Map<String, V> snapshot() {
        return Map.copyOf(values);
    }

    /**
     * Completes, on the table's thread, when everything that was in the topic when the table first reached it has been
     * read and told to the listener; cancelled when the table closes before.
     */
    public CompletableFuture<Void> caughtUp() {
        return caughtUp;
    }

    /** Stops reading and waits for the thread to end. */
    @Override
    public void close() {
        closed.countDown();
        Consumer<String, byte[]> reading = consumer;
        if (reading != null) {
            reading.wakeup();
        }
        if (Thread.currentThread() == thread) { // a listener closes its own table
            return;
        }
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    private void run() {
        try {
            do {
                read();
            } while (!closed.await(RETRY.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException | InterruptException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            caughtUp.cancel(false);
        }
    }

    /** Reads from the beginning until the table closes or the consumer gives up. */
    private void read() throws InterruptedException {
        Consumer<String, byte[]> reading = null;
        try {
            reading = new KafkaConsumer<>(ClientSettings.tableConsumer(connection, clientId));
            consumer = reading; // from here on close() wakes it up, or has been seen below
            List<TopicPartition> partitions = awaitPartitions(reading);
            if (!isClosed()) {
                follow(reading, partitions);
            }
        } catch (WakeupException asked) {
            LOG.log(Level.DEBUG, "{0} is closing", thread.getName());
        } catch (InterruptException interrupted) {
            throw interrupted;
        } catch (KafkaException failed) {
            LOG.log(
                    failureReported ? Level.DEBUG : Level.WARNING, // once, not every second
                    "{0} at {1} cannot be read, trying again: {2}",
                    topic,
                    connection.bootstrapServers(),
                    failed.getCause() == null ? failed : failed.getCause());
            failureReported = true;
        } finally {
            consumer = null;
            if (reading != null) {
                reading.close(CloseOptions.timeout(CLOSE_TIMEOUT));
            }
        }
    }

    /** The topic's partitions as soon as there are any; none when the table closes before. */
    private List<TopicPartition> awaitPartitions(Consumer<String, byte[]> reading) throws InterruptedException {
        while (!isClosed()) {
            List<PartitionInfo> partitions = partitions(reading);
            if (!partitions.isEmpty()) {
                return partitions.stream()
                        .map(partition -> new TopicPartition(topic, partition.partition()))
                        .toList();
            }
            if (closed.await(TOPIC_RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        return List.of();
    }

    private List<PartitionInfo> partitions(Consumer<String, byte[]> reading) {
        try {
            List<PartitionInfo> partitions = reading.partitionsFor(topic);
            return partitions == null ? List.of() : partitions;
        } catch (org.apache.kafka.common.errors.TimeoutException absent) {
            LOG.log(Level.DEBUG, "the broker at {0} does not answer: {1}", connection.bootstrapServers(), absent);
            return List.of();
        }
    }

    private void follow(Consumer<String, byte[]> reading, List<TopicPartition> partitions) {
        reading.assign(partitions);
        reading.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = reading.endOffsets(partitions);
        Set<String> met = new HashSet<>();
        boolean catchingUp = true;
        while (!isClosed()) {
            if (catchingUp
                    && ends.entrySet().stream().allMatch(end -> reading.position(end.getKey()) >= end.getValue())) {
                catchingUp = false;
                removeAllBut(met);
                met.clear();
                failureReported = false;
                caughtUp.complete(null);
            }
            for (ConsumerRecord<String, byte[]> message : reading.poll(POLL)) {
                if (catchingUp && message.key() != null) {
                    met.add(message.key());
                }
                accept(message);
            }
        }
    }

    private void removeAllBut(Set<String> met) {
        for (String key : values.keySet()) {
            if (!met.contains(key)) {
                set(key, Optional.empty());
            }
        }
    }

    private void accept(ConsumerRecord<String, byte[]> message) {
        @Nullable String key = message.key();
        if (key == null) {
            LOG.log(Level.WARNING, "{0} has a record without key at offset {1}, skipped", topic, message.offset());
            return;
        }
        Optional<V> value;
        try {
            value = message.value() == null ? Optional.empty() : Optional.of(parser.parse(message.value()));
        } catch (Exception unreadable) { // Parser declares Exception
            LOG.log(
                    Level.WARNING,
                    "the record of ''{0}'' at offset {1} of {2} is skipped: {3}",
                    key,
                    message.offset(),
                    topic,
                    unreadable);
            tell(key, () -> listener.unreadable(key, unreadable));
            return;
        }
        set(key, value);
    }

    private void set(String key, Optional<V> value) {
        value.ifPresentOrElse(present -> values.put(key, present), () -> values.remove(key));
        tell(key, () -> listener.changed(key, value));
    }

    /** A listener that fails on one record shall still hear of the next. */
    private void tell(String key, Runnable news) {
        try {
            news.run();
        } catch (RuntimeException failed) {
            LOG.log(Level.ERROR, "the listener to " + topic + " failed on '" + key + "'", failed);
        }
    }
}
