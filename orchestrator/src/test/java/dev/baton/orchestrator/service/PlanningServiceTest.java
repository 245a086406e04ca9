package dev.baton.orchestrator.service;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.startsWith;

import dev.baton.messaging.CompactedTable;
import dev.baton.messaging.KafkaConnection;
import dev.baton.messaging.Topics;
import dev.baton.schemas.records.Placement.ChoiceCase;
import dev.baton.schemas.records.Plan;
import io.quarkus.redis.datasource.RedisDataSource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ExtractableResponse;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

@QuarkusTest
@WithTestResource(BrokerAndRedis.class)
@SuppressWarnings("NullAway.Init") // set before each test
class PlanningServiceTest {
    @Inject
    KafkaConnection kafka;

    @Inject
    RedisDataSource redis;

    private final BlockingQueue<Plan> plans = new LinkedBlockingQueue<>();
    private String edge;
    private SimulatedNodes nodes;
    private CompactedTable<Plan> table;

    @BeforeEach
    void begin(TestInfo test) throws Exception {
        Awaiting.ready();
        ExtractableResponse<Response> model = given().multiPart("model", "m.onnx", TestingModels.convolutional())
                .multiPart("description", TestingModels.description())
                .multiPart("sample", "s.jpg", TestingModels.picture())
                .post("/api/models/planned")
                .then()
                .extract();
        edge = "edge-" + test.getTestMethod().orElseThrow().getName();
        int splitPoints = model.<List<?>>path("splitPoints").size();
        nodes = new SimulatedNodes(kafka, edge, "planned", model.path("version"), splitPoints - 1);
        table = CompactedTable.start(kafka, "test", Topics.PLANS, Plan::parseFrom, (key, plan) -> plan.filter(
                        found -> key.equals(edge + "/planned"))
                .ifPresent(plans::add));
    }

    @AfterEach
    void end() {
        table.close();
        nodes.close();
    }

    /** Measures on until a plan comes that is {@code wanted}. */
    private Plan planAt(double megabits, Predicate<Plan> wanted) throws InterruptedException {
        return Awaiting.until("a plan at %s Mbit/s".formatted(megabits), () -> {
            nodes.tailWindow();
            nodes.edgeWindow(megabits);
            try {
                Plan plan = plans.poll(300, TimeUnit.MILLISECONDS);
                return Optional.ofNullable(plan).filter(wanted);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", interrupted);
            }
        });
    }

    private static Predicate<Plan> placed(ChoiceCase choice) {
        return plan -> plan.getPlacement().getChoiceCase() == choice;
    }

    private static void isProblem(ValidatableResponse response, int status) {
        response.statusCode(status).contentType("application/problem+json").body("status", equalTo(status));
    }

    @Test
    void plansFollowTheLink() throws InterruptedException {
        Plan cloud = planAt(100, placed(ChoiceCase.CLOUD_ONLY));
        Plan split = planAt(8, placed(ChoiceCase.SPLIT_POINT));
        Plan local = planAt(1, placed(ChoiceCase.EDGE_ONLY));

        assertThat(split.getPlacement().getSplitPoint()).isEqualTo(1);
        assertThat(split.getEpoch()).isGreaterThan(cloud.getEpoch());
        assertThat(local.getEpoch()).isGreaterThan(split.getEpoch());
        assertThat(split.getReason())
                .startsWith("split:1 with ")
                .contains("cloud-only", "uplink of 60 KB at 8.0 Mbit/s", "edge-only", "head takes 60 ms");
        assertThat(split.getAlternativesList()).as("the chosen one alone").hasSize(1);
        assertThat(split.getAlternatives(0).getTermsList())
                .extracting(dev.baton.schemas.records.Term::getName)
                .containsExactly(
                        "preprocess",
                        "head",
                        "encode",
                        "uplink",
                        "round trip",
                        "broker",
                        "tail queue",
                        "decode",
                        "tail",
                        "result",
                        "other");
    }

