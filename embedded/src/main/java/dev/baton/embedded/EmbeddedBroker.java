package dev.baton.embedded;

/** A real Kafka broker (KRaft mode, broker and controller in one) inside this process, reachable from this machine only. */
@SuppressWarnings("DoNotCallSuggester")
public final class EmbeddedBroker implements AutoCloseable {

    private EmbeddedBroker() {}

    /**
     * Starts the broker and waits until it serves.
     *
     * @throws PortTakenException when something else listens on one of its ports
     */
    public static EmbeddedBroker start(BrokerSettings settings) {
        throw new UnsupportedOperationException();
    }

    /** {@code bootstrap.servers} for services beside the broker. */
    public String bootstrapServers() {
        throw new UnsupportedOperationException();
    }

    /**
     * {@code bootstrap.servers} for edge nodes: the advertised address of the edge listener.
     *
     * @throws IllegalStateException when the settings name no edge listener
     */
    public String edgeBootstrapServers() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
