package dev.baton.partitioning.splitpackage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Heads first, and nothing twice. */
final class PackagePartsTest {
    private static final int WEIGHTS = 300_000;
    private static final int HEAD = 90_000;
    private static final int SEGMENT = 40_000;
    private static final PackagePart FIRST_HEAD = new PackagePart.Head(1);

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private TestingPackageServer server;
    private SplitPackage served;
    private byte[] weights;
    private PackageCache cache;

    @BeforeEach
    void serve() throws IOException {
        served = TestingPackages.writeSegmented(directory.resolve("served"), WEIGHTS, HEAD, SEGMENT);
        weights = Files.readAllBytes(served.directory().resolve("weights.bin"));
        server = new TestingPackageServer(served.directory());
        cache = new PackageCache(directory.resolve("cache"), http);
    }

    @AfterEach
    void stop() {
        http.close();
        server.close();
    }

    @Test
    void segmentsCoverTheWeightsAndEndWhereHeadsDo() {
        List<WeightSegment> segments = served.manifest().weightSegments();
        assertThat(segments)
                .extracting(WeightSegment::end)
                .containsExactly(40_000L, 80_000L, 90_000L, 120_000L, 160_000L, 200_000L, 240_000L, 280_000L, 300_000L);
        WeightSegment third = segments.get(2);
        assertThat(third.sha256())
                .isEqualTo(Digests.sha256(Arrays.copyOfRange(weights, (int) third.offset(), (int) third.end())));
    }

    @Test
    void headIsFetchedWithoutTheRest() throws Exception {
        SplitPackage fetched = cache.fetch(served.version(), server.uri(), FIRST_HEAD);
        fetched.verify(FIRST_HEAD);
        assertThat(server.requests)
                .containsExactly("manifest.json from 0", "head-01.onnx from 0", "weights.bin from 0 to 89999");
        assertThat(Files.readAllBytes(fetched.directory().resolve("weights.bin")))
                .isEqualTo(Arrays.copyOf(weights, HEAD));
        assertThat(fetched.holds(FIRST_HEAD)).isTrue();
        assertThat(fetched.holds(new PackagePart.Whole())).isFalse();
        assertThat(cache.cached(served.version())).isEmpty();
    }

    @Test
    void restFollowsWithoutWhatIsHere() throws Exception {
        SplitPackage head = cache.fetch(served.version(), server.uri(), FIRST_HEAD);
        Object inode = Files.getAttribute(head.directory().resolve("weights.bin"), "unix:ino");
        SplitPackage whole = cache.fetch(served.version(), server.uri());
        whole.verify();
        assertThat(server.requests).contains("weights.bin from 90000 to 299999");
        assertThat(server.weightBytesAsked()).isEqualTo(WEIGHTS);
        assertThat(Files.getAttribute(head.directory().resolve("weights.bin"), "unix:ino"))
                .as("sessions go on with the file that they opened")
                .isEqualTo(inode);
        assertThat(cache.cached(served.version())).isPresent();
    }

    @Test
    void tailTakesAllWeightsAndNoHead() throws Exception {
        PackagePart tail = new PackagePart.Tail(1);
        SplitPackage fetched = cache.fetch(served.version(), server.uri(), tail);
        fetched.verify(tail);
        assertThat(server.requests)
                .containsExactly("manifest.json from 0", "tail-01.onnx from 0", "weights.bin from 0 to 299999");
    }

    @Test
    void nothingRunsAtIndexZeroSoOnlyTheManifestComes() throws Exception {
        assertThat(cache.fetchManifest(served.version(), server.uri())).isEqualTo(served.manifest());
        assertThat(server.requests).containsExactly("manifest.json from 0");
        cache.fetchManifest(served.version(), server.uri());
        assertThat(server.requests).hasSize(1);
    }

    @Test
    void downloadGoesOnAfterARestart() throws Exception {
        cache.fetch(served.version(), server.uri(), FIRST_HEAD);
        new PackageCache(directory.resolve("cache"), http)
                .fetch(served.version(), server.uri())
                .verify();
        assertThat(server.weightBytesAsked()).isEqualTo(WEIGHTS);
    }

