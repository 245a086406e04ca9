package dev.baton.planning.link;

import dev.baton.planning.link.TransferLine.Transfer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells rate and round trip of the link apart, from how long records of different size took from send to
 * acknowledgement, and notices when the link changes. Any thread may report.
 */
public final class LinkEstimator {

    /*
     * TransferLine fits a line through the transfers at hand. Here is decided which those are.
     *
     * Transfers share the link in order of sending. One that was sent while another was under way began to move only
     * when the other had left, which is a round trip before its acknowledgement; its duration counts from there.
     * Records acknowledged together travelled together and count as one transfer of all their bytes. Bytes are counted as
     * they travel, with what goes around each record.
     *
     * A robust fit follows a change only when much of what it knows is new. So changes are looked for. A transfer far
     * from the line is a suspicion: on a radio link most are retransmissions. Until it is decided, the line is that of what
     * came before. What turns out an outlier is dropped, since where few transfers are large, one of them decides the line.
     * A second one on the same side that was sent after the first had arrived, or a third where they follow within CLOSE,
     * means that the link has stepped: what is older is dropped at once, and what was known becomes a weak belief. Where late
     * transfers were outliers lately, as on a link that loses one in twenty, it takes three. Delays only add up: a transfer
     * that is early by more than early ones scatter is no outlier, so that side is judged by its own scatter. A drift
     * too small for that is summed up (the two-sided CUSUM of Page 1954, "Continuous inspection schemes", over deviations
     * cut off at CUT, so that outliers cannot fill it).
     */
    static final Duration MEMORY = Duration.ofSeconds(30);
    static final int MAX_SAMPLES = 48;

    /** With this difference in size an invisible slope says something as well: the link is at least so fast. */
    static final long TELLING_BYTES = 48 * 1024;

    static final double STEP_NANOS = 1_500_000;

    /** What goes over the link with each record: a produce request around it, TCP and IP headers. */
    static final int OVERHEAD_BYTES = 200;

    /** Scatter has a long tail of late transfers, and none of early ones. */
    private static final double LATE_DEVIATIONS = 4;

    private static final double EARLY_DEVIATIONS = 3;
    private static final double STEP_SHARE = 0.3;
    private static final long TOGETHER_NANOS = 200_000;
    private static final long CLOSE_NANOS = 100_000_000;
    private static final long SUSPICION_NANOS = 3_000_000_000L;
    private static final double CUSUM_SLACK = 1;
    private static final double CUSUM_LIMIT = 7;
    private static final double CUT = 3;

    /** Fits are shared by what happens within this time, once there are enough transfers to make them dear. */
    private static final long FIT_NANOS = 50_000_000;

    private static final int FEW = 12;

    private final LongSupplier nanoTicker;
    private final Deque<Transfer> transfers = new ArrayDeque<>();
    private final List<Drift> ofSmall = List.of(new Drift(1), new Drift(-1));
    private final List<Drift> ofLarge = List.of(new Drift(1), new Drift(-1));
    private long lastAckedNanos = Long.MIN_VALUE;
    /** The shortest transfer of all: the round trip takes no longer, as far as is known before there is a line. */
    private long leastNanos = Long.MAX_VALUE;

    /** When a late transfer last was an outlier; long ago where there was none. */
    private long falselyLateNanos;

    private @Nullable Suspicion suspicion;
    private @Nullable TransferLine before;
    private @Nullable TransferLine line;
    private @Nullable TransferLine lastFit;
    private long lastFitNanos;
    private boolean dirty;
    private long fittedNanos;

    /** What a transfer says about the link as it was known. */
    public enum News {
        /** It is as it was. */
        NONE,
        /** It may have changed: another transfer, soon, would tell. */
        SUSPICION,
        /** It has changed. */
        STEP
    }

    /** Transfers in a row that are too slow ({@code side} 1) or too fast (-1) for the link as known. */
    private record Suspicion(int side, int count, Transfer first, double deviationNanos) {}

