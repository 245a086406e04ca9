package dev.baton.orchestrator.kafka;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tells the first copy of a tail's window from the others: a tail sends each to every partition, and one replica reads several.
 * For one thread.
 */
final class TailSequences {
    private static final int TAILS = 10_000;

    /** Windows of one tail that are remembered: copies lie in different partitions, whose order among one another is open. */
    private static final int REMEMBERED = 16;

    private final Map<String, Recent> recent = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Recent> eldest) {
            return size() > TAILS;
        }
    };

    private static final class Recent {
        final long[] windows = new long[REMEMBERED];
        int next;
    }

    /** Whether this window of {@code tail} was not seen yet. Its bytes tell it from the one of an earlier start of the tail. */
    boolean isNew(String tail, long sequence, byte[] window) {
        Recent seen = recent.computeIfAbsent(tail, name -> new Recent());
        long identity = sequence << 32 | Integer.toUnsignedLong(Arrays.hashCode(window));
        for (long known : seen.windows) {
            if (known == identity) {
                return false;
            }
        }
        seen.windows[seen.next] = identity;
        seen.next = (seen.next + 1) % REMEMBERED;
        return true;
    }
}
