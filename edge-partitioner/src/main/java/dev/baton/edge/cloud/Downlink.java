package dev.baton.edge.cloud;

import dev.baton.planning.link.LinkEstimate;
import dev.baton.planning.link.LinkEstimator;
import java.time.Duration;
import java.util.function.LongSupplier;

/** How fast answers come back. Begin with {@link #answered} and {@link #rate}. Any thread may report. */
public final class Downlink {

    /*
     * Nobody acknowledges an answer to the edge node, and the tail's clock is not the edge node's. But the time from the
     * acknowledgement of a record to its answer, less what the tail says that it worked, is the broker's and the answer's
     * way back; so over answers of different size it is a straight line whose slope is the downlink, and the same robust
     * fit finds it as for the uplink. No answer may be padded for that: most are small, and then nothing depends on it.
     *
     * Where all answers are of one size, there is no slope. Links carry about as much back as they take; within half
     * of that, as far as anybody knows. An answer that came back sooner than that proves that the link is faster.
     */
    private static final double SYMMETRIC_ERROR = 0.5;

    private final LinkEstimator line;
    private final LongSupplier nanoTicker;

    /**
     * What the way back carries.
     *
     * @param bytesPerSecond of an answer
     * @param error          its standard error
     */
    public record Rate(double bytesPerSecond, double error) {
        public Duration of(long bytes) {
            return Duration.ofNanos(Math.round(bytes / bytesPerSecond * 1e9));
        }
    }

    public Downlink(LongSupplier nanoTicker) {
        this.nanoTicker = nanoTicker;
        this.line = new LinkEstimator(nanoTicker);
    }

    /** An answer of {@code bytes} has just come, this long after its record was acknowledged, the tail's time not counted. */
    public void answered(long bytes, Duration wayBack) {
        long now = nanoTicker.getAsLong();
        line.acknowledged(bytes, now - wayBack.toNanos(), now);
    }

    /** As far as answers tell; else as the {@code uplink}. */
    public Rate rate(LinkEstimate uplink) {
        return line.estimate()
                .filter(fit -> fit.bytesPerSecondError() < SYMMETRIC_ERROR * fit.bytesPerSecond())
                .map(fit -> new Rate(fit.bytesPerSecond(), fit.bytesPerSecondError()))
                .orElseGet(() -> likeUplink(uplink));
    }

    private Rate likeUplink(LinkEstimate uplink) {
        double rate = Math.max(uplink.bytesPerSecond(), line.atLeast().orElse(0.0));
        return new Rate(rate, SYMMETRIC_ERROR * rate);
    }
}