    private static final class Drift {
        private final int side;
        private double sum;
        private long sinceNanos;

        Drift(int side) {
            this.side = side;
        }

        boolean add(double deviations, long ackedNanos) {
            double next = sum + side * Math.clamp(deviations, -CUT, CUT) - CUSUM_SLACK;
            if (sum <= 0) {
                sinceNanos = ackedNanos;
            }
            sum = Math.max(0, next);
            return sum > CUSUM_LIMIT;
        }

        void reset() {
            sum = 0;
        }
    }

    public LinkEstimator(LongSupplier nanoTicker) {
        this.nanoTicker = nanoTicker;
        this.falselyLateNanos = nanoTicker.getAsLong() - MEMORY.toNanos();
    }

    /** A record of {@code bytes} was handed over at {@code sentNanos} and acknowledged at {@code ackedNanos}. */
    public synchronized News acknowledged(long bytes, long sentNanos, long ackedNanos) {
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
                    previous.bytes() + bytes + OVERHEAD_BYTES,
                    ackedNanos - previous.startedNanos(),
                    previous.startedNanos(),
                    ackedNanos));
            dirty = true;
            return News.NONE;
        }
        leastNanos = Math.min(leastNanos, ackedNanos - sentNanos);
        long started = sentNanos;
        if (shared) {
            long fixed = line == null ? leastNanos : Math.round(line.fixedNanos());
            started = Math.max(sentNanos, previousAckedNanos - fixed);
        }
        Transfer transfer = new Transfer(bytes + OVERHEAD_BYTES, ackedNanos - started, started, ackedNanos);
        transfers.addLast(transfer);
        dirty = true;
        forgetOld();
        News news = examine(transfer);
        refit(news == News.STEP);
        return news;
    }

    /**
     * The link as far as known. Empty before transfers of different size told rate and round trip apart, and
     * {@link #MEMORY} after the last of them.
     */
    public synchronized Optional<LinkEstimate> estimate() {
        refit(false);
        return line().filter(this::tellsEnough).map(LinkEstimator::estimate);
    }

    private boolean tellsEnough(TransferLine fit) {
        return before != null
                || fit.nanosPerByte() > fit.slopeError()
                || fit.samples() >= FEW
                || spread() >= TELLING_BYTES;
    }

    private static LinkEstimate estimate(TransferLine fit) {
        double slope = fit.nanosPerByte() > fit.slopeError() ? fit.nanosPerByte() : fit.mostNanosPerByte();
        double rate = 1e9 / slope;
        return new LinkEstimate(
                rate,
                Duration.ofNanos(Math.round(fit.fixedNanos() + slope * OVERHEAD_BYTES)),
                Duration.ofNanos(Math.round(fit.residual())),
                fit.samples(),
                Math.min(rate, rate * fit.slopeError() / slope),
                Duration.ofNanos(Math.round(fit.fixedError())));
    }

    /** The fit as it stands; empty where the transfers at hand do not determine one. */
    synchronized Optional<TransferLine> line() {
        refit(false);
        return Optional.ofNullable(line);
    }

    /** A rate in bytes per second that the link has at least; empty before any transfer. */
    public synchronized Optional<Double> atLeast() {
        refit(false);
        double proven = transfers.stream()
                .mapToDouble(t -> t.nanos() > 0 ? t.bytes() * 1e9 / t.nanos() : 0)
                .max()
                .orElse(0);
        double fitted = line == null ? 0 : 1e9 / Math.max(1e-3, line.nanosPerByte() + line.slopeError());
        return Optional.of(Math.max(proven, fitted)).filter(rate -> rate > 0);
    }

    /**
     * How large a record would tell whether a suspicion holds; empty where there is none.
     */
    synchronized Optional<Long> tellingBytes() {
        if (suspicion == null || line == null) {
            return Optional.empty();
        }
        double tolerance = tolerance(line, 0, suspicion.side);
        double visible = suspicion.deviationNanos / Math.max(1, suspicion.first.bytes());
        return Optional.of(Math.max(1, Math.round(2 * tolerance / visible) - OVERHEAD_BYTES));
    }

    /** Whether the link has stepped and what is known of it rests on little else than what was known before. */
    synchronized boolean hasJustStepped() {
        return before != null;
    }

    /** Whether there are at least as many small transfers, of at most {@code bytes}, as others, forgetting counted. */
    synchronized boolean lacksLarge(long bytes) {
        long now = nanoTicker.getAsLong();
        double balance = 0;
        for (Transfer transfer : transfers) {
            double weight = Math.pow(2, -(now - transfer.ackedNanos()) / 2e9);
            balance += transfer.bytes() <= bytes + OVERHEAD_BYTES ? weight : -weight;
        }
        return balance >= 0;
    }

    /** The time since a transfer of at least {@code least} and at most {@code most} bytes; empty when there is none. */
    synchronized Optional<Duration> since(long least, long most) {
        forgetOld();
        long now = nanoTicker.getAsLong();
        return transfers.stream()
                .filter(t -> t.bytes() - OVERHEAD_BYTES >= least && t.bytes() - OVERHEAD_BYTES <= most)
                .map(t -> Duration.ofNanos(now - t.ackedNanos()))
                .min(Duration::compareTo);
    }

    private long spread() {
        long least = transfers.stream().mapToLong(Transfer::bytes).min().orElse(0);
        long most = transfers.stream().mapToLong(Transfer::bytes).max().orElse(0);
        return most - least;
    }

    private void refit(boolean now) {
        long nanos = nanoTicker.getAsLong();
        boolean dear = transfers.size() > FEW;
        boolean due = now
                || (dirty && (!dear || nanos - fittedNanos >= FIT_NANOS))
                || (line != null && nanos - fittedNanos >= 10 * FIT_NANOS);
        if (!due) {
            return;
        }
        forgetOld();
        if (before != null && transfers.size() > FEW && spread() >= TransferLine.MIN_SPREAD_BYTES) {
            before = null;
        }
        Optional<TransferLine> known = Optional.ofNullable(before);
        Optional<TransferLine> fit = TransferLine.through(unsuspected(nanos), known, nanos)
                .or(() -> TransferLine.through(List.copyOf(transfers), known, nanos));
        if (fit.isPresent()) {
            lastFit = fit.get().samples() > FEW ? fit.get() : null;
            lastFitNanos = nanos;
        }
        line = fit.or(() -> held(nanos)).orElse(null);
        dirty = false;
        fittedNanos = nanos;
    }

    /** Where the robust fit drops all transfers of one size, the others tell nothing; what was well known is not lost, only older. */
    private Optional<TransferLine> held(long nowNanos) {
        Duration age = Duration.ofNanos(nowNanos - lastFitNanos);
        return transfers.isEmpty() || age.compareTo(MEMORY) > 0
                ? Optional.empty()
                : Optional.ofNullable(lastFit).map(fit -> fit.aged(age));
    }

    /** While a change is only suspected, the link counts as it was. */
    private List<Transfer> unsuspected(long nowNanos) {
        Suspicion open = suspicion;
        return open == null || nowNanos - open.first.ackedNanos() > SUSPICION_NANOS
                ? List.copyOf(transfers)
                : transfers.stream()
                        .filter(t -> t.ackedNanos() < open.first.ackedNanos())
                        .toList();
    }

    private void forgetOld() {
        long oldest = nanoTicker.getAsLong() - MEMORY.toNanos();
        while (!transfers.isEmpty()
                && (transfers.size() > MAX_SAMPLES || transfers.getFirst().ackedNanos() < oldest)) {
            transfers.removeFirst();
            dirty = true;
        }
        if (transfers.isEmpty()) {
            before = null;
        }
    }

    private News examine(Transfer latest) {
        if (line == null) {
            return News.NONE;
        }
        if (suspicion != null && latest.ackedNanos() - suspicion.first.ackedNanos() > SUSPICION_NANOS) {
            dismiss(suspicion, line);
        }
        double bytes = (double) latest.bytes();
        double deviation = latest.nanos() - line.predict(bytes);
        int side = deviation > 0 ? 1 : -1;
        if (Math.abs(deviation) > tolerance(line, bytes, side)) {
            return far(latest, deviation);
        }
        if (suspicion != null && wouldShow(suspicion, latest.bytes(), tolerance(line, bytes, suspicion.side))) {
            dismiss(suspicion, line);
        }
        return drift(latest, deviation / (side > 0 ? line.deviation(bytes) : line.earlyDeviation(bytes)));
    }

    private static double tolerance(TransferLine line, double bytes, int side) {
        double scatter =
                side > 0 ? LATE_DEVIATIONS * line.deviation(bytes) : EARLY_DEVIATIONS * line.earlyDeviation(bytes);
        return Math.max(Math.max(STEP_NANOS, scatter), STEP_SHARE * line.nanosPerByte() * bytes);
    }

    private static boolean wouldShow(Suspicion suspicion, long bytes, double tolerance) {
        double share = Math.min(1, bytes / (double) Math.max(1, suspicion.first.bytes()));
        return suspicion.deviationNanos * share > tolerance;
    }

    /** What was suspected was an outlier. Where few transfers are large, a single one would draw the line to itself for long. */
    private void dismiss(Suspicion refuted, TransferLine known) {
        long since = refuted.first.ackedNanos();
        transfers.removeIf(t -> t.ackedNanos() >= since
                && refuted.side * (t.nanos() - known.predict((double) t.bytes()))
                        > tolerance(known, (double) t.bytes(), refuted.side));
        if (refuted.deviationNanos > 2 * tolerance(known, (double) refuted.first.bytes(), 1) && refuted.side > 0) {
            falselyLateNanos = nanoTicker.getAsLong();
        }
        suspicion = null;
        dirty = true;
    }

    private News far(Transfer latest, double deviation) {
        int side = deviation > 0 ? 1 : -1;
        if (suspicion == null || suspicion.side != side) {
            suspicion = new Suspicion(side, 1, latest, Math.abs(deviation));
            return News.SUSPICION;
        }
        boolean victimOfTheFirst = latest.startedNanos() < suspicion.first.ackedNanos();
        if (victimOfTheFirst) {
            return News.SUSPICION;
        }
        int count = suspicion.count + 1;
        boolean close = latest.ackedNanos() - suspicion.first.ackedNanos() < CLOSE_NANOS;
        boolean criedWolf = side > 0 && latest.ackedNanos() - falselyLateNanos < MEMORY.toNanos();
        if (count < 3 && (close || criedWolf)) {
            suspicion = new Suspicion(side, count, suspicion.first, suspicion.deviationNanos);
            return News.SUSPICION;
        }
        stepped(suspicion.first.ackedNanos());
        return News.STEP;
    }

    /** Small transfers say nothing about the rate, so they do not speak against a drift that large ones show. */
    private News drift(Transfer latest, double deviations) {
        boolean large = line != null && line.nanosPerByte() * latest.bytes() > 2 * line.residual();
        for (Drift drift : large ? ofLarge : ofSmall) {
            if (drift.add(deviations, latest.ackedNanos())) {
                stepped(drift.sinceNanos);
                break;
            }
        }
        return News.NONE;
    }

    private void stepped(long sinceNanos) {
        before = line;
        transfers.removeIf(t -> t.ackedNanos() < sinceNanos);
        suspicion = null;
        ofSmall.forEach(Drift::reset);
        ofLarge.forEach(Drift::reset);
        dirty = true;
    }
}