    @Test
    void downloadThatBreaksGoesOnWithinASegment() throws Exception {
        server.cutAfter.put("weights.bin", 110_000);
        cache.fetch(served.version(), server.uri(), new PackagePart.Tail(1)).verify(new PackagePart.Tail(1));
        assertThat(server.requests)
                .filteredOn(request -> request.startsWith("weights.bin"))
                .hasSize(2)
                .noneMatch(request ->
                        request.startsWith("weights.bin from 0 ") && !request.equals("weights.bin from 0 to 299999"));
    }

    @Test
    void segmentThatArrivesDamagedIsFetchedAgain() throws Exception {
        server.damagedByte = 130_000;
        server.damages.set(1);
        cache.fetch(served.version(), server.uri()).verify();
        assertThat(server.requests).contains("weights.bin from 90000 to 299999", "weights.bin from 120000 to 299999");
    }

    @Test
    void serverThatLiesIsRefusedAndWhatIsGoodStays() throws Exception {
        server.damagedByte = 130_000;
        server.damages.set(100);
        assertThatThrownBy(() -> cache.fetch(served.version(), server.uri()))
                .isInstanceOf(InvalidPackageException.class)
                .hasMessageContaining("weights.bin was asked twice, and its bytes 120000 to 159999 have SHA-256")
                .hasMessageContaining("the manifest promises");
        assertThat(cache.cached(served.version())).isEmpty();
        cache.cached(served.version(), FIRST_HEAD).orElseThrow().verify(FIRST_HEAD);
        server.damages.set(0);
        cache.fetch(served.version(), server.uri()).verify();
    }

    @Test
    void damageOnDiskIsMendedInACopy() throws Exception {
        SplitPackage head = cache.fetch(served.version(), server.uri(), FIRST_HEAD);
        Path file = head.directory().resolve("weights.bin");
        Object inode = Files.getAttribute(file, "unix:ino");
        byte[] damaged = Files.readAllBytes(file);
        damaged[50_000] ^= 1;
        Files.write(file, damaged, StandardOpenOption.TRUNCATE_EXISTING);
        assertThatThrownBy(() -> head.verify(FIRST_HEAD))
                .isInstanceOf(InvalidPackageException.class)
                .hasMessageContaining("bytes 40000 to 79999");
        new PackageCache(directory.resolve("cache"), http)
                .fetch(served.version(), server.uri())
                .verify();
        assertThat(server.requests).contains("weights.bin from 40000 to 79999");
        assertThat(server.weightBytesAsked()).isEqualTo(WEIGHTS + SEGMENT);
        assertThat(Files.getAttribute(file, "unix:ino")).isNotEqualTo(inode);
        try (Stream<Path> left = Files.list(head.directory())) {
            assertThat(left)
                    .extracting(path -> path.getFileName().toString())
                    .containsExactlyInAnyOrder(
                            "manifest.json", "weights.bin", "whole.onnx", "head-01.onnx", "tail-01.onnx");
        }
    }

    @Test
    void bytesBehindTheLastSegmentAreFetchedAgain() throws Exception {
        SplitPackage head = cache.fetch(served.version(), server.uri(), FIRST_HEAD);
        Files.write(head.directory().resolve("weights.bin"), new byte[10_000], StandardOpenOption.APPEND);
        cache.fetch(served.version(), server.uri()).verify();
    }

    @Test
    void weightsThatAreTooLongAreMended() throws Exception {
        SplitPackage whole = cache.fetch(served.version(), server.uri());
        Files.write(whole.directory().resolve("weights.bin"), new byte[10], StandardOpenOption.APPEND);
        PackageCache restarted = new PackageCache(directory.resolve("cache"), http);
        assertThat(restarted.cached(served.version())).isEmpty();
        restarted.fetch(served.version(), server.uri()).verify();
    }

