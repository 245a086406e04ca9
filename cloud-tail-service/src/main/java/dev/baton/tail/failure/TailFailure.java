package dev.baton.tail.failure;

/** Why an activation is not answered with tensors. */
public sealed interface TailFailure {

    /** For people: what was wrong and what was expected. */
    String message();

    /** The activation cannot be read or does not fit the tail; sending it again cannot help. */
    record Malformed(String message) implements TailFailure {}

    /** No version of the model is open here. */
    record UnknownModel(String message) implements TailFailure {}

    /** Another version of the model is open here, or one that has no such split point. */
    record VersionMismatch(String message) implements TailFailure {}

    /** The deadline passed before the engine ran. */
    record Late(String message) implements TailFailure {}

    /** The engine could not run the tail. */
    record EngineFailed(String message) implements TailFailure {}

    /** The edge node no longer wants the answer. */
    record Cancelled(String message) implements TailFailure {}

    /** There is no room for the activation now. */
    record Overloaded(String message) implements TailFailure {}

    /** Whoever asks has had what it may have for now. */
    record OverQuota(String message) implements TailFailure {}
}
