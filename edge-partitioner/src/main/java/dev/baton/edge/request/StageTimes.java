package dev.baton.edge.request;

import java.util.EnumMap;
import java.util.Map;

/** Whole microseconds of each stage; they add up to the total. */
public record StageTimes(Map<Stage, Long> micros, long totalMicros) {

    public StageTimes {
        long sum = micros.values().stream().mapToLong(Long::longValue).sum();
        if (sum != totalMicros) {
            throw new IllegalArgumentException(
                    "stages %s add up to %d microseconds, the total is %d".formatted(micros, sum, totalMicros));
        }
        micros = java.util.Collections.unmodifiableMap(new EnumMap<>(micros));
    }

    /** 0 for a stage that did not happen. */
    public long micros(Stage stage) {
        return micros.getOrDefault(stage, 0L);
    }
}
