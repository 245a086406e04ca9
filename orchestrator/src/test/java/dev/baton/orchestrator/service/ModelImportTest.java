package dev.baton.orchestrator.service;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.baton.messaging.CompactedTable;
import dev.baton.messaging.KafkaConnection;
import dev.baton.messaging.Topics;
import dev.baton.schemas.records.CatalogModel;
import dev.baton.tensor.codec.Codec;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(BrokerAndRedis.class)
class ModelImportTest {
    @Inject
    KafkaConnection kafka;

    @BeforeEach
    void ready() throws InterruptedException {
        Awaiting.ready();
    }

    private static ValidatableResponse importModel(String name, byte[] onnx) {
        return given().multiPart("model", name + ".onnx", onnx)
                .post("/api/models/" + name)
                .then();
    }

    private static ValidatableResponse importGauge(String name) throws IOException {
        return given().multiPart("model", "gauge.onnx", TestingModels.convolutional())
                .multiPart(
                        "description", "gauge.json", TestingModels.description().getBytes(StandardCharsets.UTF_8))
                .multiPart("sample", "sample.jpg", TestingModels.picture())
                .post("/api/models/" + name)
                .then();
    }

    private static void isProblem(ValidatableResponse response, int status) {
        response.statusCode(status).contentType("application/problem+json").body("status", equalTo(status));
    }

    @Test
    void anImportedModelIsDividedAndInTheCatalog() throws Exception {
        importGauge("gauge")
                .statusCode(201)
                .header("Location", containsString("/api/models/gauge"))
                .body("name", equalTo("gauge"))
                .body("version", matchesPattern("[0-9a-f]{64}"))
                .body("packageUrl", matchesPattern("http://127\\.0\\.0\\.1:\\d+/packages/[0-9a-f]{64}"))
                .body("takesPictures", equalTo(true))
                .body("inputs[0].shape", equalTo(List.of(1, 3, 16, 16)))
                .body("splitPoints.size()", greaterThan(2))
                .body("splitPoints[0].headOperators", equalTo(0))
                .body("splitPoints[-1].tailOperators", equalTo(0))
                .body("splitPoints[1].bitExact", equalTo(true))
                .body("splitPoints[1].codecs", hasSize(Codec.all().size()));

        given().get("/api/models/gauge").then().statusCode(200).body("name", equalTo("gauge"));
        given().get("/api/models").then().statusCode(200).body("name.flatten()", hasItem("gauge"));
    }

    private static ValidatableResponse importExternal(String name, Map<String, byte[]> data) throws IOException {
        RequestSpecification request = given().multiPart("model", "m.onnx", TestingModels.external());
        data.forEach((location, bytes) -> request.multiPart("data", location, bytes));
        return request.post("/api/models/" + name).then();
    }

    private static byte[] packaged(String version, String file) {
        return given().get("/packages/{version}/{file}", version, file)
                .then()
                .extract()
                .asByteArray();
    }

    private static List<Path> laidOut() throws IOException {
        Path data = ConfigProvider.getConfig().getValue("baton.orchestrator.data-directory", Path.class);
        try (Stream<Path> found = Files.walk(data.resolve("work"))) {
            return found.filter(file -> file.toString().contains("+source")).toList();
        }
    }

    @Test
    void externalDataIsPartOfTheModel() throws IOException {
        Map<String, byte[]> data = TestingModels.externalData();
        String version = importExternal("external", data)
                .statusCode(201)
                .body("splitPoints.size()", greaterThan(2))
                .body("splitPoints[1].bitExact", equalTo(true))
                .extract()
                .path("version");
        assertThat(packaged(version, "weights.bin"))
                .containsSequence(data.getOrDefault("weights/w2.data", new byte[0]));
        assertThat(packaged(version, "whole.onnx"))
                .as("where small weights stay")
                .containsSequence(data.getOrDefault("w1.data", new byte[0]));

        importExternal("external", data).statusCode(200).body("version", equalTo(version));

        Map<String, byte[]> changed = new TreeMap<>(data);
        changed.computeIfPresent("w1.data", (location, bytes) -> {
            byte[] other = bytes.clone();
            other[0] ^= 1;
            return other;
        });
        importExternal("external", changed).statusCode(201).body("version", not(equalTo(version)));
        importExternal("external", data).statusCode(201).body("version", equalTo(version));
        assertThat(laidOut()).isEmpty();
    }

