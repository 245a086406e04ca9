package dev.baton.evaluate;

import dev.baton.partitioning.accuracy.ByteSummary;
import java.util.Arrays;

/** Sizes of encoded samples; eight bytes are kept for each. */
final class ByteMeter {
    private long[] sizes = new long[64];
    private int count;

    void add(long bytes) {
        if (count == sizes.length) {
            sizes = Arrays.copyOf(sizes, 2 * count);
        }
        sizes[count++] = bytes;
    }

    /** The 95th percentile is the smallest size that 95 of 100 do not exceed. */
    ByteSummary summary() {
        long[] sorted = Arrays.copyOf(sizes, count);
        Arrays.sort(sorted);
        double mean = Arrays.stream(sorted).average().orElse(0);
        return new ByteSummary(mean, count == 0 ? 0 : sorted[(int) Math.ceil(0.95 * count) - 1]);
    }
}
