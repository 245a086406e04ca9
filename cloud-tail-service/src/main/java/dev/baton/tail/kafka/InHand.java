package dev.baton.tail.kafka;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * The records that were received and are not done, and how far each partition is.
 *
 * <p>Records are done in any order; a partition is as far as the first record that is not. What is beyond it may be done
 * again by another tail after a failure, and is lost by none.
 */
final class InHand {

    private final int most;
    private final long mostBytes;
    private final Map<TopicPartition, Deque<Held>> partitions = new HashMap<>(); // guarded by this, as all below
    private final Map<TopicPartition, OffsetAndMetadata> finished = new HashMap<>();
    private int count;
    private long bytes;

    /** A record in hand. */
    static final class Held {

        private final ConsumerRecord<String, byte[]> record;
        private boolean done;

        private Held(ConsumerRecord<String, byte[]> record) {
            this.record = record;
        }

        ConsumerRecord<String, byte[]> record() {
            return record;
        }

        private TopicPartition partition() {
            return new TopicPartition(record.topic(), record.partition());
        }

        private long bytes() {
            return Math.max(0, record.serializedValueSize());
        }
    }

    /**
     * Nothing in hand.
     *
     * @param most      records, before no more are to be received
     * @param mostBytes of their values
     */
    InHand(int most, long mostBytes) {
        this.most = most;
        this.mostBytes = mostBytes;
    }

    synchronized Held take(ConsumerRecord<String, byte[]> record) {
        Held held = new Held(record);
        partitions.computeIfAbsent(held.partition(), none -> new ArrayDeque<>()).addLast(held);
        count++;
        bytes += held.bytes();
        return held;
    }

    synchronized void done(Held held) {
        held.done = true;
        count--;
        bytes -= held.bytes();
        notifyAll();
    }

    synchronized boolean isFull() {
        return count >= most || bytes >= mostBytes;
    }

    /** True once there is room for a good part again, so that receiving does not stop and go with every record. */
    synchronized boolean hasRoom() {
        return count <= most / 2 && bytes <= mostBytes / 2;
    }

    /** How far partitions have come since this was last asked: the offset after their last record that is done, as all before it. */
    synchronized Map<TopicPartition, OffsetAndMetadata> finished() {
        partitions.forEach(this::advance);
        partitions.values().removeIf(Deque::isEmpty);
        Map<TopicPartition, OffsetAndMetadata> result = Map.copyOf(finished);
        finished.clear();
        return result;
    }

    private void advance(TopicPartition partition, Deque<Held> held) {
        Iterator<Held> records = held.iterator();
        while (records.hasNext()) {
            Held next = records.next();
            if (!next.done) {
                return;
            }
            finished.put(partition, new OffsetAndMetadata(next.record.offset() + 1));
            records.remove();
        }
    }

    /** Waits until the records of these partitions are done; false when {@code patience} was not enough. */
    synchronized boolean await(Collection<TopicPartition> those, Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (those.stream().anyMatch(this::isUnfinished)) {
            long leftMillis = (end - System.nanoTime()) / 1_000_000;
            if (leftMillis <= 0) {
                return false;
            }
            wait(leftMillis);
        }
        return true;
    }

    synchronized boolean awaitAll(Duration patience) throws InterruptedException {
        return await(List.copyOf(partitions.keySet()), patience);
    }

    private boolean isUnfinished(TopicPartition partition) {
        Deque<Held> held = partitions.get(partition);
        return held != null && held.stream().anyMatch(record -> !record.done);
    }

    /** These partitions are another tail's now; what is in hand of them goes on, and nobody is told how far. */
    synchronized void forget(Collection<TopicPartition> those) {
        partitions.keySet().removeAll(those);
        finished.keySet().removeAll(those);
    }

    synchronized void forgetAll() {
        partitions.clear();
        finished.clear();
    }
}
