package dev.baton.embedded;

import java.net.InetSocketAddress;

/**
 * A TCP proxy that behaves like a link: what enters at the listening port leaves at the target as late, and as slowly,
 * as {@link LinkConditions} say. All connections share the rate of each direction.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class LinkEmulator implements AutoCloseable {

    private LinkEmulator() {}

    /**
     * Listens on 127.0.0.1.
     *
     * @param listenPort 0 for any free port
     * @throws PortTakenException when something else listens there
     */
    public static LinkEmulator start(int listenPort, InetSocketAddress target, LinkConditions conditions) {
        throw new UnsupportedOperationException();
    }

    /** The port that clients connect to. */
    public int port() {
        throw new UnsupportedOperationException();
    }

    /** Changes the link at once, for bytes that already wait as well. */
    public void set(LinkConditions conditions) {
        throw new UnsupportedOperationException();
    }

    public LinkConditions conditions() {
        throw new UnsupportedOperationException();
    }

    /** Bytes delivered to the target so far, over all connections. */
    public long bytesUp() {
        throw new UnsupportedOperationException();
    }

    /** Bytes delivered from the target to clients so far, over all connections. */
    public long bytesDown() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
