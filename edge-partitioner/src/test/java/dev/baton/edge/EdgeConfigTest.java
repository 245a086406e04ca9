package dev.baton.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.openinference.grpc.StreamSettings;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class EdgeConfigTest {

    @Test
    void defaults() {
        EdgeConfig config = read(Map.of());
        assertThat(config.id()).isEmpty();
        assertThat(config.kafka().bootstrapServers()).isEqualTo("localhost:9092");
        assertThat(config.kafka().maxRecordBytes()).isEqualTo(32 * 1024 * 1024);
        assertThat(config.kafka().extra()).isEmpty();
        assertThat(config.packageDirectory()).isEqualTo(Path.of(".baton/edge"));
        assertThat(config.maxPackageBytes()).isEmpty();
        assertThat(config.wholePackageBelowBytes()).isEqualTo(64L << 20);
        assertThat(config.replyPartition()).isEmpty();
        assertThat(config.inference().device()).isEqualTo("cpu");
        assertThat(config.inference().intraOpThreads()).isEmpty();
        assertThat(config.inference().workers()).isEqualTo(1);
        assertThat(config.inference().queueCapacity()).isEqualTo(64);
        assertThat(config.cloudTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.breaker().failures()).isEqualTo(3);
        assertThat(config.breaker().firstPause()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.breaker().longestPause()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.pendingRequests()).isEqualTo(256);
        assertThat(config.emulatedSlowdown()).isEqualTo(1.0);
        assertThat(config.measurementWindow()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.deviceProfile()).isEmpty();
        assertThat(config.exploration().enabled()).isTrue();
        assertThat(config.exploration().timeShare()).isEqualTo(0.02);
        assertThat(config.exploration().codecShare()).isEqualTo(0.01);
        assertThat(config.exploration().codecAtLeast()).isEqualTo(Duration.ofMinutes(1));
        assertThat(config.exploration().headsStaleAfter()).isEqualTo(Duration.ofMinutes(1));
        assertThat(config.exploration().leastBattery()).isEqualTo(0.2);
        assertThat(config.serving().streamWindow()).isEqualTo(8);
        assertThat(config.serving().streamOrder()).isEqualTo(StreamSettings.Order.IN_ORDER);
        assertThat(config.serving().streamWhenFull()).isEqualTo(StreamSettings.WhenFull.WAIT);
        assertThat(config.serving().busyIsUnavailable()).isFalse();
    }

    @Test
    void names() {
        EdgeConfig config = read(Map.ofEntries(
                Map.entry("baton.edge.id", "camera-7"),
                Map.entry("baton.edge.kafka.bootstrap-servers", "a:1,b:2"),
                Map.entry("baton.edge.kafka.max-record-bytes", "1048576"),
                Map.entry("baton.edge.kafka.extra.\"security.protocol\"", "SSL"),
                Map.entry("baton.edge.package-directory", "/var/lib/baton"),
                Map.entry("baton.edge.max-package-bytes", "5000000000"),
                Map.entry("baton.edge.whole-package-below-bytes", "0"),
                Map.entry("baton.edge.reply-partition", "5"),
                Map.entry("baton.edge.inference.device", "gpu:1"),
                Map.entry("baton.edge.inference.intra-op-threads", "3"),
                Map.entry("baton.edge.inference.workers", "2"),
                Map.entry("baton.edge.inference.queue-capacity", "7"),
                Map.entry("baton.edge.serving.stream-window", "3"),
                Map.entry("baton.edge.serving.stream-order", "as-ready"),
                Map.entry("baton.edge.serving.stream-when-full", "drop-oldest"),
                Map.entry("baton.edge.serving.busy-is-unavailable", "true"),
                Map.entry("baton.edge.cloud-timeout", "250ms"),
                Map.entry("baton.edge.breaker.failures", "5"),
                Map.entry("baton.edge.breaker.first-pause", "200ms"),
                Map.entry("baton.edge.breaker.longest-pause", "30s"),
                Map.entry("baton.edge.pending-requests", "9"),
                Map.entry("baton.edge.emulated-slowdown", "8"),
                Map.entry("baton.edge.measurement-window", "2s"),
                Map.entry("baton.edge.device-profile", "raspberry-pi-4"),
                Map.entry("baton.edge.exploration.enabled", "false"),
                Map.entry("baton.edge.exploration.time-share", "0.1"),
                Map.entry("baton.edge.exploration.codec-share", "0.5"),
                Map.entry("baton.edge.exploration.codec-at-least", "5s"),
                Map.entry("baton.edge.exploration.heads-stale-after", "3s"),
                Map.entry("baton.edge.exploration.least-battery", "0.5")));
        assertThat(config.id()).contains("camera-7");
        assertThat(config.kafka().bootstrapServers()).isEqualTo("a:1,b:2");
        assertThat(config.kafka().maxRecordBytes()).isEqualTo(1_048_576);
        assertThat(config.kafka().extra()).containsExactly(Map.entry("security.protocol", "SSL"));
        assertThat(config.packageDirectory()).isEqualTo(Path.of("/var/lib/baton"));
        assertThat(config.maxPackageBytes()).hasValue(5_000_000_000L);
        assertThat(config.wholePackageBelowBytes()).isZero();
        assertThat(config.replyPartition()).hasValue(5);
        assertThat(config.inference().device()).isEqualTo("gpu:1");
        assertThat(config.inference().intraOpThreads()).hasValue(3);
        assertThat(config.inference().workers()).isEqualTo(2);
        assertThat(config.inference().queueCapacity()).isEqualTo(7);
        assertThat(config.serving().streamWindow()).isEqualTo(3);
        assertThat(config.serving().streamOrder()).isEqualTo(StreamSettings.Order.AS_READY);
        assertThat(config.serving().streamWhenFull()).isEqualTo(StreamSettings.WhenFull.DROP_OLDEST);
        assertThat(config.serving().busyIsUnavailable()).isTrue();
        assertThat(config.cloudTimeout()).isEqualTo(Duration.ofMillis(250));
        assertThat(config.breaker().failures()).isEqualTo(5);
        assertThat(config.breaker().firstPause()).isEqualTo(Duration.ofMillis(200));
        assertThat(config.breaker().longestPause()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.pendingRequests()).isEqualTo(9);
        assertThat(config.emulatedSlowdown()).isEqualTo(8.0);
        assertThat(config.measurementWindow()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.deviceProfile()).contains("raspberry-pi-4");
        assertThat(config.exploration().enabled()).isFalse();
        assertThat(config.exploration().timeShare()).isEqualTo(0.1);
        assertThat(config.exploration().codecShare()).isEqualTo(0.5);
        assertThat(config.exploration().codecAtLeast()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.exploration().headsStaleAfter()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.exploration().leastBattery()).isEqualTo(0.5);
    }

    @Test
    void replyPartitionComesFromTheIdUnlessSet() {
        EdgeIdentity camera = EdgeIdentity.of(read(Map.of("baton.edge.id", "camera-7")));
        assertThat(camera.replyPartition()).isEqualTo(Math.floorMod("camera-7".hashCode(), 64));
        assertThat(EdgeIdentity.of(read(Map.of("baton.edge.id", "camera-7", "baton.edge.reply-partition", "63"))))
                .isEqualTo(new EdgeIdentity("camera-7", 63));
    }

    @Test
    void refusesAnIdThatCannotBePartOfAKey() {
        assertThatThrownBy(() -> new EdgeIdentity("a/b", 0)).hasMessageContaining("'a/b'");
        assertThatThrownBy(() -> new EdgeIdentity("a", 64)).hasMessageContaining("expected 0 to 63");
    }

    private static EdgeConfig read(Map<String, String> settings) {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(EdgeConfig.class)
                .withDefaultValues(settings)
                .build();
        return config.getConfigMapping(EdgeConfig.class);
    }
}
