package dev.baton.edge.kafka;

import dev.baton.messaging.Topics;
import dev.baton.planning.link.LinkProbes;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jboss.logging.Logger;

/** What the edge node sends by itself, on one thread: measurement windows and link probes. */
public final class KafkaBackground implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(KafkaBackground.class);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

    private final LinkProducer producer;
    private final String edgeNode;
    private final KafkaMeasurements measurements;
    private final LinkProbes probes;
    private final Duration window;
    private final ScheduledExecutorService thread = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("measurements").factory(), new ThreadPoolExecutor.DiscardPolicy());

    public KafkaBackground(
            LinkProducer producer,
            String edgeNode,
            KafkaMeasurements measurements,
            LinkProbes probes,
            Duration window) {
        this.producer = producer;
        this.edgeNode = edgeNode;
        this.measurements = measurements;
        this.probes = probes;
        this.window = window;
    }

    public void start() {
        ScheduledFuture<?> _ =
                thread.scheduleAtFixedRate(this::publish, window.toNanos(), window.toNanos(), TimeUnit.NANOSECONDS);
        thread.execute(this::probe);
    }

    private void publish() {
        try {
            measurements.publish();
        } catch (RuntimeException e) {
            LOG.error("a measurement window could not be made", e);
        }
    }

    /** The next probe goes when this one arrived: a slow link is never filled with probes. */
    private void probe() {
        LinkProbes.Probe probe = probes.next();
        producer.send(new ProducerRecord<>(Topics.PROBES, edgeNode, new byte[probe.bytes()]), (transfer, failure) -> {
            if (failure.isPresent()) {
                probeIn(AFTER_FAILURE);
                return;
            }
            probes.acknowledged(probe.bytes(), transfer);
            probeIn(probe.nextAfter());
        });
    }

    private void probeIn(Duration delay) {
        ScheduledFuture<?> _ = thread.schedule(this::probe, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
