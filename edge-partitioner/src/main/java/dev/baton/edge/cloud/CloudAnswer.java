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

    /** The record did not reach the broker. */
    record NotSent(String reason) implements CloudAnswer {}

    /** Nothing came in time. */
    record Silence(Duration waited) implements CloudAnswer {}
}