    @Test
    void serverWithoutRangesIsReadPastWhatIsHere() throws Exception {
        cache.fetch(served.version(), server.uri(), FIRST_HEAD);
        server.ranges = false;
        cache.fetch(served.version(), server.uri()).verify();
    }

    @Test
    void serverWithoutRangesIsReadNoFurtherThanNeeded() throws Exception {
        server.ranges = false;
        cache.fetch(served.version(), server.uri(), FIRST_HEAD).verify(FIRST_HEAD);
    }

    @Test
    void headReturnsWhileAnotherCallerStillFetchesTheWhole() throws Exception {
        server.holdFrom = HEAD + 1;
        server.holdWeights = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<SplitPackage> whole = threads.submit(() -> cache.fetch(served.version(), server.uri()));
            assertThat(server.weightsAsked.await(20, TimeUnit.SECONDS)).isTrue();
            Future<SplitPackage> head = threads.submit(() -> cache.fetch(served.version(), server.uri(), FIRST_HEAD));
            head.get(20, TimeUnit.SECONDS).verify(FIRST_HEAD);
            assertThat(whole.isDone()).isFalse();
            server.holdWeights.countDown();
            whole.get(20, TimeUnit.SECONDS).verify();
        }
        assertThat(server.weightBytesAsked()).isEqualTo(WEIGHTS);
    }

    @Test
    void onlyWhatIsFetchedHasToFit() throws Exception {
        PackageCache full = new PackageCache(directory.resolve("full"), http, Long.MAX_VALUE, place -> HEAD + 1000);
        full.fetch(served.version(), server.uri(), FIRST_HEAD).verify(FIRST_HEAD);
        assertThatThrownBy(() -> full.fetch(served.version(), server.uri()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("210022 bytes are to be fetched, but")
                .hasMessageContaining("has only 91000 left");
        assertThat(full.cached(served.version(), FIRST_HEAD)).isPresent();
    }

    @Test
    void directoryThatCannotBeWrittenSaysSo() throws Exception {
        Path blocked = Files.createFile(directory.resolve("blocked"));
        PackageCache nowhere = new PackageCache(blocked, http);
        assertThatThrownBy(() -> nowhere.fetch(served.version(), server.uri()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("blocked");
    }

    @Test
    void extraFilesDoNoHarm() throws Exception {
        SplitPackage whole = cache.fetch(served.version(), server.uri());
        Files.writeString(whole.directory().resolve("notes.txt"), "hello");
        assertThat(cache.cached(served.version())).isPresent();
        whole.verify();
    }

    @Test
    void damagedManifestOnDiskIsFetchedAgain() throws Exception {
        SplitPackage whole = cache.fetch(served.version(), server.uri());
        Path manifest = whole.directory().resolve("manifest.json");
        Files.writeString(manifest, Files.readString(manifest).replace("gauge", "gouge"));
        assertThat(cache.cached(served.version())).isEmpty();
        cache.fetch(served.version(), server.uri()).verify();
        assertThat(server.weightBytesAsked()).isEqualTo(WEIGHTS);
    }

    @Test
    void segmentsThatDoNotFitAreRefused() throws Exception {
        String json = Files.readString(served.directory().resolve("manifest.json"));
        for (String[] change : new String[][] {
            {
                "\"offset\" : 40000",
                "\"offset\" : 40001",
                "a segment of the weights from byte 40001: expected one from 40000"
            },
            {"\"bytes\" : 20000", "\"bytes\" : 20001", "segments of 300001 bytes of weights"},
            {"\"bytes\" : 20000", "\"bytes\" : 2000000000", "a segment of 2000000000 bytes"},
            {"\"headWeightBytes\" : 90000", "\"headWeightBytes\" : 90001", "no segment ends there"},
        }) {
            assertThat(json).contains(change[0]);
            byte[] hostile = json.replace(change[0], change[1]).getBytes(StandardCharsets.UTF_8);
            assertThatThrownBy(() -> Manifest.parse(hostile))
                    .isInstanceOf(InvalidPackageException.class)
                    .hasMessageContaining(change[2]);
        }
    }
}
