package dev.baton.orchestrator.service;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.baton.embedded.BrokerSettings;
import dev.baton.embedded.EmbeddedBroker;
import dev.baton.embedded.EmbeddedRedis;
import dev.baton.embedded.FreePorts;
import dev.baton.messaging.CompactedTable;
import dev.baton.messaging.KafkaConnection;
import dev.baton.messaging.Topics;
import dev.baton.schemas.records.Plan;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The service starts alone, says what is missing, and joins broker and Redis when they come. */
@QuarkusTest
@TestProfile(LateBrokerTest.Alone.class)
class LateBrokerTest {
    @Inject
    KafkaConnection kafka;

    /** Addresses at which nothing listens yet. */
    public static final class Alone implements QuarkusTestProfile {
        static final Path DIRECTORY = BrokerAndRedis.temporaryDirectory();
        static final int KAFKA = FreePorts.find();
        static final int REDIS = FreePorts.find();

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "quarkus.http.test-port",
                    "0",
                    "baton.orchestrator.data-directory",
                    DIRECTORY.resolve("data").toString(),
                    "baton.orchestrator.kafka.bootstrap-servers",
                    "127.0.0.1:" + KAFKA,
                    "quarkus.redis.hosts",
                    "redis://127.0.0.1:" + REDIS);
        }
    }

    @Test
    void theServiceStartsAloneAndJoinsLater() throws InterruptedException {
        given().get("/q/health/live").then().statusCode(200);
        given().get("/q/health/ready")
                .then()
                .statusCode(503)
                .body("status", equalTo("DOWN"))
                .body(
                        "checks.find { it.name == 'broker' }.data.missing",
                        containsString("the broker at 127.0.0.1:" + Alone.KAFKA + " does not answer"))
                .body(
                        "checks.find { it.name == 'broker' }.data.missing",
                        containsString("the catalog has not been read yet"));
        given().get("/api/fleet").then().statusCode(200);
        given().get("/api/models")
                .then()
                .statusCode(503)
                .contentType("application/problem+json")
                .header("Retry-After", "5");
        given().get("/api/plans").then().statusCode(503).contentType("application/problem+json");
        given().multiPart("model", "m.onnx", TestingModels.convolutional())
                .post("/api/models/early")
                .then()
                .statusCode(503)
                .contentType("application/problem+json");

        try (EmbeddedBroker broker = EmbeddedBroker.start(
                BrokerSettings.in(Alone.DIRECTORY.resolve("kafka")).withPort(Alone.KAFKA))) {
            assertThat(broker.bootstrapServers()).endsWith(":" + Alone.KAFKA);
            Awaiting.ready();
            planWithoutRedis();
            try (EmbeddedRedis redis = EmbeddedRedis.start(Alone.DIRECTORY.resolve("redis"), Alone.REDIS)) {
                assertThat(redis.port()).isEqualTo(Alone.REDIS);
                given().contentType("application/json")
                        .body("{\"placement\": \"edge-only\"}")
                        .put("/api/plans/edge-late/early/pin")
                        .then()
                        .statusCode(200);
                Awaiting.until(
                        "the history of plans",
                        () -> given().get("/api/plans/edge-late/early/history").statusCode() == 200
                                ? Optional.of(true)
                                : Optional.empty());
            }
        }
    }

    private void planWithoutRedis() throws InterruptedException {
        String version = given().multiPart("model", "m.onnx", TestingModels.convolutional())
                .post("/api/models/early")
                .then()
                .statusCode(201)
                .extract()
                .path("version");
        try (SimulatedNodes nodes = new SimulatedNodes(kafka, "edge-late", "early", version, 4);
                CompactedTable<Plan> plans =
                        CompactedTable.start(kafka, "test", Topics.PLANS, Plan::parseFrom, (key, plan) -> {})) {
            Awaiting.until("a plan without Redis", () -> {
                nodes.tailWindow();
                nodes.edgeWindow(100);
                return plans.get("edge-late/early");
            });
        }
        given().get("/api/plans/edge-late/early").then().statusCode(200);
        given().get("/api/plans/edge-late/early/history")
                .then()
                .statusCode(200)
                .body("[-1].trigger", equalTo("first plan")); // read back from the broker
        given().get("/q/health/ready")
                .then()
                .statusCode(200)
                .body("checks.find { it.name == 'redis' }.data.missing", containsString("Redis does not answer"));
    }
}
