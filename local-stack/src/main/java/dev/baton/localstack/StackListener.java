package dev.baton.localstack;

import java.time.Duration;

/** Hears how a {@link LocalStack} comes up and what its services print. Called from any thread. */
public interface StackListener {

    /** {@code part} serves, {@code after} the stack began to start. */
    default void ready(String part, Duration after) {}

    /** A service printed a line; its name stands in front: {@code edge-1 | …}. */
    default void log(String line) {}

    /** This process was told to end (Ctrl-C), and the stack begins to stop. */
    default void interrupted() {}
}