    @Test
    void aPlanIsExplainedAndListed() throws InterruptedException {
        planAt(8, placed(ChoiceCase.SPLIT_POINT));

        given().get("/api/plans/{edge}/planned", edge)
                .then()
                .statusCode(200)
                .body("plan.placement", equalTo("split:1"))
                .body("plan.reason", startsWith("split:1"))
                .body("plan.alternatives.size()", greaterThan(10))
                .body("plan.alternatives[0].predictedMillis", greaterThan(40f))
                .body("plan.alternatives[0].terms.name", hasItems("head", "uplink", "tail"))
                .body("plan.alternatives[0].terms[1].source", equalTo("measured"))
                .body("ranking.size()", greaterThan(10));
        Awaiting.until("a look that keeps the plan", () -> {
            String verdict = given().get("/api/plans/{edge}/planned", edge)
                    .then()
                    .extract()
                    .path("verdict");
            return Optional.of(verdict).filter(text -> text.startsWith("kept"));
        });
        given().get("/api/plans").then().statusCode(200).body("edgeNode", hasItems(edge));
    }

    @Test
    void theFleetIsShown() throws InterruptedException {
        planAt(8, plan -> true);

        given().get("/api/fleet")
                .then()
                .statusCode(200)
                .body("edges.find { it.id == '%s' }.link.uplinkMegabitsPerSecond".formatted(edge), equalTo(8.0f))
                .body("edges.find { it.id == '%s' }.stale".formatted(edge), equalTo(false))
                .body("edges.find { it.id == '%s' }.models[0].heads[0].run.value".formatted(edge), equalTo(25.0f))
                .body("tails.find { it.id == 'tail-1' }.device", equalTo("cpu"));
    }

    @Test
    void redisHoldsViewsThatExpireAndTheHistoryOfPlans() throws InterruptedException {
        planAt(100, placed(ChoiceCase.CLOUD_ONLY));
        planAt(1, placed(ChoiceCase.EDGE_ONLY));

        String view = Awaiting.until(
                "the view of the edge node",
                () -> Optional.ofNullable(redis.value(String.class).get("baton:edge:" + edge)));
        assertThat(view).contains("\"id\":\"" + edge + "\"");
        assertThat(redis.key().ttl("baton:edge:" + edge)).isBetween(1L, 10L);
        Awaiting.until("two plans in the history", () -> Optional.of(
                        redis.list(String.class).llen("baton:decisions:" + edge + "/planned"))
                .filter(length -> length >= 2));
        given().get("/api/plans/{edge}/planned/history", edge)
                .then()
                .statusCode(200)
                .body("[0].plan.placement", equalTo("edge-only"))
                .body("[0].previous.placement", equalTo("cloud-only"))
                .body("[0].inputs.name", hasItems("uplink", "round trip", "tails", "objective"))
                .body("[1].plan.placement", equalTo("cloud-only"));
        given().queryParam("limit", 1)
                .get("/api/plans/{edge}/planned/history", edge)
                .then()
                .body("", hasSize(1));
        for (String limit : List.of("0", "201", "many", "-1")) {
            ValidatableResponse refused = given().queryParam("limit", limit)
                    .get("/api/plans/{edge}/planned/history", edge)
                    .then();
            isProblem(refused, 400);
            refused.body("field", equalTo("limit"));
        }
    }

    @Test
    void aPinOverridesThePlannerUntilItIsRemoved() throws InterruptedException {
        Plan before = planAt(100, placed(ChoiceCase.CLOUD_ONLY));

        given().contentType(ContentType.JSON)
                .body("{\"placement\": \"split:1\", \"codec\": \"int8+zstd\"}")
                .put("/api/plans/{edge}/planned/pin", edge)
                .then()
                .statusCode(200)
                .body("plan.placement", equalTo("split:1"))
                .body("plan.codec", equalTo("int8+zstd"))
                .body("plan.pinned", equalTo(true))
                .body("plan.reason", startsWith("pinned to split:1 with int8+zstd"));
        Plan pinned = plans.poll(30, TimeUnit.SECONDS);
        assertThat(pinned).isNotNull();
        assertThat(pinned.getPinned()).isTrue();
        assertThat(pinned.getEpoch()).isEqualTo(before.getEpoch() + 1);

        given().delete("/api/plans/{edge}/planned/pin", edge).then().statusCode(204);
        given().delete("/api/plans/{edge}/planned/pin", edge).then().statusCode(204);
        Plan after = planAt(100, plan -> !plan.getPinned());
        assertThat(after.getPlacement().getChoiceCase()).isEqualTo(ChoiceCase.CLOUD_ONLY);
    }

