package dev.baton.tail.kafka;

import dev.baton.messaging.Topics;
import dev.baton.tail.kafka.InHand.Held;
import dev.baton.tail.models.ServedModels;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Receives activations as a member of the tails' consumer group, on a thread of its own.
 *
 * <p>Each record is answered on a virtual thread while further ones are received, up to a bound; beyond it, records wait at
 * the broker. An offset is committed only when every record before it is answered and the broker has acknowledged the
 * answers, so whoever takes over from a tail that died repeats some of its work and loses none.
 */
public final class KafkaActivationReceiver implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(KafkaActivationReceiver.class);

    /*
     * Short, as kafka-clients 4.1's consumer of KIP-848 asks for more only when poll is called again: when a fetch came
     * back empty, nothing is asked for until then (KAFKA-20780). With a poll of 1 s every activation that came after a pause of half
     * a second waited for up to 500 ms; with 20 ms it waits for at most these, seldom, at 50 looks into an empty buffer a second.
     */
    private static final Duration POLL = Duration.ofMillis(20);

    /** Between two looks for a model to receive for. */
    private static final Duration NO_MODEL = Duration.ofSeconds(1);

    /** Before a new consumer takes the place of one that failed. */
    private static final Duration RETRY_DELAY = Duration.ofMillis(500);

    /** Between two commits: what may be done twice after this process was killed. */
    private static final Duration COMMIT_INTERVAL = Duration.ofMillis(100);

    private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(5);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private final Supplier<Consumer<String, byte[]>> consumers;
    private final ServedModels models;
    private final ActivationAnswering answering;
    private final Settings settings;
    private final LongSupplier nanos;

    private final Thread thread;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("answer-", 0).factory());
    private final InHand inHand;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Semaphore modelsChanged = new Semaphore(0);
    private volatile @Nullable Consumer<String, byte[]> consumer;
    private volatile boolean joined;
    private long committedNanos; // only the thread uses it

    /**
     * How much is in hand.
     *
     * @param mostRecords  received and not yet answered, before further ones wait at the broker
     * @param mostBytes    of these
     * @param drain        how long records in hand may take when their partition goes to another tail, or this one stops
     */
    public record Settings(int mostRecords, long mostBytes, Duration drain) {

        public Settings {
            if (mostRecords < 1 || mostBytes < 1) {
                throw new IllegalArgumentException("at least 1 record of 1 byte must be allowed in hand, not %d of %d"
                        .formatted(mostRecords, mostBytes));
            }
        }
    }

    /**
     * A receiver that waits for {@link #start}.
     *
     * @param consumers makes a member of the group, again after one failed
     * @param nanos the monotonic clock that activations' deadlines are read from
     */
    public KafkaActivationReceiver(
            Supplier<Consumer<String, byte[]>> consumers,
            ServedModels models,
            ActivationAnswering answering,
            Settings settings,
            LongSupplier nanos) {
        this.consumers = consumers;
        this.models = models;
        this.answering = answering;
        this.settings = settings;
        this.nanos = nanos;
        this.inHand = new InHand(settings.mostRecords(), settings.mostBytes());
        this.thread = Thread.ofPlatform().name("activations").unstarted(this::receive);
    }

    public void start() {
        models.onChange(this::subscribeAgain);
        thread.start();
    }

    /** True when activations arrive here, or the catalog has no model whose activations could. */
    public boolean isReady() {
        return joined || models.isEmpty();
    }

    /** False when the receiving thread has ended although nobody stopped it: only a new process can help. */
    public boolean isAlive() {
        return thread.isAlive() || isStopping() || thread.getState() == Thread.State.NEW;
    }

    /** Receives no more, answers what is in hand, commits and leaves the group. */
    @Override
    public void close() {
        stopping.countDown();
        subscribeAgain();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
                threads.shutdownNow();
            }
        }
        threads.shutdownNow(); // what the drain did not wait for
        threads.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void subscribeAgain() {
        modelsChanged.release();
        Consumer<String, byte[]> current = consumer;
        if (current != null) {
            current.wakeup();
        }
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
    }

    private void receive() {
        while (!isStopping()) {
            try {
                serveWithNewConsumer();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                LOG.warnf(e, "cannot receive activations; next attempt in %s", RETRY_DELAY);
                awaitRetry();
            }
        }
    }

    private void serveWithNewConsumer() throws InterruptedException {
        Consumer<String, byte[]> opened = consumers.get();
        try {
            consumer = opened;
            serve(opened);
            if (!inHand.awaitAll(settings.drain())) {
                LOG.warnf("not everything in hand was answered within %s; another tail repeats it", settings.drain());
            }
            commit(opened, inHand.finished());
        } finally {
            joined = false;
            leave(opened);
            consumer = null;
            inHand.forgetAll();
        }
    }

    /** A failure here does not hide why the consumer is left. */
    private static void leave(Consumer<String, byte[]> opened) {
        try {
            opened.close(CloseOptions.timeout(CLOSE_TIMEOUT));
        } catch (KafkaException e) {
            LOG.warnf(e, "the group was not left in good order; it notices when this member's session ends");
        }
    }

    private void serve(Consumer<String, byte[]> opened) throws InterruptedException {
        Set<String> topics = Set.of();
        while (!isStopping()) {
            Set<String> wanted =
                    models.names().stream().map(Topics::activations).collect(Collectors.toUnmodifiableSet());
            if (!wanted.equals(topics)) {
                topics = wanted;
                subscribe(opened, topics);
            }
            if (topics.isEmpty()) {
                modelsChanged.tryAcquire(NO_MODEL.toNanos(), TimeUnit.NANOSECONDS);
            } else {
                answerAll(poll(opened));
                commitNowAndThen(opened);
                keepWithinBounds(opened);
            }
        }
    }

    private void subscribe(Consumer<String, byte[]> opened, Set<String> topics) {
        LOG.infof("receiving from %s", new TreeSet<>(topics));
        if (topics.isEmpty()) {
            opened.unsubscribe();
            joined = false;
        } else {
            opened.subscribe(topics, new Rebalances(opened));
        }
    }

    private static ConsumerRecords<String, byte[]> poll(Consumer<String, byte[]> opened) {
        try {
            return opened.poll(POLL);
        } catch (WakeupException topicsChangedOrStopping) {
            return ConsumerRecords.empty();
        }
    }

    private void answerAll(ConsumerRecords<String, byte[]> records) {
        long receivedNanos = nanos.getAsLong();
        for (ConsumerRecord<String, byte[]> record : records) {
            Held held = inHand.take(record);
            ActivationAnswering.Expected expected = answering.expect(record);
            threads.execute(() -> answer(held, expected, receivedNanos));
        }
    }

    private void answer(Held held, ActivationAnswering.Expected expected, long receivedNanos) {
        try {
            if (answering.answer(expected, receivedNanos, stopping)) {
                inHand.done(held);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // stopping: not done, so not committed
        }
    }

    private void commitNowAndThen(Consumer<String, byte[]> opened) {
        long now = nanos.getAsLong();
        if (now - committedNanos < COMMIT_INTERVAL.toNanos()) {
            return;
        }
        committedNanos = now;
        Map<TopicPartition, OffsetAndMetadata> finished = inHand.finished();
        if (!finished.isEmpty()) {
            opened.commitAsync(finished, (offsets, failure) -> {
                if (failure != null) {
                    LOG.warnf(failure, "cannot commit %s; a later commit includes it", offsets);
                }
            });
        }
    }

    /** Polling goes on while nothing is fetched, as a member that does not poll is taken for dead. */
    private void keepWithinBounds(Consumer<String, byte[]> opened) {
        if (inHand.isFull()) {
            opened.pause(opened.assignment());
        } else if (!opened.paused().isEmpty() && inHand.hasRoom()) {
            opened.resume(opened.paused());
        }
    }

    private static void commit(Consumer<String, byte[]> opened, Map<TopicPartition, OffsetAndMetadata> offsets) {
        if (offsets.isEmpty()) {
            return;
        }
        try {
            opened.commitSync(offsets, COMMIT_TIMEOUT);
        } catch (WakeupException meantForPoll) {
            opened.commitSync(offsets, COMMIT_TIMEOUT);
        }
    }

    private void awaitRetry() {
        try {
            stopping.await(RETRY_DELAY.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Called inside poll and close, on the receiving thread. */
    private final class Rebalances implements ConsumerRebalanceListener {

        private final Consumer<String, byte[]> opened;

        Rebalances(Consumer<String, byte[]> opened) {
            this.opened = opened;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            joined = true;
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            try {
                inHand.await(partitions, settings.drain());
                commit(opened, inHand.finished());
            } catch (KafkaException e) {
                LOG.warnf(e, "cannot commit %s; their new owner repeats the latest work", partitions);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            inHand.forget(partitions);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            inHand.forget(partitions);
        }
    }
}
