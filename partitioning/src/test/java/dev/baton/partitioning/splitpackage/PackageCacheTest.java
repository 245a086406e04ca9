package dev.baton.partitioning.splitpackage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PackageCacheTest {
    private static final int WEIGHTS = 300_000;

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private TestingPackageServer server;
    private SplitPackage served;
    private PackageCache cache;

    @BeforeEach
    void serve() throws IOException {
        served = TestingPackages.write(directory.resolve("served"), WEIGHTS);
        server = new TestingPackageServer(served.directory());
        cache = new PackageCache(directory.resolve("cache"), http);
    }

    @AfterEach
    void stop() {
        http.close();
        server.close();
    }

    @Test
    void fetchedPackageIsTheServedOneAndIsKept() throws Exception {
        assertThat(cache.cached(served.version())).isEmpty();
        SplitPackage fetched = cache.fetch(served.version(), server.uri());
        fetched.verify();
        assertThat(fetched.manifest()).isEqualTo(served.manifest());
        assertThat(fetched.directory()).isEqualTo(directory.resolve("cache").resolve(served.version()));
        int requests = server.requests.size();
        assertThat(requests).isEqualTo(5);
        cache.fetch(served.version(), server.uri());
        assertThat(new PackageCache(directory.resolve("cache"), http).cached(served.version()))
                .isPresent();
        assertThat(server.requests).hasSize(requests);
    }

    @Test
    void packageWhoseWeightsAllLieInItsGraphFilesIsFetched() throws Exception {
        SplitPackage light = TestingPackages.write(directory.resolve("light"), 0);
        try (TestingPackageServer other = new TestingPackageServer(light.directory())) {
            cache.fetch(light.version(), other.uri()).verify();
        }
    }

    @Test
    void downloadGoesOnWhereItWasCutOff() throws Exception {
        server.cutAfter.put("weights.bin", 200_000);
        cache.fetch(served.version(), server.uri()).verify();
        List<String> weights = server.requests.stream()
                .filter(request -> request.startsWith("weights.bin"))
                .toList();
        assertThat(weights).hasSize(2);
        assertThat(weights.get(0)).isEqualTo("weights.bin from 0");
        // What had arrived was kept; how much of the 200,000 that was is up to the network.
        assertThat(weights.get(1)).startsWith("weights.bin from ").isNotEqualTo("weights.bin from 0");
    }

    @Test
    void downloadGoesOnAfterARestart() throws Exception {
        byte[] weights = Files.readAllBytes(served.directory().resolve("weights.bin"));
        Path staging = Files.createDirectories(directory.resolve("cache/" + served.version()));
        Files.write(staging.resolve("weights.bin.part"), Arrays.copyOf(weights, 123_456));
        cache.fetch(served.version(), server.uri()).verify();
        assertThat(server.requests).contains("weights.bin from 123456");
    }

    @Test
    void damagedRemainderIsThrownAwayAndFetchedAnew() throws Exception {
        Path staging = Files.createDirectories(directory.resolve("cache/" + served.version()));
        Files.write(staging.resolve("weights.bin.part"), new byte[1000]);
        cache.fetch(served.version(), server.uri()).verify();
        assertThat(server.requests).contains("weights.bin from 1000", "weights.bin from 0");
    }

    @Test
    void serverWithoutRangesIsReadFromTheStart() throws Exception {
        server.ranges = false;
        Path staging = Files.createDirectories(directory.resolve("cache/" + served.version()));
        Files.write(staging.resolve("weights.bin.part"), new byte[1000]);
        cache.fetch(served.version(), server.uri()).verify();
    }

    @Test
    void corruptFileIsRefusedAndNothingIsKept() throws Exception {
        server.replaced.put("tail-01.onnx", "tail-0!.onnx".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> cache.fetch(served.version(), server.uri()))
                .isInstanceOf(InvalidPackageException.class)
                .hasMessageContaining("tail-01.onnx")
                .hasMessageContaining("SHA-256");
        assertThat(cache.cached(served.version())).isEmpty();
        server.replaced.clear();
        cache.fetch(served.version(), server.uri()).verify();
    }

    @Test
    void endlessFileIsCutOff() {
        server.replaced.put("tail-01.onnx", new byte[100_000]);
        assertThatThrownBy(() -> cache.fetch(served.version(), server.uri()))
                .isInstanceOf(InvalidPackageException.class)
                .hasMessageContaining("sent more than the expected 12 bytes");
    }

    @Test
    void otherManifestIsRefused() {
        assertThatThrownBy(() -> cache.fetch("00".repeat(32), server.uri()))
                .isInstanceOf(InvalidPackageException.class)
                .hasMessageContaining("expected version 0000");
    }

    @Test
    void packageThatIsTooLargeIsRefusedBeforeItIsDownloaded() {
        PackageCache small = new PackageCache(directory.resolve("small"), http, WEIGHTS);
        assertThatThrownBy(() -> small.fetch(served.version(), server.uri()))
                .isInstanceOf(InvalidPackageException.class)
                .hasMessageContaining("promises more than the 300000 bytes");
        assertThat(server.requests).containsExactly("manifest.json from 0");
    }

    @Test
    void missingPackageSaysWhere() {
        assertThatThrownBy(() -> cache.fetch(served.version(), server.uri().resolve("elsewhere/")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("elsewhere/manifest.json answered with status 404");
    }

    @Test
    void versionIsNoPath() {
        assertThatThrownBy(() -> cache.cached("../../etc")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void damageOnDiskIsMended() throws Exception {
        SplitPackage fetched = cache.fetch(served.version(), server.uri());
        Files.write(fetched.directory().resolve("weights.bin"), new byte[3]);
        cache.fetch(served.version(), server.uri()).verify();
    }

    @Test
    void simultaneousFetchesShareOneDownload() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<SplitPackage> fetch = () -> cache.fetch(served.version(), server.uri());
            for (Future<SplitPackage> fetched : threads.invokeAll(List.of(fetch, fetch, fetch, fetch, fetch, fetch))) {
                assertThat(fetched.get(30, TimeUnit.SECONDS).version()).isEqualTo(served.version());
            }
        }
        assertThat(server.requests).hasSize(5);
    }

    @Test
    void interruptedFetchEndsAndAnotherTakesOver() throws Exception {
        server.holdWeights = new CountDownLatch(1);
        AtomicReference<Throwable> ended = new AtomicReference<>(new AssertionError("did not end"));
        Thread interrupted = Thread.ofVirtual().start(() -> {
            try {
                cache.fetch(served.version(), server.uri());
            } catch (IOException | InterruptedException e) {
                ended.set(e);
            }
        });
        assertThat(server.weightsAsked.await(20, TimeUnit.SECONDS)).isTrue();
        interrupted.interrupt();
        assertThat(interrupted.join(Duration.ofSeconds(20))).isTrue();
        assertThat(ended.get()).isInstanceOf(InterruptedException.class);
        server.holdWeights.countDown();
        cache.fetch(served.version(), server.uri()).verify();
    }
}
