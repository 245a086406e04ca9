package dev.baton.planning;

import java.util.List;
import java.util.Optional;

/**
 * What a tail measured during one window. Durations are in microseconds.
 *
 * @param tail its name
 * @param device {@code cpu} or {@code gpu:<index>}
 * @param windowMicros the window's length
 * @param utilization share of the window during which the engine worked, per worker, 0 to 1
 * @param workers models that run at the same time; at least 1
 * @param waiting records that waited for the engine when the window ended
 * @param models every model version that it holds
 */
public record TailObservation(
        String tail,
        String device,
        long windowMicros,
        double utilization,
        int workers,
        long waiting,
        List<ModelTimes> models) {
    /**
     * What a tail measured of one model version.
     *
     * @param requests of this window
     * @param queueMicros from poll to the start of work; counts only while there are requests
     * @param batchSize records per run of the engine
     * @param times by split point; those not in use are repeated
     */
    public record ModelTimes(
            ModelVersion model,
            long requests,
            long failures,
            Optional<Moments> queueMicros,
            Optional<Moments> batchSize,
            List<PointTimes> times) {
        public ModelTimes {
            times = List.copyOf(times);
        }
    }

    /**
     * What the tail behind one split point takes.
     *
     * @param decodeMicros with pre-processing where the picture itself arrived (split point 0), over all codecs
     * @param runMicros the engine
     * @param decodings decoding by codec
     */
    public record PointTimes(
            int splitPoint, Optional<Moments> decodeMicros, Optional<Moments> runMicros, List<Decoding> decodings) {
        public PointTimes {
            decodings = List.copyOf(decodings);
        }

        /** Times of all codecs together. */
        public static PointTimes of(int splitPoint, Moments decodeMicros, Moments runMicros) {
            return new PointTimes(splitPoint, Optional.of(decodeMicros), Optional.of(runMicros), List.of());
        }
    }

    /** Decoding of one codec, by its id; a picture's media type stands for its codec. */
    public record Decoding(String codec, Moments micros) {}

    public TailObservation {
        models = List.copyOf(models);
        if (windowMicros < 1 || !(utilization >= 0 && utilization <= 1) || workers < 1 || waiting < 0) {
            throw new IllegalArgumentException(
                    "tail %s: window of %d µs, utilization %s, %d workers, %d waiting: expected a length, 0 to 1, a worker and no negative count"
                            .formatted(tail, windowMicros, utilization, workers, waiting));
        }
    }
}
