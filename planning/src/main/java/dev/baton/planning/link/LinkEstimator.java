package dev.baton.planning.link;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells rate and round trip of the link apart, from how long records of different size took from send to
 * acknowledgement. Any thread may report.
 */
public final class LinkEstimator {

    /*
     * A straight line, duration = roundTrip + bytes / rate, through the transfers of the last WINDOW by the
     * Theil-Sen estimator: the slope is the median of the slopes of all pairs (Sen 1968, "Estimates of the regression
     * coefficient based on Kendall's tau"). Up to 29 % of the samples may be outliers, and on a radio link many are,
     * so least squares would follow every retransmission. Quadratic in at most MAX_SAMPLES samples: some
     * microseconds.
     *
     * A median forgets the past only when half of the window is new. Two telling transfers in a row far from the fit
     * and on the same side therefore mean that the link changed: everything older is dropped at once. One is an
     * outlier.
     *
     * Transfers share the link in order of sending. One that was sent while another was under way began to move only
     * when the other had left, which is a round trip before its acknowledgement; its duration counts from there.
     * Records acknowledged together travelled together and count as one transfer of all their bytes.
     */
    static final Duration WINDOW = Duration.ofMillis(2_500);
    static final int MAX_SAMPLES = 64;

    /** With this difference in size an invisible slope says something as well: the link is at least so fast. */
    static final long TELLING_BYTES = 48 * 1024;

    private static final int MIN_SAMPLES = 4;
    private static final int MIN_SLOPES = 3;
    private static final long MIN_SPREAD_BYTES = 512;
    private static final double STEP_SHARE = 0.4;
    private static final long STEP_NANOS = 1_500_000;
    private static final long TOGETHER_NANOS = 200_000;
    private static final long RESOLUTION_NANOS = 20_000;

    private final LongSupplier nanoTicker;
    private final Deque<Transfer> transfers = new ArrayDeque<>();
    private long lastAckedNanos = Long.MIN_VALUE;
    private int suspectedSide;
    private long suspectedSinceNanos;
    private @Nullable Known known;

    private record Transfer(long bytes, long nanos, long startedNanos, long ackedNanos) {}

    private record Known(LinkEstimate estimate, long atNanos) {}

    public LinkEstimator(LongSupplier nanoTicker) {
        this.nanoTicker = nanoTicker;
    }

    /** A record of {@code bytes} was handed over at {@code sentNanos} and acknowledged at {@code ackedNanos}. */
    public synchronized void acknowledged(long bytes, long sentNanos, long ackedNanos) {
        if (bytes < 0 || ackedNanos < sentNanos) {
            throw new IllegalArgumentException(
                    "a transfer of %d bytes from %d to %d ns".formatted(bytes, sentNanos, ackedNanos));
        }
        boolean shared = sentNanos < lastAckedNanos;
        Transfer previous = transfers.peekLast();
        long previousAckedNanos = lastAckedNanos;
        lastAckedNanos = Math.max(lastAckedNanos, ackedNanos);
        if (shared && previous != null && ackedNanos - previousAckedNanos < TOGETHER_NANOS) {
            transfers.removeLast();
            transfers.addLast(new Transfer(
                    previous.bytes + bytes, ackedNanos - previous.startedNanos, previous.startedNanos, ackedNanos));
            return;
        }
        long started = sentNanos;
        if (shared) {
            if (known == null) {
                return;
            }
            started = Math.max(
                    sentNanos, previousAckedNanos - known.estimate.roundTrip().toNanos());
        }
        Transfer transfer = new Transfer(bytes, ackedNanos - started, started, ackedNanos);
        transfers.addLast(transfer);
        forgetOld();
        forgetBeforeStep(transfer);
    }

    /**
     * The link as far as known: the last fit, for as long as {@link #WINDOW} after the transfers stopped telling. Empty
     * before transfers of different size told rate and round trip apart.
     */
    public synchronized Optional<LinkEstimate> estimate() {
        fresh();
        return Optional.ofNullable(known).map(Known::estimate);
    }

