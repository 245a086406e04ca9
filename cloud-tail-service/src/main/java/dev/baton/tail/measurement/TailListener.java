package dev.baton.tail.measurement;

import dev.baton.schemas.records.FailureReason;
import dev.baton.schemas.records.ModelRef;
import java.time.Duration;

/** Hears of every request, as {@link TailMeasurements} does. */
public interface TailListener {

    /** Hears nothing. */
    TailListener NONE = new TailListener() {
        @Override
        public void answered(ModelRef ref, int splitPoint, Duration queue, Duration decode, Duration run, int batch) {}

        @Override
        public void refused(ModelRef ref, FailureReason reason) {}
    };

    /**
     * A request was answered with outputs.
     *
     * @param run   time of the run it had a part in
     * @param batch requests that had
     */
    void answered(ModelRef ref, int splitPoint, Duration queue, Duration decode, Duration run, int batch);

    /** A request of a model that is open here was refused. */
    void refused(ModelRef ref, FailureReason reason);
}
