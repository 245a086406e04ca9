package dev.baton.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class OrchestratorConfigTest {
    private static OrchestratorConfig config(Map<String, String> properties) {
        return new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 100, new DurationConverter())
                .withMapping(OrchestratorConfig.class)
                .withSources(new PropertiesConfigSource(properties, "test", 100))
                .build()
                .getConfigMapping(OrchestratorConfig.class);
    }

    @Test
    void defaultsAreThoseOfTheDocumentation() {
        OrchestratorConfig config = config(Map.of());

        assertThat(config.dataDirectory()).isEqualTo(Path.of(".baton/orchestrator"));
        assertThat(config.advertisedUrl()).isEmpty();
        assertThat(config.kafka().bootstrapServers()).isEqualTo("127.0.0.1:9092");
        assertThat(config.kafka().maxRecordBytes()).isEqualTo(32 << 20);
        assertThat(config.kafka().retryInterval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.kafka().timeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.kafka().extra()).isEmpty();
        assertThat(config.imports().maxBytes()).isEqualTo(4L << 30);
        assertThat(config.imports().maxSplitPoints()).isEqualTo(8);
        assertThat(config.imports().concurrent()).isEqualTo(2);
        assertThat(config.fleet().staleAfter()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.fleet().forgetAfter()).isEqualTo(Duration.ofHours(1));
        assertThat(config.fleet().maxNodes()).isEqualTo(100_000);
        assertThat(config.planning().period()).isEqualTo(Duration.ofMillis(500));
        assertThat(config.planning().maxCodecError()).isEqualTo(0.01);
        assertThat(config.planning().leastAgreement()).isEqualTo(0.99);
        assertThat(config.planning().switchesPerMinute()).isEqualTo(6);
        assertThat(config.planning().largeGainRelative()).isEqualTo(0.1);
        assertThat(config.planning().largeGainAbsolute()).isEqualTo(Duration.ofMillis(1));
        assertThat(config.planning().pricePerTailSecond()).isEqualTo(1);
        assertThat(config.planning().currency()).isEqualTo("tail seconds");
        assertThat(config.planning().devices()).isEmpty();
        assertThat(config.replica()).isEmpty();
        assertThat(config.planning().brokerPrior()).isEqualTo(Duration.ofMillis(3));
        assertThat(config.inference().device()).isEqualTo("cpu");
        assertThat(config.inference().intraOpThreads()).isEqualTo(2);
    }

    @Test
    void namesAreThoseOfTheDocumentation() {
        OrchestratorConfig config = config(Map.ofEntries(
                Map.entry("baton.orchestrator.data-directory", "/var/baton"),
                Map.entry("baton.orchestrator.advertised-url", "https://baton.example"),
                Map.entry("baton.orchestrator.kafka.bootstrap-servers", "broker:1234"),
                Map.entry("baton.orchestrator.kafka.max-record-bytes", "1048576"),
                Map.entry("baton.orchestrator.kafka.retry-interval", "2s"),
                Map.entry("baton.orchestrator.kafka.timeout", "3s"),
                Map.entry("baton.orchestrator.kafka.extra.\"security.protocol\"", "SSL"),
                Map.entry("baton.orchestrator.import.max-bytes", "5"),
                Map.entry("baton.orchestrator.import.max-split-points", "6"),
                Map.entry("baton.orchestrator.import.concurrent", "7"),
                Map.entry("baton.orchestrator.fleet.stale-after", "8s"),
                Map.entry("baton.orchestrator.fleet.forget-after", "9m"),
                Map.entry("baton.orchestrator.fleet.max-nodes", "10"),
                Map.entry("baton.orchestrator.planning.period", "11ms"),
                Map.entry("baton.orchestrator.planning.max-codec-error", "0.12"),
                Map.entry("baton.orchestrator.planning.large-gain-relative", "0.13"),
                Map.entry("baton.orchestrator.planning.large-gain-absolute", "14ms"),
                Map.entry("baton.orchestrator.planning.least-agreement", "0.98"),
                Map.entry("baton.orchestrator.planning.switches-per-minute", "4"),
                Map.entry("baton.orchestrator.planning.price-per-tail-second", "0.0002"),
                Map.entry("baton.orchestrator.planning.currency", "EUR"),
                Map.entry("baton.orchestrator.planning.devices", "/etc/baton/devices"),
                Map.entry("baton.orchestrator.replica", "planner-2"),
                Map.entry("baton.orchestrator.planning.broker-prior", "15ms"),
                Map.entry("baton.orchestrator.inference.device", "gpu:0"),
                Map.entry("baton.orchestrator.inference.intra-op-threads", "4")));

        assertThat(config.dataDirectory()).isEqualTo(Path.of("/var/baton"));
        assertThat(config.advertisedUrl()).contains(URI.create("https://baton.example"));
        assertThat(config.kafka().bootstrapServers()).isEqualTo("broker:1234");
        assertThat(config.kafka().maxRecordBytes()).isEqualTo(1 << 20);
        assertThat(config.kafka().retryInterval()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.kafka().timeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.kafka().extra()).containsExactly(Map.entry("security.protocol", "SSL"));
        assertThat(config.imports().maxBytes()).isEqualTo(5);
        assertThat(config.imports().maxSplitPoints()).isEqualTo(6);
        assertThat(config.imports().concurrent()).isEqualTo(7);
        assertThat(config.fleet().staleAfter()).isEqualTo(Duration.ofSeconds(8));
        assertThat(config.fleet().forgetAfter()).isEqualTo(Duration.ofMinutes(9));
        assertThat(config.fleet().maxNodes()).isEqualTo(10);
        assertThat(config.planning().period()).isEqualTo(Duration.ofMillis(11));
        assertThat(config.planning().maxCodecError()).isEqualTo(0.12);
        assertThat(config.planning().largeGainRelative()).isEqualTo(0.13);
        assertThat(config.planning().largeGainAbsolute()).isEqualTo(Duration.ofMillis(14));
        assertThat(config.planning().leastAgreement()).isEqualTo(0.98);
        assertThat(config.planning().switchesPerMinute()).isEqualTo(4);
        assertThat(config.planning().pricePerTailSecond()).isEqualTo(0.0002);
        assertThat(config.planning().currency()).isEqualTo("EUR");
        assertThat(config.planning().devices()).contains(Path.of("/etc/baton/devices"));
        assertThat(config.replica()).contains("planner-2");
        assertThat(config.planning().brokerPrior()).isEqualTo(Duration.ofMillis(15));
        assertThat(config.inference().device()).isEqualTo("gpu:0");
        assertThat(config.inference().intraOpThreads()).isEqualTo(4);
    }
}