    @Test
    void externalDataThatIsMissingShortOrUnknownIsRefused() throws IOException {
        Map<String, byte[]> data = TestingModels.externalData();
        Map<String, byte[]> one = new TreeMap<>(data);
        one.remove("weights/w2.data");
        isDataProblem(importExternal("incomplete", one), "'weights/w2.data'");
        isDataProblem(importExternal("incomplete", Map.of()), "'w1.data', 'weights/w2.data'");
        Map<String, byte[]> three = new TreeMap<>(data);
        three.put("w3.data", new byte[4]);
        isDataProblem(importExternal("incomplete", three), "no external data in 'w3.data'");
        for (String hostile : new String[] {"../w3.data", "/tmp/w3.data", "a/../../w3.data"}) {
            Map<String, byte[]> outside = new TreeMap<>(data);
            outside.put(hostile, new byte[4]);
            isDataProblem(importExternal("incomplete", outside), "'" + hostile + "'");
        }

        Map<String, byte[]> shorter = new TreeMap<>(data);
        shorter.put("w1.data", new byte[4]);
        isDataProblem(
                importExternal("incomplete", shorter), "'w1.data' has 4 bytes, but the model reads it up to byte 864");

        ValidatableResponse noFile = given().multiPart("model", "m.onnx", TestingModels.external())
                .multiPart("data", "no file")
                .post("/api/models/incomplete")
                .then();
        isDataProblem(noFile, "file name");
        given().get("/api/models/incomplete").then().statusCode(404);
        assertThat(laidOut()).isEmpty();
    }

    private static void isDataProblem(ValidatableResponse response, String detail) {
        isProblem(response, 400);
        response.body("field", equalTo("data")).body("detail", containsString(detail));
    }

    @Test
    void theSameImportGivesTheSameVersionAndSaysThatItWasThere() throws Exception {
        String version = importGauge("twice").statusCode(201).extract().path("version");

        importGauge("twice").statusCode(200).body("version", equalTo(version));
    }

    @Test
    void theCatalogAndTheTopicOfTheModelAreOnTheBroker() throws Exception {
        String version = importModel("published", TestingModels.convolutional())
                .statusCode(201)
                .extract()
                .path("version");

        try (CompactedTable<CatalogModel> table = CompactedTable.start(
                        kafka, "test", Topics.MODELS, CatalogModel::parseFrom, (name, model) -> {});
                Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            table.caughtUp().get(30, TimeUnit.SECONDS);
            CatalogModel model = table.get("published").orElseThrow();
            assertThat(model.getModel().getVersion()).isEqualTo(version);
            assertThat(model.getPackageUrl()).endsWith("/packages/" + version);
            assertThat(Awaiting.until("the broker to know the topic", () -> Optional.of(topics(admin))
                            .filter(names -> names.contains("baton.activations.published"))))
                    .containsAll(Set.of(
                            Topics.RESULTS, Topics.MEASUREMENTS, Topics.PLANS, Topics.MODELS, Topics.DEAD_LETTER));
        }
    }

