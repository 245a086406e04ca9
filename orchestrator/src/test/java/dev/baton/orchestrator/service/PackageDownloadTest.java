package dev.baton.orchestrator.service;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.emptyOrNullString;
import static org.hamcrest.Matchers.equalTo;

import dev.baton.partitioning.splitpackage.PackageCache;
import dev.baton.partitioning.splitpackage.SplitPackage;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ExtractableResponse;
import io.restassured.response.Response;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
@WithTestResource(BrokerAndRedis.class)
class PackageDownloadTest {
    private String version = "";
    private URI packageUrl = URI.create("");

    @BeforeEach
    void imported() throws InterruptedException {
        Awaiting.ready();
        ExtractableResponse<Response> model = given().multiPart("model", "m.onnx", TestingModels.convolutional())
                .post("/api/models/downloaded")
                .then()
                .extract();
        version = model.path("version");
        packageUrl = URI.create(model.path("packageUrl"));
    }

    private byte[] whole(String file) {
        return given().get("/packages/{version}/{file}", version, file)
                .then()
                .statusCode(200)
                .extract()
                .asByteArray();
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    @Test
    void aFileIsGivenWholeWithItsDigestAsTagAndMayBeKeptForEver() throws Exception {
        byte[] weights = whole("weights.bin");

        given().get("/packages/{version}/weights.bin", version)
                .then()
                .header("ETag", equalTo("\"" + sha256(weights) + "\""))
                .header("Content-Length", equalTo(Integer.toString(weights.length)))
                .header("Accept-Ranges", equalTo("bytes"))
                .header("Cache-Control", equalTo("public, max-age=31536000, immutable"))
                .contentType("application/octet-stream");
        assertThat(sha256(whole("manifest.json")))
                .as("the version is the manifest's digest")
                .isEqualTo(version);
    }

    @Test
    void oneRangeIsGivenAlone() {
        byte[] weights = whole("weights.bin");

        assertThat(given().header("Range", "bytes=10-19")
                        .get("/packages/{version}/weights.bin", version)
                        .then()
                        .statusCode(206)
                        .header("Content-Range", equalTo("bytes 10-19/" + weights.length))
                        .header("Content-Length", equalTo("10"))
                        .extract()
                        .asByteArray())
                .isEqualTo(Arrays.copyOfRange(weights, 10, 20));
        assertThat(given().header("Range", "bytes=-4")
                        .get("/packages/{version}/weights.bin", version)
                        .then()
                        .statusCode(206)
                        .extract()
                        .asByteArray())
                .isEqualTo(Arrays.copyOfRange(weights, weights.length - 4, weights.length));
    }

    @Test
    void aRangeOfAnotherFileThanTheClientHasIsTheWholeFile() throws Exception {
        byte[] weights = whole("weights.bin");

        given().header("Range", "bytes=10-19")
                .header("If-Range", "\"" + sha256(weights) + "\"")
                .get("/packages/{version}/weights.bin", version)
                .then()
                .statusCode(206);
        given().header("Range", "bytes=10-19")
                .header("If-Range", "\"other\"")
                .get("/packages/{version}/weights.bin", version)
                .then()
                .statusCode(200)
                .header("Content-Length", equalTo(Integer.toString(weights.length)));
    }

    @Test
    void aRangeBehindTheEndIsRefusedWithTheSize() {
        int size = whole("weights.bin").length;

        given().header("Range", "bytes=" + size + "-")
                .get("/packages/{version}/weights.bin", version)
                .then()
                .statusCode(416)
                .contentType("application/problem+json")
                .header("Content-Range", equalTo("bytes */" + size));
    }

    @Test
    void whatTheClientHasIsNotSentAgain() throws Exception {
        given().header("If-None-Match", "\"" + sha256(whole("whole.onnx")) + "\"")
                .get("/packages/{version}/whole.onnx", version)
                .then()
                .statusCode(304)
                .body(emptyOrNullString());
    }

    @Test
    void onlyTheSizeIsToldOnHead() {
        int size = whole("weights.bin").length;

        given().head("/packages/{version}/weights.bin", version)
                .then()
                .statusCode(200)
                .header("Content-Length", equalTo(Integer.toString(size)))
                .body(emptyOrNullString());
    }

    @Test
    void onlyFilesOfTheManifestAreGiven() throws Exception {
        for (String path : new String[] {
            "/packages/" + version + "/nothing.bin",
            "/packages/" + version + "/../" + version + "/weights.bin/../../x",
            "/packages/" + version + "/..%2F..%2Fimports",
            "/packages/" + version + "/%2e%2e/%2e%2e/etc/passwd",
            "/packages/" + version + "/%2Fetc%2Fpasswd",
            "/packages/..%2F..%2Fwork/manifest.json",
            "/packages/" + "0".repeat(64) + "/manifest.json",
            "/packages/short/manifest.json"
        }) {
            assertThat(rawStatus(path)).as(path).isEqualTo(404);
        }
    }

    /** As written, without a client that tidies the path up. */
    private int rawStatus(String path) throws Exception {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(packageUrl.resolve("/") + path.substring(1)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        return response.statusCode();
    }

    @Test
    void aPackageCacheFetchesIt(@TempDir Path directory) throws IOException, InterruptedException {
        PackageCache cache = new PackageCache(directory, HttpClient.newHttpClient());

        SplitPackage fetched = cache.fetch(version, packageUrl);

        fetched.verify();
        assertThat(fetched.version()).isEqualTo(version);
        assertThat(fetched.manifest().model()).isEqualTo("downloaded");
        assertThatThrownBy(() -> cache.fetch("0".repeat(64), packageUrl)).isInstanceOf(IOException.class);
    }
}
