package dev.baton.console;

/** How the tool ends. Scripts depend on these numbers. */
public enum ExitCode {
    OK(0),
    /** Something was checked and is not as it should be, or a request was refused. */
    CHECK_FAILED(1),
    /** The command line makes no sense. */
    USAGE(2),
    /** Something around the tool is missing or in the way: a port, a file, a service, a JDK. */
    ENVIRONMENT(3);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }
}
