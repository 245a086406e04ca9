package dev.baton.orchestrator.service;

import dev.baton.embedded.BrokerSettings;
import dev.baton.embedded.EmbeddedBroker;
import dev.baton.embedded.EmbeddedRedis;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A real broker and a real Redis around the tests of the service. */
public final class BrokerAndRedis implements QuarkusTestResourceLifecycleManager {
    private @Nullable EmbeddedBroker broker;
    private @Nullable EmbeddedRedis redis;

    @Override
    public Map<String, String> start() {
        Path directory = temporaryDirectory();
        EmbeddedBroker startedBroker = EmbeddedBroker.start(BrokerSettings.in(directory.resolve("kafka")));
        EmbeddedRedis startedRedis = EmbeddedRedis.start(directory.resolve("redis"), 0);
        broker = startedBroker;
        redis = startedRedis;
        return Map.of(
                "quarkus.http.test-port",
                "0",
                "baton.orchestrator.data-directory",
                directory.resolve("data").toString(),
                "baton.orchestrator.kafka.bootstrap-servers",
                startedBroker.bootstrapServers(),
                "quarkus.redis.hosts",
                startedRedis.uri());
    }

    static Path temporaryDirectory() {
        try {
            return Files.createTempDirectory("orchestrator-test");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void stop() {
        if (redis != null) {
            redis.close();
        }
        if (broker != null) {
            broker.close();
        }
    }
}
