package dev.baton.embedded;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What an {@link EmbeddedBroker} needs to know.
 *
 * @param dataDirectory  where topics live; created when missing, kept when the broker closes
 * @param port           of the listener for services, 0 for any free port
 * @param edgeListeners  listeners whose clients come through a link emulator, one for each link
 * @param maxRecordBytes the largest record batch the broker accepts
 */
public record BrokerSettings(Path dataDirectory, int port, List<EdgeListener> edgeListeners, int maxRecordBytes) {

    /** Large enough for the raw activations of today's image models. */
    public static final int DEFAULT_MAX_RECORD_BYTES = 32 * 1024 * 1024;

    public BrokerSettings {
        Objects.requireNonNull(dataDirectory, "dataDirectory");
        edgeListeners = List.copyOf(edgeListeners);
        if (port != 0) {
            FreePorts.requirePort(port, "broker port");
        }
        if (maxRecordBytes < 1024) {
            throw new IllegalArgumentException("maxRecordBytes must be at least 1024, is " + maxRecordBytes);
        }
    }

    /** Any free port, no edge listener, records of up to {@link #DEFAULT_MAX_RECORD_BYTES}. */
    public static BrokerSettings in(Path dataDirectory) {
        return new BrokerSettings(dataDirectory, 0, List.of(), DEFAULT_MAX_RECORD_BYTES);
    }

    public BrokerSettings withPort(int newPort) {
        return new BrokerSettings(dataDirectory, newPort, edgeListeners, maxRecordBytes);
    }

    /** With one more listener for edge nodes. */
    public BrokerSettings withEdgeListener(EdgeListener listener) {
        return new BrokerSettings(
                dataDirectory,
                port,
                Stream.concat(edgeListeners.stream(), Stream.of(listener)).toList(),
                maxRecordBytes);
    }
}
