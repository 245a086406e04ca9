package dev.baton.profiling;

import dev.baton.partitioning.profile.TimeSummary;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongSupplier;

/** Work that is timed again and again, until its median is known well or the time for it is over. */
final class Repeated {

    private static final int WARM_UP_RUNS = 2;
    private static final double WARM_UP_SHARE = 0.2;
    private static final int FEWEST_SAMPLES = 3;
    private static final int ENOUGH_SAMPLES = 12;
    private static final int MOST_SAMPLES = 500;
    /** Half the width of the median's 95 % confidence interval, relative to the median. */
    private static final double KNOWN_WELL = 0.01;

    private final LongSupplier nanoTicker;

    Repeated(LongSupplier nanoTicker) {
        this.nanoTicker = nanoTicker;
    }

    /**
     * The times of some work.
     *
     * @param work gives how long it took, in nanoseconds
     * @param longest after which no further run begins; three runs count at least
     */
    TimeSummary time(LongSupplier work, Duration longest) {
        long begin = nanoTicker.getAsLong();
        for (int run = 0; run < WARM_UP_RUNS || took(begin) < WARM_UP_SHARE * longest.toNanos(); run++) {
            long unused = work.getAsLong();
            if (run == 0 && took(begin) > longest.toNanos()) {
                break; // so long that warming up matters little
            }
            if (run == MOST_SAMPLES) {
                break;
            }
        }
        long[] nanos = new long[MOST_SAMPLES];
        int samples = 0;
        while (samples < FEWEST_SAMPLES || (samples < MOST_SAMPLES && took(begin) < longest.toNanos())) {
            nanos[samples++] = Math.max(1, work.getAsLong());
            if (samples >= ENOUGH_SAMPLES) {
                TimeSummary summary = TimeSummary.ofNanos(Arrays.copyOf(nanos, samples));
                // The notches of McGill, Tukey and Larsen, Variations of Box Plots (1978)
                if (1.57 * summary.spread() / Math.sqrt(samples) < KNOWN_WELL) {
                    return summary;
                }
            }
        }
        return TimeSummary.ofNanos(Arrays.copyOf(nanos, samples));
    }

    /** The times of some work, measured here. */
    TimeSummary time(Runnable work, Duration longest) {
        return time(
                () -> {
                    long begin = nanoTicker.getAsLong();
                    work.run();
                    return nanoTicker.getAsLong() - begin;
                },
                longest);
    }

    private long took(long begin) {
        return nanoTicker.getAsLong() - begin;
    }
}
