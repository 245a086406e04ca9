package dev.baton.tail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.tail.batch.BatchSettings.Limits;
import dev.baton.tail.batch.WhenFull;
import dev.baton.tail.quota.QuotaSettings;
import dev.baton.tail.quota.QuotaSettings.Limit;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TailConfigTest {

    @Test
    void defaults() {
        TailConfig config = config(Map.of());
        assertThat(config.id()).isEmpty();
        assertThat(config.group()).isEqualTo("baton-tails");
        assertThat(config.packageDirectory()).isEqualTo(Path.of(".baton/tail-packages"));
        assertThat(config.maxPollRecords()).isEqualTo(8);
        assertThat(config.maxTensorBytes()).isEqualTo(256 << 20);
        assertThat(config.drain()).isEqualTo(Duration.ofSeconds(60));
        assertThat(config.loadRetryDelay()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.loadingPatience()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.measurementWindow()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.stopTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.kafka().bootstrapServers()).isEqualTo("localhost:9092");
        assertThat(config.kafka().maxRecordBytes()).isEqualTo(32 << 20);
        assertThat(config.kafka().extra()).isEmpty();
        assertThat(config.inference().device()).isEqualTo("cpu");
        assertThat(config.inference().intraOpThreads()).isEmpty();
        assertThat(config.inference().workers()).isEqualTo(1);
        assertThat(config.serving().streamWindow()).isEqualTo(8);
        assertThat(config.serving().busyIsUnavailable()).isFalse();
    }

    @Test
    void batchesHaveDefaults() {
        TailConfig config = config(Map.of());
        assertThat(config.maxInHand()).isEqualTo(256);
        assertThat(config.maxInHandBytes()).isEqualTo(128 << 20);
        assertThat(config.batching().capacity()).isEqualTo(64);
        assertThat(config.batching().capacityBytes()).isEqualTo(256 << 20);
        assertThat(config.batching().whenFull()).isEqualTo(WhenFull.SHED_LATEST_DEADLINE);
        assertThat(config.batching().limits("gauge", 3)).isEqualTo(new Limits(16, Duration.ofMillis(5)));
    }

    @Test
    void nobodyHasAQuotaAndPrioritiesHaveThreeLevels() {
        TailConfig config = config(Map.of());
        assertThat(config.quotas().settings()).isEqualTo(new QuotaSettings(Map.of(), Map.of(), true));
        assertThat(config.batching().priorityLevels()).isEqualTo(3);
        assertThat(config.batching().defaultPriority()).isEqualTo(2);
    }

    @Test
    void quotasAreByNameOrForEachThatIsNotNamed() {
        QuotaSettings quotas = config(Map.of(
                        "baton.tail.quotas.when-unavailable", "closed",
                        "baton.tail.quotas.edge-nodes.\"*\".per-second", "2.5",
                        "baton.tail.quotas.tenants.\"acme\".per-second", "100",
                        "baton.tail.quotas.tenants.\"acme\".burst", "500"))
                .quotas()
                .settings();
        assertThat(quotas)
                .isEqualTo(
                        new QuotaSettings(Map.of("*", new Limit(2.5, 3)), Map.of("acme", new Limit(100, 500)), false));
    }

    @Test
    void batchesOfASplitPointMayDifferFromThoseOfItsModelAndThoseFromAllOthers() {
        BatchingConfig batching = config(Map.of(
                        "baton.tail.batching.max-batch", "4",
                        "baton.tail.batching.max-delay", "1ms",
                        "baton.tail.batching.when-full", "refuse-new",
                        "baton.tail.batching.models.\"gauge\".max-batch", "8",
                        "baton.tail.batching.models.\"gauge\".split-points.\"3\".max-delay", "0s"))
                .batching();
        assertThat(batching.whenFull()).isEqualTo(WhenFull.REFUSE_NEW);
        assertThat(batching.limits("squeezenet", 3)).isEqualTo(new Limits(4, Duration.ofMillis(1)));
        assertThat(batching.limits("gauge", 2)).isEqualTo(new Limits(8, Duration.ofMillis(1)));
        assertThat(batching.limits("gauge", 3)).isEqualTo(new Limits(8, Duration.ZERO));
    }

    @Test
    void names() {
        TailConfig config = config(Map.ofEntries(
                Map.entry("baton.tail.id", "tail-7"),
                Map.entry("baton.tail.group", "others"),
                Map.entry("baton.tail.package-directory", "/var/lib/baton"),
                Map.entry("baton.tail.max-poll-records", "2"),
                Map.entry("baton.tail.max-tensor-bytes", "1024"),
                Map.entry("baton.tail.drain", "5s"),
                Map.entry("baton.tail.load-retry-delay", "1s"),
                Map.entry("baton.tail.loading-patience", "100ms"),
                Map.entry("baton.tail.measurement-window", "2s"),
                Map.entry("baton.tail.stop-timeout", "3s"),
                Map.entry("baton.tail.kafka.bootstrap-servers", "broker:1234"),
                Map.entry("baton.tail.kafka.max-record-bytes", "1048576"),
                Map.entry("baton.tail.kafka.extra.\"security.protocol\"", "SSL"),
                Map.entry("baton.tail.serving.stream-window", "2"),
                Map.entry("baton.tail.serving.busy-is-unavailable", "true"),
                Map.entry("baton.tail.inference.device", "gpu:1"),
                Map.entry("baton.tail.inference.intra-op-threads", "3"),
                Map.entry("baton.tail.inference.workers", "2")));
        assertThat(config.serving().streamWindow()).isEqualTo(2);
        assertThat(config.serving().busyIsUnavailable()).isTrue();
        assertThat(config.id()).hasValue("tail-7");
        assertThat(config.group()).isEqualTo("others");
        assertThat(config.packageDirectory()).isEqualTo(Path.of("/var/lib/baton"));
        assertThat(config.maxPollRecords()).isEqualTo(2);
        assertThat(config.maxTensorBytes()).isEqualTo(1024);
        assertThat(config.drain()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.loadRetryDelay()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.loadingPatience()).isEqualTo(Duration.ofMillis(100));
        assertThat(config.measurementWindow()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.stopTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.kafka().bootstrapServers()).isEqualTo("broker:1234");
        assertThat(config.kafka().maxRecordBytes()).isEqualTo(1 << 20);
        assertThat(config.kafka().extra()).isEqualTo(Map.of("security.protocol", "SSL"));
        assertThat(config.inference().device()).isEqualTo("gpu:1");
        assertThat(config.inference().intraOpThreads()).hasValue(3);
        assertThat(config.inference().workers()).isEqualTo(2);
    }

    private static TailConfig config(Map<String, String> values) {
        return new SmallRyeConfigBuilder()
                .withMapping(TailConfig.class)
                .withConverter(Duration.class, 200, new DurationConverter())
                .withSources(new PropertiesConfigSource(values, "test", 100))
                .build()
                .getConfigMapping(TailConfig.class);
    }
}
