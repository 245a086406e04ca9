package dev.baton.tail;

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

/** A broker and Redis for the service under test. */
public final class BrokerResource implements QuarkusTestResourceLifecycleManager {

    private @Nullable EmbeddedBroker broker;
    private @Nullable EmbeddedRedis redis;

    @Override
    public Map<String, String> start() {
        try {
            Path directory = Files.createTempDirectory("baton-tail-test");
            EmbeddedBroker started = EmbeddedBroker.start(BrokerSettings.in(directory.resolve("kafka")));
            broker = started;
            EmbeddedRedis counts = EmbeddedRedis.start(directory.resolve("redis"), 0);
            redis = counts;
            return Map.of(
                    "baton.tail.kafka.bootstrap-servers", started.bootstrapServers(),
                    "baton.tail.kafka.max-record-bytes", Integer.toString(8 << 20),
                    "baton.tail.package-directory",
                            directory.resolve("packages").toString(),
                    "quarkus.redis.hosts", "redis://127.0.0.1:" + counts.port());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
