package dev.baton.partitioning.fuzz;

import dev.baton.partitioning.TestingRunner;
import dev.baton.partitioning.divide.DivisionRequest;
import dev.baton.partitioning.divide.ModelDivider;
import dev.baton.partitioning.graph.InvalidModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Divides spoilt models with the real engine, in a process of its own, which a malformed model may end: standard output has a
 * line for each seed before it is tried, so that whoever reads it knows which one did.
 */
final class EngineTrials {
    static final String TRYING = "trying ";
    static final String FINDING = "finding ";
    static final String DIVIDED = "divided ";
    private static final Duration LONGEST = Duration.ofSeconds(30); // the engine's own work counts here

    private EngineTrials() {}

    /** Arguments: a directory, the first seed, the first that is not tried any more. */
    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        Files.write(directory.resolve("weights.bin"), new byte[4096]);
        long end = Long.parseLong(arguments[2]);
        for (long seed = Long.parseLong(arguments[1]); seed < end; seed++) {
            System.out.println(TRYING + seed);
            long begin = System.nanoTime();
            tryOut(directory, seed);
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            if (took.compareTo(LONGEST) > 0) {
                System.out.println(FINDING + seed + ": took " + took);
            }
        }
    }

    private static void tryOut(Path directory, long seed) throws IOException {
        Path model = directory.resolve("model.onnx");
        Files.write(model, new Mutations(new Random(seed)).model(Seeds.models()));
        Path target = directory.resolve("package");
        // Sessions are kept by file name, so that each model has a runner of its own.
        try (TestingRunner runner = new TestingRunner()) {
            DivisionRequest request =
                    DivisionRequest.of(model, "spoilt").withMaxSplitPoints(1).withCodecs(List.of());
            ModelDivider.divide(request, runner, target, step -> {});
            System.out.println(DIVIDED + seed);
        } catch (InvalidModelException | IOException refused) {
            if (refused.getMessage() == null || refused.getMessage().isBlank()) {
                System.out.println(FINDING + seed + ": refused without a message, " + refused.getClass());
            }
        } catch (RuntimeException | Error finding) {
            StackTraceElement[] trace = finding.getStackTrace();
            System.out.println(
                    FINDING + seed + ": " + finding + " at " + List.of(trace).subList(0, Math.min(6, trace.length)));
        } finally {
            remove(target);
        }
    }

    private static void remove(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
