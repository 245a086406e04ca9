package dev.baton.cli;

import dev.baton.clients.ServiceRefusedException;
import dev.baton.clients.ServiceUnreachableException;
import dev.baton.console.CommandFailure;
import dev.baton.console.ExitCode;
import dev.baton.embedded.StartFailedException;
import dev.baton.localstack.StackException;
import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.partitioning.probe.GraphRunException;

/** Turns what went wrong into one line and an exit code. */
final class Failures {

    record Explained(ExitCode exitCode, String message) {}

    private Failures() {}

    static Explained explain(Exception exception) {
        return switch (exception) {
            case CommandFailure failure -> new Explained(failure.exitCode(), message(failure));
            case StackException stack -> new Explained(ExitCode.ENVIRONMENT, message(stack));
            case ServiceUnreachableException unreachable -> new Explained(ExitCode.ENVIRONMENT, message(unreachable));
            case ServiceRefusedException refused -> new Explained(ExitCode.CHECK_FAILED, message(refused));
            case GraphRunException failed -> new Explained(ExitCode.CHECK_FAILED, message(failed));
            case InvalidModelException invalid -> new Explained(ExitCode.CHECK_FAILED, message(invalid));
            case StartFailedException failed -> new Explained(ExitCode.ENVIRONMENT, message(failed));
            default ->
                new Explained(
                        ExitCode.CHECK_FAILED,
                        "unexpected %s: %s (--debug shows where)"
                                .formatted(exception.getClass().getSimpleName(), message(exception)));
        };
    }

    private static String message(Exception exception) {
        String message = exception.getMessage();
        return message == null ? "no further explanation" : message;
    }
}
