package dev.baton.tail.answer;

import dev.baton.schemas.records.Activation;
import dev.baton.schemas.records.ModelRef;
import dev.baton.tail.batch.Claimant;
import io.opentelemetry.context.Context;
import java.util.Objects;

/**
 * An activation that arrived and can be answered: it says who asks, what for and where the answer goes.
 *
 * @param receivedNanos reading of the monotonic clock when it arrived
 * @param trace         the trace it belongs to
 * @param cancellation  whether an answer is still wanted
 */
public record ReceivedActivation(Activation activation, long receivedNanos, Context trace, Cancellation cancellation) {

    private static final int LONGEST_ID = 256;

    public ReceivedActivation {
        Objects.requireNonNull(trace, "trace");
        requireId("request_id", activation.getRequestId());
        requireId("edge_node", activation.getEdgeNode());
        if (activation.getReplyPartition() < 0) {
            throw new IllegalArgumentException(
                    "reply_partition must not be negative, is " + activation.getReplyPartition());
        }
    }

    /** An activation that nobody cancels. */
    public ReceivedActivation(Activation activation, long receivedNanos, Context trace) {
        this(activation, receivedNanos, trace, new Cancellation());
    }

    public ModelRef model() {
        return activation.getModel();
    }

    public int splitPoint() {
        return activation.getSplitPoint();
    }

    Claimant claimant() {
        return Claimant.ofEdgeNode(activation.getEdgeNode(), activation.getPriority());
    }

    private static void requireId(String field, String id) {
        if (id.isBlank() || id.length() > LONGEST_ID) {
            throw new IllegalArgumentException(
                    "%s must have 1 to %d characters, has %d".formatted(field, LONGEST_ID, id.length()));
        }
    }
}
