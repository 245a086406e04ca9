package dev.baton.edge.kafka;

import dev.baton.messaging.ClientSettings;
import dev.baton.messaging.KafkaConnection;
import dev.baton.messaging.Topics;
import dev.baton.planning.link.LinkEstimator;
import dev.baton.planning.link.LinkSilence;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The one producer of this edge node. It connects in the background, for as long as that takes, and tells the link
 * estimator how long each record took to its acknowledgement: everything that leaves is a measurement of the link.
 */
public final class LinkProducer implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(LinkProducer.class);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration RETRY = Duration.ofSeconds(1);

    /** The longest that a request is held up by a full buffer or by a topic whose partitions are not known. */
    private static final int MAX_BLOCK_MILLIS = 500;

    /** A send that took longer was held up before anything moved, and says nothing about the link. */
    private static final long HELD_UP_NANOS = 5_000_000;

    private final KafkaConnection connection;
    private final String clientId;
    private final LinkEstimator link;
    private final LinkSilence silence;
    private final LongSupplier nanoTicker;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable Producer<String, byte[]> producer;
    private volatile Consumer<LinkEstimator.News> linkNews = _ -> {};

    /** Told of each record's end. */
    interface Outcome {
        /** The broker acknowledged the record {@code transfer} after it was sent, or there is a {@code failure}. */
        void done(Duration transfer, Optional<Exception> failure);
    }

    public LinkProducer(KafkaConnection connection, String clientId, LinkEstimator link, LongSupplier nanoTicker) {
        this.connection = connection;
        this.clientId = clientId;
        this.link = link;
        this.silence = new LinkSilence(nanoTicker);
        this.nanoTicker = nanoTicker;
    }

    /** {@code listener} is told, on any thread, when a transfer shows that the link may have changed or has. */
    public void onLinkNews(Consumer<LinkEstimator.News> listener) {
        linkNews = listener;
    }

    /** Begins to connect; {@code connected} runs once, when the topics exist and records can be sent. */
    public void start(Runnable connected) {
        Thread.ofVirtual().name("kafka-connect").start(() -> connect(connected));
    }

    private void connect(Runnable connected) {
        try {
            int attempts = 0;
            do {
                attempts++;
                if (tryConnect(attempts)) {
                    LOG.infof("connected to Kafka at %s", connection.bootstrapServers());
                    connected.run();
                    return;
                }
            } while (!closed.await(RETRY.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException | InterruptException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean tryConnect(int attempt) throws InterruptedException {
        try {
            try (Admin admin = Admin.create(ClientSettings.admin(connection, clientId + "-admin"))) {
                Topics.ensure(admin, Topics.shared(connection.maxRecordBytes()), ANSWER_TIMEOUT);
            }
            Map<String, Object> settings = new HashMap<>(ClientSettings.lowLatencyProducer(connection, clientId));
            settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MILLIS);
            producer = new KafkaProducer<>(settings);
            return true;
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            if (attempt == 1) {
                LOG.warnf("Kafka at %s does not answer, trying on: %s", connection.bootstrapServers(), e.getMessage());
            }
            return false;
        }
    }

    /** Makes {@code topic}'s partitions known, so that the first record need not wait for them. */
    void prepare(String topic) {
        Producer<String, byte[]> connected = producer;
        if (connected == null) {
            return;
        }
        try {
            connected.partitionsFor(topic);
        } catch (InterruptException e) {
            Thread.currentThread().interrupt();
        } catch (KafkaException e) {
            LOG.infof("partitions of %s are not known yet: %s", topic, e.getMessage());
        }
    }

    /** Hands the record over. {@code outcome} is told once, on any thread. */
    void send(ProducerRecord<String, byte[]> message, Outcome outcome) {
        Producer<String, byte[]> connected = producer;
        if (connected == null) {
            outcome.done(
                    Duration.ZERO,
                    Optional.of(new KafkaException("not connected to Kafka at " + connection.bootstrapServers())));
            return;
        }
        long sent = nanoTicker.getAsLong();
        SendTime sendTime = new SendTime();
        long bytes = message.value().length;
        silence.sent(bytes);
        try {
            Future<RecordMetadata> _ = connected.send(message, (_, failure) -> {
                long ended = nanoTicker.getAsLong();
                LinkEstimator.News news = failure == null && !sendTime.heldUp
                        ? link.acknowledged(bytes, sent, ended)
                        : LinkEstimator.News.NONE;
                silence.ended(bytes, failure == null);
                outcome.done(Duration.ofNanos(ended - sent), Optional.ofNullable(failure));
                if (news != LinkEstimator.News.NONE) {
                    linkNews.accept(news);
                }
            });
            sendTime.heldUp = nanoTicker.getAsLong() - sent > HELD_UP_NANOS;
        } catch (InterruptException e) {
            Thread.currentThread().interrupt();
            refused(bytes, sent, e, outcome);
        } catch (KafkaException | IllegalStateException e) {
            refused(bytes, sent, e, outcome);
        }
    }

    private void refused(long bytes, long sent, RuntimeException failure, Outcome outcome) {
        silence.ended(bytes, false);
        outcome.done(Duration.ofNanos(nanoTicker.getAsLong() - sent), Optional.of(failure));
    }

    /** For how long the broker has acknowledged nothing, where that means that the link is gone. */
    Optional<Duration> silence() {
        return silence.silence();
    }

    private static final class SendTime {
        volatile boolean heldUp;
    }

    @Override
    public void close() {
        closed.countDown();
        Producer<String, byte[]> connected = producer;
        if (connected != null) {
            connected.close(Duration.ofSeconds(1));
        }
    }
}
