package dev.baton.client;

import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** One address: its connection, what is under way to it, and whether it is trusted to answer. */
final class EdgeNode {

    /** So many failures one after the other, with no answer between them, and it is left alone. */
    private static final int FAILURES_TO_EJECT = 5;

    private final String address;
    private final ManagedChannel channel;
    private final AtomicInteger outstanding = new AtomicInteger();
    private int failuresInARow;
    private boolean ejected;
    private long pausedUntilNanos;
    private boolean paused;

    EdgeNode(String address, ManagedChannel channel) {
        this.address = address;
        this.channel = channel;
    }

    String address() {
        return address;
    }

    ManagedChannel channel() {
        return channel;
    }

    int outstanding() {
        return outstanding.get();
    }

    void begin() {
        outstanding.incrementAndGet();
    }

    void end() {
        outstanding.decrementAndGet();
    }

    synchronized boolean isEjected() {
        return ejected;
    }

    /** Neither ejected nor asking for a pause. */
    synchronized boolean isAvailable(long nowNanos) {
        if (paused && nowNanos - pausedUntilNanos >= 0) {
            paused = false;
        }
        return !ejected && !paused;
    }

    /** It is overloaded and says for how long. */
    synchronized void pause(Duration pause, long nowNanos) {
        paused = true;
        pausedUntilNanos = nowNanos + pause.toNanos();
    }

    /** It answers, be it that the request is wrong. */
    synchronized void answered() {
        failuresInARow = 0;
    }

    /** Returns whether it is ejected by this; a connection that cannot be made is enough. */
    synchronized boolean failed(boolean connected) {
        failuresInARow++;
        if (ejected || (connected && failuresInARow < FAILURES_TO_EJECT)) {
            return false;
        }
        ejected = true;
        return true;
    }

    synchronized void readmit() {
        ejected = false;
        failuresInARow = 0;
    }

    @Override
    public String toString() {
        return address;
    }
}
