package dev.baton.tail.failure;

import dev.baton.schemas.records.FailureReason;

/** What follows from a failure: the one place that decides it. */
public final class FailurePolicy {

    /** What happens to the record. Its edge node is told in every case, so that it can go on by itself at once. */
    public enum Action {
        /** The record has done its duty. */
        DROP,
        /** People should look at the record. */
        DEAD_LETTER
    }

    private FailurePolicy() {}

    public static Action onFailure(TailFailure failure) {
        return switch (failure) {
            case TailFailure.Malformed malformed -> Action.DEAD_LETTER;
            case TailFailure.EngineFailed engine -> Action.DEAD_LETTER;
            case TailFailure.UnknownModel unknown -> Action.DROP;
            case TailFailure.VersionMismatch mismatch -> Action.DROP;
            case TailFailure.Late late -> Action.DROP;
            case TailFailure.Cancelled cancelled -> Action.DROP;
            case TailFailure.Overloaded overloaded -> Action.DROP;
            case TailFailure.OverQuota quota -> Action.DROP;
        };
    }

    /** The failure as it travels. */
    public static FailureReason reason(TailFailure failure) {
        return switch (failure) {
            case TailFailure.Malformed malformed -> FailureReason.MALFORMED;
            case TailFailure.EngineFailed engine -> FailureReason.ENGINE;
            case TailFailure.UnknownModel unknown -> FailureReason.UNKNOWN_MODEL;
            case TailFailure.VersionMismatch mismatch -> FailureReason.VERSION_MISMATCH;
            case TailFailure.Late late -> FailureReason.LATE;
            case TailFailure.Cancelled cancelled -> FailureReason.CANCELLED;
            case TailFailure.Overloaded overloaded -> FailureReason.OVERLOADED;
            case TailFailure.OverQuota quota -> FailureReason.OVER_QUOTA;
        };
    }
}
