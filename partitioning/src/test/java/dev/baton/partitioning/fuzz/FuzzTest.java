package dev.baton.partitioning.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.sun.management.ThreadMXBean;
import dev.baton.partitioning.TestingModels;
import dev.baton.partitioning.TestingRunner;
import dev.baton.partitioning.divide.DivisionRequest;
import dev.baton.partitioning.divide.ModelDivider;
import dev.baton.partitioning.splitpackage.SplitPackage;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Spoilt models and packages end in a clear refusal or a valid result: no other exception, within 5 s, allocating less than
 * 1 GiB. {@code -Dbaton.fuzz.mutations=N} sets how many there are, {@code -Dbaton.fuzz.seed=S} where to begin: a finding
 * names the seed that repeats it.
 */
@Timeout(3600)
final class FuzzTest {
    private static final long MUTATIONS = Long.getLong("baton.fuzz.mutations", 40_000);
    /** From here on a real model is spoilt too, which takes its time. */
    private static final long LONG_RUN = 200_000;

    private static final long FIRST_SEED = Long.getLong("baton.fuzz.seed", 0);
    private static final Duration LONGEST = Duration.ofSeconds(5);
    private static final long MOST_BYTES = 1L << 30;
    private static final int THREADS = 2;
    private static final int FINDINGS_SHOWN = 20;

    @TempDir
    Path directory;

    /** Tries one mutation; false when it is refused. */
    private interface Trial {
        boolean run(Path scratch, long seed) throws IOException;
    }

    @Test
    void spoiltModelsAreRefusedOrRead() throws Exception {
        List<ModelProto> seeds = seeds();
        fuzz(MUTATIONS * 7 / 10, (scratch, seed) -> {
            byte[] spoilt = new Mutations(new Random(seed)).model(seeds);
            return Reading.model(scratch.resolve("model.onnx"), spoilt, seed);
        });
    }

    private static List<ModelProto> seeds() throws IOException {
        List<ModelProto> seeds = new ArrayList<>(Seeds.models());
        Path mnist = Path.of(System.getProperty("baton.models", "../shared/models"), "mnist_8/model.onnx");
        if (MUTATIONS >= LONG_RUN && Files.exists(mnist)) {
            seeds.add(ModelProto.parseFrom(Files.readAllBytes(mnist)));
        }
        return seeds;
    }

    @Test
    void spoiltManifestsAreRefusedOrParsed() throws Exception {
        byte[] manifest = Files.readAllBytes(made().directory().resolve(SplitPackage.MANIFEST_FILE));
        fuzz(MUTATIONS * 2 / 10, (scratch, seed) -> Reading.manifest(new Mutations(new Random(seed)).json(manifest)));
    }

    @Test
    void spoiltPackagesAreRefusedOrOpened() throws Exception {
        Path made = made().directory();
        List<String> names = list(made);
        fuzz(MUTATIONS / 10, (scratch, seed) -> {
            Random random = new Random(seed);
            Path copy = scratch.resolve("package");
            Files.createDirectories(copy);
            for (String name : names) {
                Files.write(copy.resolve(name), Files.readAllBytes(made.resolve(name)));
            }
            String spoilt = names.get(random.nextInt(names.size()));
            byte[] original = Files.readAllBytes(made.resolve(spoilt));
            Mutations mutations = new Mutations(random);
            byte[] bytes = spoilt.endsWith(".json") ? mutations.json(original) : mutations.bytes(original, original);
            Files.write(copy.resolve(spoilt), bytes, StandardOpenOption.TRUNCATE_EXISTING);
            return Reading.openPackage(copy);
        });
    }

    private static List<String> list(Path made) throws IOException {
        try (Stream<Path> files = Files.list(made)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    private SplitPackage made() throws Exception {
        DivisionRequest request = DivisionRequest.of(TestingModels.write(directory, Seeds.chain()), "chain")
                .withMaxSplitPoints(2);
        try (TestingRunner runner = new TestingRunner()) {
            return ModelDivider.divide(request, runner, directory.resolve("made"), step -> {});
        }
    }

    private void fuzz(long mutations, Trial trial) throws Exception {
        AtomicLong next = new AtomicLong(FIRST_SEED);
        AtomicLong accepted = new AtomicLong();
        List<Callable<List<String>>> workers = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Path scratch = Files.createDirectories(directory.resolve("scratch-" + i));
            // What external data may point to.
            Files.write(scratch.resolve("weights.bin"), new byte[4096]);
            workers.add(() -> {
                List<String> findings = new ArrayList<>();
                for (long seed = next.getAndIncrement();
                        seed < FIRST_SEED + mutations && findings.size() < FINDINGS_SHOWN;
                        seed = next.getAndIncrement()) {
                    accepted.addAndGet(tried(trial, scratch, seed, findings) ? 1 : 0);
                }
                return findings;
            });
        }
        List<String> findings = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            for (Future<List<String>> worker : threads.invokeAll(workers)) {
                findings.addAll(worker.get());
            }
        }
        assertThat(findings).isEmpty();
        assertThat(accepted.get()).as("accepted, of %d", mutations).isBetween(1L, mutations - 1);
    }

    /** The one place where everything that a program can throw is of interest. */
    @SuppressWarnings("CatchAndPrintStackTrace")
    private static boolean tried(Trial trial, Path scratch, long seed, List<String> findings) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocatedBefore = threads.getCurrentThreadAllocatedBytes();
        long begin = threads.getCurrentThreadCpuTime(); // which other processes do not use up
        boolean accepted = false;
        try {
            accepted = trial.run(scratch, seed);
        } catch (Throwable finding) {
            StackTraceElement[] trace = finding.getStackTrace();
            String place = List.of(trace).subList(0, Math.min(8, trace.length)).toString();
            if (findings.stream().noneMatch(other -> other.endsWith(place))) { // each is told once
                findings.add("seed %d: %s at %s".formatted(seed, finding, place));
            }
        }
        Duration took = Duration.ofNanos(threads.getCurrentThreadCpuTime() - begin);
        if (took.compareTo(LONGEST) > 0) {
            findings.add("seed %d: took %s".formatted(seed, took));
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - allocatedBefore;
        if (allocated > MOST_BYTES) {
            findings.add("seed %d: allocated %d bytes".formatted(seed, allocated));
        }
        return accepted;
    }
}