    @Test
    void wrongPinsAreRefusedWithWhatThereIs() throws InterruptedException {
        planAt(8, plan -> true);

        ValidatableResponse unknownSplit = pin("{\"placement\": \"split:99\"}");
        isProblem(unknownSplit, 400);
        unknownSplit
                .body("field", equalTo("placement"))
                .body("allowed", hasItems("edge-only", "cloud-only", "split:1"))
                .body("detail", containsString("split:99"));
        ValidatableResponse unknownCodec = pin("{\"placement\": \"split:1\", \"codec\": \"jpeg\"}");
        isProblem(unknownCodec, 400);
        unknownCodec.body("field", equalTo("codec")).body("allowed", hasItems("raw", "int8+zstd"));
        ValidatableResponse none = pin("{\"placment\": \"split:1\"}");
        isProblem(none, 400);
        none.body("field", equalTo("placement"));
        ValidatableResponse mistyped = pin("{\"placement\": {\"split\": 1}}");
        isProblem(mistyped, 400);
        mistyped.body("field", equalTo("placement"));
        isProblem(pin("{"), 400);
        isProblem(pin(""), 400);
        isProblem(
                given().contentType(ContentType.TEXT)
                        .body("split:1")
                        .put("/api/plans/{edge}/planned/pin", edge)
                        .then(),
                415);
    }

    private ValidatableResponse pin(String json) {
        return given().contentType(ContentType.JSON)
                .body(json)
                .put("/api/plans/{edge}/planned/pin", edge)
                .then();
    }

    @Test
    void anEarlierDecisionIsExplainedByTheMomentItWasInForce() throws InterruptedException {
        planAt(100, placed(ChoiceCase.CLOUD_ONLY));
        Instant then = Instant.now();
        planAt(1, placed(ChoiceCase.EDGE_ONLY));

        explanation(null)
                .statusCode(200)
                .body("inForce", equalTo(true))
                .body("decision.plan.placement", equalTo("edge-only"))
                .body("decision.previous.placement", equalTo("cloud-only"))
                .body("now.plan.placement", equalTo("edge-only"));
        explanation(then.toString())
                .statusCode(200)
                .body("inForce", equalTo(false))
                .body("decision.plan.placement", equalTo("cloud-only"))
                .body("decision.plan.alternatives.size()", greaterThan(10))
                .body("decision.inputs.find { it.name == 'uplink' }.value", startsWith("100"));
        isProblem(explanation("2020-01-01T00:00:00Z"), 404);
        ValidatableResponse future = explanation(Instant.now().plusSeconds(600).toString());
        isProblem(future, 400);
        future.body("field", equalTo("at"));
        ValidatableResponse refused = explanation("yesterday");
        isProblem(refused, 400);
        refused.body("field", equalTo("at"));
    }

    private ValidatableResponse explanation(@Nullable String at) {
        RequestSpecification request = at == null ? given() : given().queryParam("at", at);
        return request.get("/api/plans/{edge}/planned/explanation", edge).then();
    }

