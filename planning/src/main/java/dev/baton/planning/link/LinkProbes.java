package dev.baton.planning.link;

import java.time.Duration;
import java.util.Optional;

/**
 * Which probe records to send, so that the link is known in every placement: small and large ones in turn. A known link
 * gives them 1 % of its bytes, but not less than {@value #LEAST_LARGE_BYTES} bytes for the large one; an unknown link is
 * explored with growing ones, as long as they pass quickly. One thread uses it.
 */
public final class LinkProbes {

    static final int SMALL_BYTES = 64;
    static final int LEAST_LARGE_BYTES = 1_200;
    static final int MOST_LARGE_BYTES = 64 * 1024;

    private static final double SHARE = 0.01;
    private static final int GROWTH = 4;
    private static final Duration CALM = Duration.ofMillis(250);
    private static final Duration EXPLORING = Duration.ofMillis(100);
    private static final Duration QUICK = Duration.ofMillis(60);

    private final LinkEstimator estimator;
    private int largeBytes = LEAST_LARGE_BYTES;
    private Duration lastLarge = Duration.ZERO;
    private boolean large = true;

    /**
     * A probe to send.
     *
     * @param bytes     of its value
     * @param nextAfter when to ask for the next one
     */
    public record Probe(int bytes, Duration nextAfter) {}

    public LinkProbes(LinkEstimator estimator) {
        this.estimator = estimator;
    }

    public Probe next() {
        Optional<LinkEstimate> link = estimator.fresh();
        Duration pause = link.isPresent() ? CALM : EXPLORING;
        large = !large;
        if (!large) {
            return new Probe(SMALL_BYTES, pause);
        }
        largeBytes = link.map(this::affordable).orElseGet(this::grown);
        return new Probe(largeBytes, pause);
    }

    /** What a probe took from being sent to its acknowledgement. */
    public void acknowledged(int bytes, Duration transfer) {
        if (bytes > SMALL_BYTES) {
            lastLarge = transfer;
        }
    }

    private int affordable(LinkEstimate link) {
        double pairSeconds = CALM.multipliedBy(2).toNanos() / 1e9;
        return clamp(SHARE * link.bytesPerSecond() * pairSeconds);
    }

    private int grown() {
        return lastLarge.compareTo(QUICK) < 0 ? clamp((double) largeBytes * GROWTH) : largeBytes;
    }

    private static int clamp(double bytes) {
        return (int) Math.clamp(bytes, LEAST_LARGE_BYTES, MOST_LARGE_BYTES);
    }
}