    private static Set<String> topics(Admin admin) {
        return admin.listTopics()
                .names()
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    @Test
    void aGivenModelIsDivided() throws IOException {
        Path mnist = Path.of(
                        Optional.ofNullable(System.getProperty("baton.models")).orElse("absent"))
                .resolve("mnist_8/model.onnx");
        assumeTrue(Files.isRegularFile(mnist), () -> mnist + " is absent");

        importModel("mnist_8", Files.readAllBytes(mnist))
                .statusCode(201)
                .body("takesPictures", equalTo(false))
                .body("splitPoints.size()", greaterThan(2));
    }

    @Test
    void whatIsNoModelIsRefused() {
        ValidatableResponse response = importModel("broken", TestingModels.notAModel());
        isProblem(response, 400);
        response.body("field", equalTo("model"))
                .body("detail", startsWith("the model"))
                .body("detail", containsString("not an ONNX model"));

        ValidatableResponse empty = importModel("broken", new byte[0]);
        isProblem(empty, 400);
        given().get("/api/models/broken").then().statusCode(404);
    }

    @Test
    void anOperatorOfAnUnknownDomainIsNamed() {
        ValidatableResponse response = importModel("odd", TestingModels.ofUnknownDomain());
        isProblem(response, 400);
        response.body("field", equalTo("model")).body("detail", containsString("com.acme"));
    }

    @Test
    void aWrongDescriptionIsRefusedWithItsField() {
        Map<String, String> wrong = Map.of(
                "{\"image\": ",
                "",
                "[1]",
                "expected a JSON object",
                "{\"image\": {\"input\": \"image\", \"width\": \"wide\"}}",
                "image.width",
                TestingModels.description().replace("\"std\": [127.5,", "\"std\": [0,"),
                "image.std");
        wrong.forEach((json, expected) -> {
            ValidatableResponse response = given().multiPart("model", "m.onnx", TestingModels.convolutional())
                    .multiPart("description", "m.json", json.getBytes(StandardCharsets.UTF_8))
                    .post("/api/models/described")
                    .then();
            isProblem(response, 400);
            response.body("field", equalTo("description")).body("detail", containsString(expected));
        });
    }

    @Test
    void aDescriptionMayComeAsAPlainField() {
        given().multiPart("model", "m.onnx", TestingModels.convolutional())
                .multiPart("description", TestingModels.description())
                .post("/api/models/plain")
                .then()
                .statusCode(201)
                .body("takesPictures", equalTo(true));
    }

    @Test
    void aSampleThatIsNoPictureOrThatNobodyDescribedIsRefused() {
        ValidatableResponse undescribed = given().multiPart("model", "m.onnx", TestingModels.convolutional())
                .multiPart("sample", "s.jpg", new byte[] {1, 2, 3})
                .post("/api/models/sampled")
                .then();
        isProblem(undescribed, 400);
        undescribed.body("field", equalTo("sample"));

        ValidatableResponse noPicture = given().multiPart("model", "m.onnx", TestingModels.convolutional())
                .multiPart("description", TestingModels.description())
                .multiPart("sample", "s.jpg", new byte[] {1, 2, 3})
                .post("/api/models/sampled")
                .then();
        isProblem(noPicture, 400);
        noPicture.body("field", equalTo("sample"));
    }

    @Test
    void missingUnknownAndRepeatedPartsAreRefused() {
        ValidatableResponse missing =
                given().multiPart("description", "{}").post("/api/models/parts").then();
        isProblem(missing, 400);
        missing.body("field", equalTo("model"));

        ValidatableResponse unknown = given().multiPart("model", "m.onnx", TestingModels.convolutional())
                .multiPart("modle", "m.onnx", new byte[1])
                .post("/api/models/parts")
                .then();
        isProblem(unknown, 400);
        unknown.body("field", equalTo("modle")).body("detail", startsWith("there is no part \"modle\""));

        ValidatableResponse twice = given().multiPart("model", "m.onnx", TestingModels.convolutional())
                .multiPart("model", "m.onnx", TestingModels.convolutional())
                .post("/api/models/parts")
                .then();
        isProblem(twice, 400);
    }

    @Test
    void aNameThatNoTopicMayHaveIsRefused() {
        ValidatableResponse response = given().multiPart("model", "m.onnx", TestingModels.convolutional())
                .post("/api/models/{name}", "what a name")
                .then();
        isProblem(response, 400);
        response.body("field", equalTo("name")).body("detail", containsString("\"what a name\""));
    }

    @Test
    void everyOtherErrorIsAProblemDocumentToo() {
        isProblem(given().get("/api/models/nope").then(), 404);
        isProblem(given().get("/api/nothing").then(), 404);
        isProblem(given().delete("/api/models").then(), 405);
        isProblem(
                given().contentType(ContentType.JSON)
                        .body("{}")
                        .post("/api/models/gauge")
                        .then(),
                415);
    }

    @Test
    void theInterfaceIsDescribed() {
        given().accept(ContentType.JSON)
                .get("/q/openapi")
                .then()
                .statusCode(200)
                .body("info.title", equalTo("Baton orchestrator"))
                .body("paths.'/api/models/{name}'.post.summary", equalTo("Imports a model"))
                .body("paths.'/packages/{version}/{file}'.get.responses.'206'.description", notNullValue())
                .body(
                        "paths.'/api/plans/{edge}/{model}/pin'.put.responses.'400'.description",
                        containsString("allowed"));
    }
}
