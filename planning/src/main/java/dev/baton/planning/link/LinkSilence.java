package dev.baton.planning.link;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Tells that the link is gone: records wait for their acknowledgement, and none comes. Any thread may report.
 */
public final class LinkSilence {

    /** Longer than any round trip. */
    static final Duration PATIENCE = Duration.ofSeconds(3);

    /** What waits may be large and the link slow, but no slower than this: half a megabit per second. */
    static final long SLOWEST_BYTES_PER_SECOND = 62_500;

    private final LongSupplier nanoTicker;
    private int records;
    private long bytes;
    private boolean answering = true;
    private long sinceNanos;

    public LinkSilence(LongSupplier nanoTicker) {
        this.nanoTicker = nanoTicker;
    }

    public synchronized void sent(long size) {
        if (records == 0 && answering) {
            sinceNanos = nanoTicker.getAsLong();
        }
        records++;
        bytes += size;
    }

    /** A record of {@code size} bytes came to its end; {@code acknowledged} is false when it was given up. */
    public synchronized void ended(long size, boolean acknowledged) {
        records--;
        bytes -= size;
        answering = acknowledged;
        if (acknowledged) {
            sinceNanos = nanoTicker.getAsLong();
        }
    }

    /** For how long the broker has been silent; empty when that is no reason to think that the link is gone. */
    public synchronized Optional<Duration> silence() {
        if (records == 0 && answering) {
            return Optional.empty();
        }
        Duration silent = Duration.ofNanos(nanoTicker.getAsLong() - sinceNanos);
        Duration tolerated = PATIENCE.plusMillis(bytes * 1_000 / SLOWEST_BYTES_PER_SECOND);
        return Optional.of(silent).filter(s -> s.compareTo(tolerated) > 0);
    }
}
