package dev.baton.edge.measure;

import dev.baton.edge.measure.ModelMeasurements.EncodingKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How far answers to users' requests with a codec agreed with answers without it lately, per split point and codec. Any thread
 * may report.
 */
public final class CodecAgreements {

    private final Map<EncodingKey, Counts> all = new TreeMap<>(
            java.util.Comparator.comparingInt(EncodingKey::splitPoint).thenComparing(EncodingKey::codec));

    /**
     * At so many samples counts are halved, so that what users send now is not outvoted by what they sent long ago. Half of them
     * still tell an agreement of 99 % from a lower one.
     */
    private static final int MOST_SAMPLES = 2_000;

    private static final class Counts {
        private long samples;
        private double agreeing;
        private final RecentValues errors = new RecentValues();
    }

    /** {@code agreement} is the share of {@code samples} whose highest-scored output is the same. */
    public record Agreement(EncodingKey key, long samples, double agreement, Optional<Summary> relativeError) {}

    public synchronized void compared(EncodingKey key, boolean sameHighest, double relativeError) {
        Counts counts = all.computeIfAbsent(key, _ -> new Counts());
        if (counts.samples == MOST_SAMPLES) {
            counts.samples /= 2;
            counts.agreeing /= 2;
        }
        counts.samples++;
        counts.agreeing += sameHighest ? 1 : 0;
        counts.errors.add(relativeError);
    }

    public synchronized List<Agreement> all() {
        return all.entrySet().stream()
                .map(e -> new Agreement(
                        e.getKey(),
                        e.getValue().samples,
                        e.getValue().agreeing / e.getValue().samples,
                        e.getValue().errors.summary()))
                .toList();
    }
}
