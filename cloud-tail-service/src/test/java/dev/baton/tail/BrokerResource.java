package dev.baton.tail;

import dev.baton.embedded.BrokerSettings;
import dev.baton.embedded.EmbeddedBroker;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A broker for the service under test. */
public final class BrokerResource implements QuarkusTestResourceLifecycleManager {

    private @Nullable EmbeddedBroker broker;

    @Override
    public Map<String, String> start() {
        try {
            Path directory = Files.createTempDirectory("baton-tail-test");
            EmbeddedBroker started = EmbeddedBroker.start(BrokerSettings.in(directory.resolve("kafka")));
            broker = started;
            return Map.of(
                    "baton.tail.kafka.bootstrap-servers", started.bootstrapServers(),
                    "baton.tail.kafka.max-record-bytes", Integer.toString(8 << 20),
                    "baton.tail.package-directory",
                            directory.resolve("packages").toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {
        if (broker != null) {
            broker.close();
        }
    }
}
