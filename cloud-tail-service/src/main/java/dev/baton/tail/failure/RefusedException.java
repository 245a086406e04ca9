package dev.baton.tail.failure;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Ends the work on an activation with a {@link TailFailure}. */
public final class RefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient TailFailure failure;

    public RefusedException(TailFailure failure) {
        this(failure, null);
    }

    public RefusedException(TailFailure failure, @Nullable Throwable cause) {
        super(failure.message(), cause);
        this.failure = Objects.requireNonNull(failure, "failure");
    }

    public TailFailure failure() {
        return failure;
    }
}
