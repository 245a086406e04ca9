package dev.baton.edge.service;

import static dev.baton.edge.service.EdgeClient.output;
import static dev.baton.edge.service.EdgeClient.pictureRequest;
import static dev.baton.edge.service.EdgeClient.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.embedded.BrokerSettings;
import dev.baton.embedded.EmbeddedBroker;
import dev.baton.embedded.FreePorts;
import dev.baton.messaging.KafkaConnection;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.schemas.inference.ModelInferResponse;
import dev.baton.schemas.inference.ModelReadyRequest;
import dev.baton.schemas.inference.ServerLiveRequest;
import dev.baton.schemas.inference.ServerReadyRequest;
import dev.baton.schemas.records.Placement;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An edge node that starts before its broker, loses it, and goes on. */
@QuarkusTest
@QuarkusTestResource(value = BrokerAwayTest.NoBroker.class, restrictToAnnotatedClass = true)
class BrokerAwayTest {

    private static final Duration PATIENCE = Duration.ofSeconds(40);

    /** Settings that point to a port where nobody listens yet. */
    public static final class NoBroker implements QuarkusTestResourceLifecycleManager {

        @Override
        public Map<String, String> start() {
            try {
                return BrokerResource.settings(Files.createTempDirectory("edge-test"), "127.0.0.1:" + FreePorts.find());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void stop() {}
    }

    @ConfigProperty(name = "quarkus.grpc.server.test-port")
    int port;

    @ConfigProperty(name = "baton.edge.kafka.bootstrap-servers")
    String bootstrapServers = "";

    @TempDir
    Path directory;

    @Test
    void startsJoinsAndServesOnWithoutTheBroker() throws Exception {
        SplitPackage splitPackage = TinyModel.divide(directory, 1);
        byte[] jpeg = TinyModel.picture(2);
        try (EdgeClient client = new EdgeClient(port)) {
            assertThat(client.stub()
                            .serverLive(ServerLiveRequest.getDefaultInstance())
                            .getLive())
                    .isTrue();
            assertThat(client.stub()
                            .serverReady(ServerReadyRequest.getDefaultInstance())
                            .getReady())
                    .isFalse();
            assertThatThrownBy(
                            () -> client.stub().modelInfer(pictureRequest(jpeg).build()))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE))
                    .hasMessageContaining("the catalog has not been read yet");

            KafkaConnection connection = TestingCloud.connection(bootstrapServers);
            int brokerPort = Integer.parseInt(bootstrapServers.substring(bootstrapServers.indexOf(':') + 1));
            try (EmbeddedBroker _ = EmbeddedBroker.start(
                            BrokerSettings.in(directory.resolve("broker")).withPort(brokerPort));
                    TestingCloud cloud = new TestingCloud(connection, directory);
                    FakeTail tail = new FakeTail(connection, splitPackage)) {
                tail.awaitReading();
                cloud.publish(splitPackage);
                await(() -> client.stub()
                        .modelReady(ModelReadyRequest.newBuilder()
                                .setName(TinyModel.NAME)
                                .build())
                        .getReady());
                assertThat(client.stub()
                                .serverReady(ServerReadyRequest.getDefaultInstance())
                                .getReady())
                        .isTrue();
                cloud.plan(splitPackage, Placement.newBuilder().setSplitPoint(1).build(), "raw");
                await(() -> text(infer(client, jpeg), "baton_completed_by").equals("cloud"));
            }

            ModelInferResponse response = infer(client, jpeg);
            assertThat(text(response, "baton_placement")).isEqualTo("split:1");
            assertThat(text(response, "baton_completed_by")).isEqualTo("edge");
            assertThat(output(response, 0).shape().toString()).isEqualTo("[1, 2]");
            await(() -> text(infer(client, jpeg), "baton_reason").startsWith("the broker has acknowledged nothing"));
        }
    }

    private static ModelInferResponse infer(EdgeClient client, byte[] jpeg) {
        return client.stub().modelInfer(pictureRequest(jpeg).build());
    }

    private interface Condition {
        boolean holds();
    }

    /** Asks again and again; each question is a call that takes its time. */
    private static void await(Condition condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("not within %s", PATIENCE).isLessThan(deadline);
        }
    }
}
