package dev.baton.benchmarks;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.baton.messaging.ClientSettings;
import dev.baton.messaging.KafkaConnection;
import dev.baton.messaging.Topics;
import dev.baton.schemas.records.Activation;
import dev.baton.schemas.records.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/** Edge nodes that send activations to tails and read their answers, and compute nothing themselves. */
final class TailLoad implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(10);

    /** Partitions are shared with edge nodes, which drop what is not theirs, as this does. */
    private static final int REPLY_PARTITION = Topics.RESULT_PARTITIONS - 1;

    /**
     * One request.
     *
     * @param edgeNode  index of who sent it
     * @param doneNanos when the answer or refusal came; 0 where none did
     * @param failure   the reason of a refusal; empty where there were outputs
     * @param batch     requests that ran together
     */
    record Sample(int edgeNode, long sentNanos, long doneNanos, String failure, int batch) {

        boolean answered() {
            return doneNanos != 0 && failure.isEmpty();
        }

        double millis() {
            return (doneNanos - sentNanos) / 1e6;
        }
    }

    private record Sent(int edgeNode, long nanos) {}

    private final KafkaProducer<String, byte[]> producer;
    private final Thread receiver;
    private final AtomicLong numbers = new AtomicLong();
    private final Map<String, Sent> pending = new ConcurrentHashMap<>();
    private final Queue<Sample> done = new ConcurrentLinkedQueue<>();
    private final Semaphore free = new Semaphore(0);
    private volatile boolean closed;

    TailLoad(String bootstrapServers) {
        KafkaConnection connection = new KafkaConnection(bootstrapServers, 32 << 20, Map.of());
        producer = new KafkaProducer<>(ClientSettings.lowLatencyProducer(connection, "load"));
        KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(ClientSettings.replyConsumer(connection, "load-results"));
        TopicPartition partition = new TopicPartition(Topics.RESULTS, REPLY_PARTITION);
        consumer.assign(List.of(partition));
        consumer.seekToEnd(List.of(partition));
        consumer.position(partition);
        receiver = Thread.ofPlatform().name("load results").daemon().start(() -> receive(consumer));
    }

    private void receive(KafkaConsumer<String, byte[]> consumer) {
        try (consumer) {
            while (!closed) {
                for (ConsumerRecord<String, byte[]> message : consumer.poll(POLL)) {
                    received(message.value());
                }
            }
        }
    }

    private void received(byte[] value) {
        Result result;
        try {
            result = Result.parseFrom(value);
        } catch (InvalidProtocolBufferException notOurs) {
            throw new IllegalStateException("a result cannot be read", notOurs);
        }
        Sent sent = pending.remove(result.getRequestId());
        if (sent != null) {
            String failure =
                    result.hasFailure() ? result.getFailure().getReason().name() : "";
            int batch = result.getTimes().getBatchSize();
            done.add(new Sample(sent.edgeNode, sent.nanos, System.nanoTime(), failure, batch));
            free.release();
        }
    }

    private void send(Activation.Builder request, int edgeNode) {
        long now = System.nanoTime();
        String id = "load-" + numbers.incrementAndGet();
        pending.put(id, new Sent(edgeNode, now));
        byte[] value = request.setRequestId(id)
                .setEdgeNode("load-" + edgeNode)
                .setReplyPartition(REPLY_PARTITION)
                .setSentAtMicros(now / 1_000)
                .build()
                .toByteArray();
        Future<RecordMetadata> unused = producer.send(
                new ProducerRecord<>(Topics.activations(request.getModel().getName()), id, value));
    }

    /** Waits until this request is answered with outputs, asking again where it is refused. */
    void awaitAnswer(Activation.Builder request, Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            for (Sample sample : closedLoop(List.of(request), 1, Duration.ofMillis(200))) {
                if (sample.answered()) {
                    return;
                }
            }
            if (System.nanoTime() > end) {
                throw new IllegalStateException("no tail answered within %d s".formatted(limit.toSeconds()));
            }
        }
    }

    /** As many requests as there is time for, so many of them under way; each taken from {@code requests} in turn. */
    List<Sample> closedLoop(List<Activation.Builder> requests, int underWay, Duration length)
            throws InterruptedException {
        begin();
        free.release(underWay);
        long end = System.nanoTime() + length.toNanos();
        for (int turn = 0; System.nanoTime() < end; turn++) {
            if (!free.tryAcquire(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                break;
            }
            send(requests.get(turn % requests.size()), 0);
        }
        return end();
    }

    /** Requests at a rate, whatever becomes of them, from so many edge nodes in turn. */
    List<Sample> openLoop(List<Activation.Builder> requests, double perSecond, int edgeNodes, Duration length)
            throws InterruptedException {
        begin();
        long start = System.nanoTime();
        long count = Math.round(perSecond * length.toNanos() / 1e9);
        for (int turn = 0; turn < count; turn++) {
            long due = start + Math.round(turn * 1e9 / perSecond);
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            send(requests.get(turn % requests.size()), turn % edgeNodes);
        }
        return end();
    }

    private void begin() {
        done.clear();
        free.drainPermits();
    }

    private List<Sample> end() throws InterruptedException {
        long end = System.nanoTime() + LAST_ANSWERS.toNanos();
        while (!pending.isEmpty() && System.nanoTime() < end) {
            if (!free.tryAcquire(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
                producer.flush();
            }
        }
        List<Sample> samples = new ArrayList<>(done);
        pending.values().forEach(lost -> samples.add(new Sample(lost.edgeNode, lost.nanos, 0, "", 0)));
        pending.clear();
        return samples;
    }

    @Override
    public void close() {
        closed = true;
        producer.close(Duration.ofSeconds(2));
        try {
            receiver.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