    /** The fit through the transfers at hand; empty when they do not tell rate and round trip apart. */
    public synchronized Optional<LinkEstimate> fresh() {
        forgetOld();
        long now = nanoTicker.getAsLong();
        Optional<LinkEstimate> fresh = fit();
        if (fresh.isPresent()) {
            known = new Known(fresh.get(), now);
        } else if (known != null && now - known.atNanos > WINDOW.toNanos()) {
            known = null;
        }
        return fresh;
    }

    private Optional<LinkEstimate> fit() {
        int count = transfers.size();
        if (count < MIN_SAMPLES) {
            return Optional.empty();
        }
        List<Transfer> all = List.copyOf(transfers);
        long least = all.stream().mapToLong(Transfer::bytes).min().orElseThrow();
        long most = all.stream().mapToLong(Transfer::bytes).max().orElseThrow();
        long spread = most - least;
        if (spread < MIN_SPREAD_BYTES) {
            return Optional.empty();
        }
        double[] slopes = slopes(all, spread / 4.0);
        if (slopes.length < MIN_SLOPES) {
            return Optional.empty();
        }
        double slope = Math.max(0, median(slopes));
        double residual = residual(all, slope, intercept(all, slope));
        double visible = slope * spread;
        double noise = Math.max(RESOLUTION_NANOS, 3 * residual / Math.sqrt(count));
        if (visible < noise) {
            if (spread < TELLING_BYTES) {
                return Optional.empty();
            }
            slope = noise / spread;
        }
        double roundTrip = Math.max(0, intercept(all, slope));
        return Optional.of(new LinkEstimate(
                1e9 / slope, Duration.ofNanos(Math.round(roundTrip)), Duration.ofNanos(Math.round(residual)), count));
    }

    private static double[] slopes(List<Transfer> all, double minimumBytes) {
        double[] slopes = new double[all.size() * (all.size() - 1) / 2];
        int found = 0;
        for (int i = 0; i < all.size(); i++) {
            for (int j = i + 1; j < all.size(); j++) {
                double bytes = all.get(j).bytes - all.get(i).bytes;
                if (Math.abs(bytes) >= minimumBytes) {
                    slopes[found++] = (all.get(j).nanos - all.get(i).nanos) / bytes;
                }
            }
        }
        return Arrays.copyOf(slopes, found);
    }

    private static double intercept(List<Transfer> all, double slope) {
        return median(all.stream().mapToDouble(t -> t.nanos - slope * t.bytes).toArray());
    }

    /** The median absolute deviation, scaled to the standard deviation of a normal distribution. */
    private static double residual(List<Transfer> all, double slope, double intercept) {
        return 1.4826
                * median(all.stream()
                        .mapToDouble(t -> Math.abs(t.nanos - slope * t.bytes - intercept))
                        .toArray());
    }

    private void forgetOld() {
        long oldest = nanoTicker.getAsLong() - WINDOW.toNanos();
        while (!transfers.isEmpty() && (transfers.size() > MAX_SAMPLES || transfers.getFirst().ackedNanos < oldest)) {
            transfers.removeFirst();
        }
    }

    private void forgetBeforeStep(Transfer latest) {
        if (known == null) {
            return;
        }
        LinkEstimate before = known.estimate;
        double moving = latest.bytes / before.bytesPerSecond() * 1e9;
        double tolerance = Math.max(STEP_NANOS, 4.0 * before.residual().toNanos());
        double deviation = latest.nanos - moving - before.roundTrip().toNanos();
        if (Math.abs(deviation) <= Math.max(tolerance, STEP_SHARE * moving)) {
            if (moving > tolerance) {
                suspectedSide = 0;
            }
            return;
        }
        int side = deviation > 0 ? 1 : -1;
        if (side == suspectedSide) {
            transfers.removeIf(t -> t.ackedNanos < suspectedSinceNanos);
            suspectedSide = 0;
        } else {
            suspectedSide = side;
            suspectedSinceNanos = latest.ackedNanos;
        }
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        int middle = values.length / 2;
        return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
