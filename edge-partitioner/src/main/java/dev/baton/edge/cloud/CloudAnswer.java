package dev.baton.edge.cloud;

import dev.baton.tensor.Tensor;
import java.time.Duration;
import java.util.Map;

/** What came of an activation. */
public sealed interface CloudAnswer {

    /**
     * The tail's outputs.
     *
     * @param roundTrip from handing over the record to receiving the answer, by the edge node's clock
     * @param bytes     of the record that brought them
     */
    record Outputs(String tail, Map<String, Tensor> outputs, TailTimes times, Duration roundTrip, long bytes)
            implements CloudAnswer {}

    /** The tail said why it cannot. */
    record Refused(String tail, String reason) implements CloudAnswer {}

    /** The record did not reach the broker, which cannot be reached. */
    record NotSent(String reason) implements CloudAnswer {}

    /** The record was not sent for a reason that says nothing about the cloud: it is too large, or too many wait. */
    record Unfit(String reason) implements CloudAnswer {}

    /** Nothing came in time. */
    record Silence(Duration waited) implements CloudAnswer {}
}
