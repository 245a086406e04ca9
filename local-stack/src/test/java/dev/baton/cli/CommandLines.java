package dev.baton.cli;

import dev.baton.console.Console;
import dev.baton.console.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.OptionalInt;

/** Runs command lines inside the test and keeps what they print. */
final class CommandLines {

    record Outcome(ExitCode exitCode, String out, String err) {}

    private CommandLines() {}

    static Outcome run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Console console =
                new Console(new PrintWriter(out, true), new PrintWriter(err, true), OptionalInt.empty(), false);
        ExitCode code = Baton.run(console, arguments);
        return new Outcome(code, out.toString(), err.toString());
    }
}
