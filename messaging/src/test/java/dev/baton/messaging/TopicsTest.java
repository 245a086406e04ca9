package dev.baton.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.baton.embedded.FreePorts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
final class TopicsTest {
    @Test
    void creationMayBeRepeated(@TempDir Path directory) throws Exception {
        try (TestingBroker broker = TestingBroker.start(directory, 0);
                Admin admin = Admin.create(ClientSettings.admin(broker.connection(), "testing"))) {
            List<NewTopic> topics = new ArrayList<>(Topics.shared(TestingBroker.MAX_RECORD_BYTES));
            Topics.ensure(admin, topics, TestingBroker.TIMEOUT);
            topics.add(Topics.activationsOf("gauge", TestingBroker.MAX_RECORD_BYTES));
            Topics.ensure(admin, topics, TestingBroker.TIMEOUT);

            assertThat(topics).hasSize(9);
            try (Producer<String, byte[]> producer =
                    new KafkaProducer<>(ClientSettings.controlProducer(broker.connection(), "testing"))) {
                for (NewTopic topic : topics) { // waits until the broker shows the topic
                    assertThat(producer.partitionsFor(topic.name())).hasSize(topic.numPartitions());
                }
                assertThat(producer.partitionsFor("baton.activations.gauge")).hasSize(32);
                assertThat(producer.partitionsFor("baton.results")).hasSize(64);
            }
            assertThat(configuration(admin, Topics.PLANS).get("cleanup.policy").value())
                    .isEqualTo("compact");
            assertThat(configuration(admin, Topics.MODELS).get("cleanup.policy").value())
                    .isEqualTo("compact");
            assertThat(configuration(admin, Topics.RESULTS)
                            .get("max.message.bytes")
                            .value())
                    .isEqualTo(Integer.toString(TestingBroker.MAX_RECORD_BYTES));
        }
    }

    private static Config configuration(Admin admin, String topic) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return Objects.requireNonNull(admin.describeConfigs(List.of(resource))
                .all()
                .get(60, TimeUnit.SECONDS)
                .get(resource));
    }

    @Test
    void anAbsentBrokerIsSaid() {
        KafkaConnection nobody = TestingBroker.connection("127.0.0.1:" + FreePorts.find());
        try (Admin admin = Admin.create(ClientSettings.admin(nobody, "testing"))) {
            assertThatExceptionOfType(KafkaException.class)
                    .isThrownBy(() ->
                            Topics.ensure(admin, Topics.shared(TestingBroker.MAX_RECORD_BYTES), Duration.ofMillis(300)))
                    .withMessageContaining("could not be created");
        }
    }

    @Test
    void aModelsTopicCarriesItsName() {
        assertThat(Topics.activations("gauge-2.1_b")).isEqualTo("baton.activations.gauge-2.1_b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "with space", "ü", "line\nbreak"})
    void aNameThatIsNoPartOfATopicIsRefused(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Topics.activations(name))
                .withMessageContaining("'" + name + "'");
    }

    @Test
    void aNameMayHave100Characters() {
        assertThat(Topics.requireModelName("m".repeat(100))).hasSize(100);
        assertThatIllegalArgumentException().isThrownBy(() -> Topics.requireModelName("m".repeat(101)));
    }
}
