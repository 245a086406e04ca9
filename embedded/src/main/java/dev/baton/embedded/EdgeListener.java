package dev.baton.embedded;

/**
 * A second way into the broker, for edge nodes: the broker listens on {@code port}, but tells its clients to come back
 * to {@code advertisedPort}, where a {@link LinkEmulator} passes everything on. So all traffic of an edge node crosses
 * the emulated link, not only its first connection.
 */
public record EdgeListener(int port, int advertisedPort) {

    public EdgeListener {
        FreePorts.requirePort(port, "edge listener port");
        FreePorts.requirePort(advertisedPort, "advertised port of the edge listener");
    }
}
