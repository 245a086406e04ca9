package dev.baton.edge.measure;

import dev.baton.edge.measure.ModelMeasurements.EncodingKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How far answers to users' requests with a codec agreed with answers without it, per split point and codec, since the model
 * was opened. Any thread may report.
 */
public final class CodecAgreements {

    private final Map<EncodingKey, Counts> all = new TreeMap<>(
            java.util.Comparator.comparingInt(EncodingKey::splitPoint).thenComparing(EncodingKey::codec));

    private static final class Counts {
        private long samples;
        private long agreeing;
        private final RecentValues errors = new RecentValues();
    }

    /** {@code agreement} is the share of {@code samples} whose highest-scored output is the same. */
    public record Agreement(EncodingKey key, long samples, double agreement, Optional<Summary> relativeError) {}

    public synchronized void compared(EncodingKey key, boolean sameHighest, double relativeError) {
        Counts counts = all.computeIfAbsent(key, _ -> new Counts());
        counts.samples++;
        counts.agreeing += sameHighest ? 1 : 0;
        counts.errors.add(relativeError);
    }

    public synchronized List<Agreement> all() {
        return all.entrySet().stream()
                .map(e -> new Agreement(
                        e.getKey(),
                        e.getValue().samples,
                        e.getValue().agreeing / (double) e.getValue().samples,
                        e.getValue().errors.summary()))
                .toList();
    }
}
