package dev.baton.console;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * Where the tool writes. Results go to standard output; progress, which nobody keeps, to standard error: one line that
 * changes in place on a terminal, plain lines elsewhere. Safe for several threads.
 */
public final class Console {

    private static final String CLEAR_LINE = "\r\u001b[K";

    private final PrintWriter out;
    private final PrintWriter err;
    private final OptionalInt columns;
    private final boolean colour;
    private boolean progressShown;
    private boolean silent;

    /**
     * A console of its own.
     *
     * @param columns width of the terminal, empty when the output goes elsewhere
     */
    public Console(PrintWriter out, PrintWriter err, OptionalInt columns, boolean colour) {
        this.out = Objects.requireNonNull(out, "out");
        this.err = Objects.requireNonNull(err, "err");
        this.columns = columns;
        this.colour = colour;
    }

    /** This process's output. The launcher says in {@code baton.terminal} whether it is a terminal: rows, columns. */
    public static Console ofThisProcess(Map<String, String> environment) {
        String terminal = System.getProperty("baton.terminal", "").strip();
        OptionalInt columns = terminal.matches("\\d+ \\d+")
                ? OptionalInt.of(Integer.parseInt(terminal.substring(terminal.indexOf(' ') + 1)))
                : OptionalInt.empty();
        boolean colour = columns.isPresent()
                && environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !"dumb".equals(environment.get("TERM"));
        return new Console(
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                columns,
                colour);
    }

    /** The same console for a command whose standard output is one JSON document: lines for people go to standard error. */
    public Console besideJson() {
        return new Console(err, err, columns, colour);
    }

    /** From now on nothing is printed: this process ends, and what fails because of that is no news. */
    public synchronized void silence() {
        clearProgress();
        silent = true;
    }

    /** One line of the result. */
    public synchronized void line(String text) {
        if (silent) {
            return;
        }
        clearProgress();
        out.println(text);
        out.flush();
    }

    /** One line beside the result: a warning or what is about to happen. */
    public synchronized void note(String text) {
        if (silent) {
            return;
        }
        clearProgress();
        err.println(text);
        err.flush();
    }

    /** What is being done now. On a terminal the next line of any kind replaces it. */
    public synchronized void progress(String text) {
        if (columns.isEmpty() || silent) {
            note(text);
            return;
        }
        err.print(CLEAR_LINE + dim(shortened(text, columns.getAsInt() - 1)));
        err.flush();
        progressShown = true;
    }

    /** {@link #progress} on a terminal, nothing elsewhere: for figures that change too often for a log. */
    public synchronized void tick(String text) {
        if (columns.isPresent()) {
            progress(text);
        }
    }

    public synchronized void clearProgress() {
        if (progressShown) {
            err.print(CLEAR_LINE);
            err.flush();
            progressShown = false;
        }
    }

    /** A line that fits the terminal; the same line where there is none, and its first {@code least} characters anyway. */
    public String fitting(String text, int least) {
        return columns.isPresent() ? shortened(text, Math.max(least, columns.getAsInt())) : text;
    }

    public PrintWriter out() {
        return out;
    }

    public PrintWriter err() {
        return err;
    }

    public boolean hasColour() {
        return colour;
    }

    public String bold(String text) {
        return styled("1", text);
    }

    public String dim(String text) {
        return styled("2", text);
    }

    public String good(String text) {
        return styled("32", text);
    }

    public String bad(String text) {
        return styled("31", text);
    }

    private String styled(String code, String text) {
        return colour ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }

    private static String shortened(String text, int width) {
        return text.length() <= width ? text : text.substring(0, Math.max(0, width - 1)) + "…";
    }
}
