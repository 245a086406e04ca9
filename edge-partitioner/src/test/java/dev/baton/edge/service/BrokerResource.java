package dev.baton.edge.service;

import dev.baton.embedded.BrokerSettings;
import dev.baton.embedded.EmbeddedBroker;
import dev.baton.embedded.FreePorts;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A broker, and settings for an edge node that uses it. */
public final class BrokerResource implements QuarkusTestResourceLifecycleManager {

    static final String EDGE = "test-edge";
    static final int REPLY_PARTITION = 11;

    /** Less than usual: client, server and broker share the test's memory. */
    static final int MAX_MESSAGE_BYTES = 40 << 20;

    private @Nullable EmbeddedBroker broker;

    @Override
    public Map<String, String> start() {
        try {
            Path directory = Files.createTempDirectory("edge-test");
            broker = EmbeddedBroker.start(BrokerSettings.in(directory.resolve("broker")));
            return settings(directory, broker.bootstrapServers());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Map<String, String> settings(Path directory, String bootstrapServers) {
        return Map.of(
                "baton.edge.id",
                EDGE,
                "baton.edge.kafka.bootstrap-servers",
                bootstrapServers,
                "baton.edge.package-directory",
                directory.resolve("edge").toString(),
                "baton.edge.reply-partition",
                Integer.toString(REPLY_PARTITION),
                "baton.edge.measurement-window",
                "200ms",
                "baton.edge.cloud-timeout",
                "2s",
                "baton.edge.device-profile",
                "raspberry-pi-4",
                "quarkus.grpc.server.max-inbound-message-size",
                Integer.toString(MAX_MESSAGE_BYTES),
                "quarkus.grpc.server.test-port",
                Integer.toString(FreePorts.find()));
    }

    @Override
    public void stop() {
        if (broker != null) {
            broker.close();
        }
    }
}