    @Test
    void preferencesSteerThePlanUntilTheyAreTakenBack() throws InterruptedException {
        planAt(100, placed(ChoiceCase.CLOUD_ONLY));

        preferences("{\"constraints\": {\"allowedPlacements\": [\"edge-only\"]}}")
                .statusCode(200)
                .body("edgeNode", equalTo(edge))
                .body("preferences.objective", equalTo("latency"));
        Plan local = planAt(100, placed(ChoiceCase.EDGE_ONLY));
        assertThat(local.getReason()).contains("edge-only");
        given().get("/api/preferences").then().statusCode(200).body("edgeNode", hasItems(edge));
        given().get("/api/preferences/{edge}/planned", edge)
                .then()
                .body("preferences.constraints.allowedPlacements", equalTo(List.of("edge-only")));
        given().delete("/api/preferences/{edge}/planned", edge).then().statusCode(204);
        given().delete("/api/preferences/{edge}/planned", edge).then().statusCode(204);
        given().get("/api/preferences/{edge}/planned", edge).then().body("edgeNode", equalTo("*"));
        planAt(100, placed(ChoiceCase.CLOUD_ONLY));
    }

    private ValidatableResponse preferences(String json) {
        return given().contentType(ContentType.JSON)
                .body(json)
                .put("/api/preferences/{edge}/planned", edge)
                .then();
    }

    @Test
    void preferencesThatMakeNoSenseAreRefusedByField() {
        Map<String, String> wrong = Map.of(
                "{\"objective\": \"speed\"}",
                "objective",
                "{\"constraints\": {\"latencyTarget\": {\"millis\": -1}}}",
                "constraints.latencyTarget.millis",
                "{\"constraints\": {\"accuracy\": {\"agreement\": 2}}}",
                "constraints.accuracy.agreement",
                "{\"constraints\": {\"colour\": 1}}",
                "constraints.colour",
                "[]",
                "body");
        wrong.forEach((json, field) -> {
            ValidatableResponse refused = preferences(json);
            isProblem(refused, 400);
            refused.body("field", equalTo(field));
        });
        isProblem(
                given().body("{}")
                        .contentType(ContentType.TEXT)
                        .put("/api/preferences/*/*")
                        .then(),
                415);
        isProblem(preferences("{"), 400);
        isProblem(preferences(""), 400);
        isProblem(given().get("/api/preferences/*/nothing").then(), 404);
        isProblem(
                given().contentType(ContentType.JSON)
                        .body("{}")
                        .put("/api/preferences/no%20name/planned")
                        .then(),
                400);
    }

    @Test
    void anAccuracyProfileMustBeOfThisModelAndVersion() {
        ValidatableResponse none = accuracy("planned", "{\"format\": 1}");
        isProblem(none, 400);
        isProblem(accuracy("planned", "{"), 400);
        isProblem(accuracy("nothing", "{}"), 404);
    }

    private static ValidatableResponse accuracy(String model, String json) {
        return given().contentType(ContentType.JSON)
                .body(json)
                .put("/api/models/{model}/accuracy", model)
                .then();
    }

    @Test
    void predictionErrorsAreShownPerTerm() throws InterruptedException {
        planAt(8, plan -> true);

        given().get("/api/planning/errors").then().statusCode(200);
    }

    @Test
    void unknownEdgeNodesAndModelsAreNotFound() throws InterruptedException {
        planAt(8, plan -> true);

        for (String path : List.of("/api/plans/nobody/planned", "/api/plans/" + edge + "/nothing")) {
            isProblem(given().get(path).then(), 404);
            isProblem(given().get(path + "/history").then(), 404);
            isProblem(
                    given().contentType(ContentType.JSON)
                            .body("{\"placement\": \"edge-only\"}")
                            .put(path + "/pin")
                            .then(),
                    404);
            isProblem(given().delete(path + "/pin").then(), 404);
        }
        given().get("/api/plans/nobody/planned")
                .then()
                .body("detail", equalTo("no edge node \"nobody\" has been heard of"));
    }

    @Test
    void aWindowThatIsNoneIsDroppedAndPlanningGoesOn() throws InterruptedException {
        nodes.sendBytes(edge, "no window".getBytes(StandardCharsets.UTF_8));
        nodes.sendBytes(edge, new byte[0]);

        assertThat(planAt(100, plan -> true).getEdgeNode()).isEqualTo(edge);
    }
}
