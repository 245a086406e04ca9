package dev.baton.cli;

import dev.baton.console.Console;
import dev.baton.localstack.StackListener;
import java.time.Duration;

/** Tells people how a stack comes up. */
final class StackProgress {

    private StackProgress() {}

    /** @param logs whether to show what services print */
    static StackListener of(Console console, boolean logs) {
        return new StackListener() {
            @Override
            public void ready(String part, Duration after) {
                console.progress("  %-14s ready after %.1f s".formatted(part, after.toMillis() / 1e3));
            }

            @Override
            public void log(String line) {
                if (logs) {
                    console.note(line);
                }
            }

            @Override
            public void interrupted() {
                console.note("Stopping.");
                console.silence();
            }
        };
    }
}
