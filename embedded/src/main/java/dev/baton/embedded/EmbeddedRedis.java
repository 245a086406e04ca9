package dev.baton.embedded;

import java.nio.file.Path;

/** A real Redis as a child process, reachable from this machine only; it forgets everything when it ends. */
@SuppressWarnings("DoNotCallSuggester")
public final class EmbeddedRedis implements AutoCloseable {

    private EmbeddedRedis() {}

    /**
     * Starts Redis and waits until it answers.
     *
     * @param directory where its executable and working files go; created when missing
     * @param port      0 for any free port
     * @throws PortTakenException when something else listens there
     */
    public static EmbeddedRedis start(Path directory, int port) {
        throw new UnsupportedOperationException();
    }

    /** {@code redis://127.0.0.1:port}. */
    public String uri() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
