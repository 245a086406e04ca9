package dev.baton.edge.kafka;

import dev.baton.messaging.Topics;
import dev.baton.planning.link.LinkEstimate;
import dev.baton.planning.link.LinkEstimator;
import dev.baton.planning.link.LinkProbes;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What the edge node sends by itself, on one thread: measurement windows and link probes. A window ends early when the link
 * has changed, so that the planner hears of it at once.
 */
public final class KafkaBackground implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(KafkaBackground.class);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

    /** Windows are no closer than this, however often the link changes. */
    private static final Duration LEAST_WINDOW = Duration.ofMillis(300);

    /** Right after a step the next probes tell what it was: so long a window waits for them. */
    private static final Duration SETTLING = Duration.ofMillis(250);

    /** A step that was reported before it was settled is reported again when it is, within this time. */
    private static final Duration UNSETTLED = Duration.ofSeconds(3);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    /** With an error of this share of the rate a changed link is known well enough to plan for. */
    private static final double SETTLED = 0.35;

    private final LinkProducer producer;
    private final String edgeNode;
    private final KafkaMeasurements measurements;
    private final LinkEstimator link;
    private final LinkProbes probes;
    private final Duration window;
    private final LongSupplier nanoTicker;
    private final ScheduledExecutorService thread = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("measurements").factory(), new ThreadPoolExecutor.DiscardPolicy());

    // Only the thread uses what follows.
    private @Nullable ScheduledFuture<?> nextWindow;
    private @Nullable ScheduledFuture<?> nextProbe;
    private boolean probing;
    private boolean stepPending;
    private boolean unsettled;
    private long steppedNanos;
    private long windowBeganNanos;

    public KafkaBackground(
            LinkProducer producer,
            String edgeNode,
            KafkaMeasurements measurements,
            LinkEstimator link,
            LinkProbes probes,
            Duration window,
            LongSupplier nanoTicker) {
        this.producer = producer;
        this.edgeNode = edgeNode;
        this.measurements = measurements;
        this.link = link;
        this.probes = probes;
        this.window = window;
        this.nanoTicker = nanoTicker;
    }

    public void start() {
        producer.onLinkNews(news -> thread.execute(() -> heard(news)));
        thread.execute(() -> {
            windowBeganNanos = nanoTicker.getAsLong();
            nextWindow = in(window, () -> publish(Optional.empty()));
            probe();
        });
    }

    /** Ends the window early, as something changed: {@code what}, in a few words. On any thread. */
    public void changed(String what) {
        thread.execute(() -> publishSoon(what));
    }

    private void publishSoon(String what) {
        if (nanoTicker.getAsLong() - windowBeganNanos < LEAST_WINDOW.toNanos()) {
            ScheduledFuture<?> _ = in(LOOK_AGAIN, () -> publishSoon(what));
            return;
        }
        publish(Optional.of(what));
    }

    private void publish(Optional<String> change) {
        if (nextWindow != null) {
            nextWindow.cancel(false);
        }
        windowBeganNanos = nanoTicker.getAsLong();
        nextWindow = in(window, () -> publish(Optional.empty()));
        try {
            measurements.publish(change);
        } catch (RuntimeException e) {
            LOG.error("a measurement window could not be made", e);
        }
    }

    private void heard(LinkEstimator.News news) {
        if (news == LinkEstimator.News.STEP && !stepPending) {
            stepPending = true;
            steppedNanos = nanoTicker.getAsLong();
            publishStep();
        }
        if (!probing) {
            probe(); // the next transfer tells whether the suspicion holds, and how large the step is
        }
    }

    private void publishStep() {
        long now = nanoTicker.getAsLong();
        Optional<LinkEstimate> estimate = link.estimate();
        boolean settled = isSettled(estimate);
        boolean due = settled || now - steppedNanos > SETTLING.toNanos();
        if (!due || now - windowBeganNanos < LEAST_WINDOW.toNanos()) {
            ScheduledFuture<?> _ = in(LOOK_AGAIN, this::publishStep);
            return;
        }
        stepPending = false;
        unsettled = !settled;
        publish(Optional.of(estimate.map(KafkaBackground::changed).orElse("the link changed")));
    }

    private static boolean isSettled(Optional<LinkEstimate> estimate) {
        return estimate.filter(e -> e.bytesPerSecondError() < SETTLED * e.bytesPerSecond())
                .isPresent();
    }

    /** A probe arrived: it may have told what an earlier step was. */
    private void publishSettled() {
        if (!unsettled || stepPending) {
            return;
        }
        if (nanoTicker.getAsLong() - steppedNanos > UNSETTLED.toNanos()) {
            unsettled = false;
        } else if (isSettled(link.estimate())) {
            stepPending = true;
            publishStep();
        }
    }

    private static String changed(LinkEstimate now) {
        return String.format(
                Locale.ROOT,
                "the link changed: %.2f Mbit/s, %.1f ms",
                now.bytesPerSecond() / 125_000,
                now.roundTrip().toNanos() / 1e6);
    }

    /** The next probe goes when this one arrived: a slow link is never filled with probes. */
    private void probe() {
        if (nextProbe != null) {
            nextProbe.cancel(false);
        }
        LinkProbes.Advice advice = probes.next();
        if (advice.probeBytes().isEmpty()) {
            probeIn(advice.askAgainAfter());
            return;
        }
        probing = true;
        byte[] padding = new byte[advice.probeBytes().getAsInt()];
        producer.send(
                new ProducerRecord<>(Topics.PROBES, edgeNode, padding),
                (transfer, failure) -> thread.execute(
                        () -> ended(transfer, failure.isPresent() ? AFTER_FAILURE : advice.askAgainAfter())));
    }

    private void ended(Duration transfer, Duration pause) {
        probing = false;
        probes.acknowledged(transfer);
        publishSettled();
        probeIn(pause);
    }

    private void probeIn(Duration delay) {
        nextProbe = in(delay, this::probe);
    }

    private ScheduledFuture<?> in(Duration delay, Runnable task) {
        return thread.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
