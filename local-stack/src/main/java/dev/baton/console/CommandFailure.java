package dev.baton.console;

import org.jspecify.annotations.Nullable;

/** Ends a command: one line for people that names what was wrong and what to do, and an exit code for scripts. */
public final class CommandFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final ExitCode exitCode;

    private CommandFailure(ExitCode exitCode, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    public static CommandFailure check(String message) {
        return new CommandFailure(ExitCode.CHECK_FAILED, message, null);
    }

    public static CommandFailure check(String message, Throwable cause) {
        return new CommandFailure(ExitCode.CHECK_FAILED, message, cause);
    }

    public static CommandFailure usage(String message) {
        return new CommandFailure(ExitCode.USAGE, message, null);
    }

    public static CommandFailure environment(String message) {
        return new CommandFailure(ExitCode.ENVIRONMENT, message, null);
    }

    public static CommandFailure environment(String message, Throwable cause) {
        return new CommandFailure(ExitCode.ENVIRONMENT, message, cause);
    }

    public ExitCode exitCode() {
        return exitCode;
    }
}
