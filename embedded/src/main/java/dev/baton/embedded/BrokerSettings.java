package dev.baton.embedded;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * What an {@link EmbeddedBroker} needs to know.
 *
 * @param dataDirectory  where topics live; created when missing, kept when the broker closes
 * @param port           of the listener for services, 0 for any free port
 * @param edgeListener   the listener whose clients come through a link emulator, if there is one
 * @param maxRecordBytes the largest record batch the broker accepts
 */
public record BrokerSettings(Path dataDirectory, int port, Optional<EdgeListener> edgeListener, int maxRecordBytes) {

    /** Large enough for the raw activations of today's image models. */
    public static final int DEFAULT_MAX_RECORD_BYTES = 32 * 1024 * 1024;

    public BrokerSettings {
        Objects.requireNonNull(dataDirectory, "dataDirectory");
        Objects.requireNonNull(edgeListener, "edgeListener");
        if (port != 0) {
            FreePorts.requirePort(port, "broker port");
        }
        if (maxRecordBytes < 1024) {
            throw new IllegalArgumentException("maxRecordBytes must be at least 1024, is " + maxRecordBytes);
        }
    }

    /** Any free port, no edge listener, records of up to {@link #DEFAULT_MAX_RECORD_BYTES}. */
    public static BrokerSettings in(Path dataDirectory) {
        return new BrokerSettings(dataDirectory, 0, Optional.empty(), DEFAULT_MAX_RECORD_BYTES);
    }

    public BrokerSettings withPort(int newPort) {
        return new BrokerSettings(dataDirectory, newPort, edgeListener, maxRecordBytes);
    }

    public BrokerSettings withEdgeListener(EdgeListener listener) {
        return new BrokerSettings(dataDirectory, port, Optional.of(listener), maxRecordBytes);
    }
}
