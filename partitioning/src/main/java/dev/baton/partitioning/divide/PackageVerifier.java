package dev.baton.partitioning.divide;

import dev.baton.partitioning.probe.GraphRunException;
import dev.baton.partitioning.probe.GraphRunner;
import dev.baton.partitioning.probe.GraphRunner.Optimization;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.partitioning.splitpackage.SplitPointEntry;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/** Proves a split package again, here: that its files are what its manifest says, and that its parts give what the whole gives. */
public final class PackageVerifier {
    private final SplitPackage splitPackage;
    private final GraphRunner runner;
    private final Map<String, Tensor> inputs;

    private PackageVerifier(SplitPackage splitPackage, GraphRunner runner, Map<String, Tensor> inputs) {
        this.splitPackage = splitPackage;
        this.runner = new GuardedRunner(runner);
        this.inputs = inputs;
    }

    /**
     * Reads every file and runs every head and tail with the package's probe input.
     *
     * @throws dev.baton.partitioning.splitpackage.InvalidPackageException naming a file that is not as promised
     */
    public static Verification verify(SplitPackage splitPackage, GraphRunner runner, Consumer<String> progress)
            throws IOException {
        splitPackage.verify();
        progress.accept("every file is as the manifest says");
        return new PackageVerifier(splitPackage, runner, splitPackage.probeInputs()).verify(progress);
    }

    private Verification verify(Consumer<String> progress) {
        Map<String, Tensor> exact = runner.run(splitPackage.wholeFile(), inputs, Optimization.EXTENDED);
        Map<String, Tensor> optimised = runner.run(splitPackage.wholeFile(), inputs, Optimization.ALL);
        List<Verification.Row> rows = new ArrayList<>();
        int last = splitPackage.manifest().lastIndex();
        for (SplitPointEntry point : splitPackage.manifest().splitPoints().subList(1, last)) {
            Verification.Row row = row(point, exact, optimised);
            rows.add(row);
            progress.accept("split point %d of %d, after %s: %s"
                    .formatted(
                            point.index(), last - 1, point.name(), row.failure().orElse("as promised")));
        }
        return new Verification(
                splitPackage.manifest().model(),
                splitPackage.manifest().splitPoint(last).headOperators(),
                rows,
                splitPackage.manifest().reason(),
                splitPackage.manifest().probeWarnings());
    }

    private Verification.Row row(SplitPointEntry point, Map<String, Tensor> exact, Map<String, Tensor> optimised) {
        boolean bitExact = false;
        OptionalDouble difference = OptionalDouble.empty();
        Optional<String> failure;
        try {
            Map<String, Tensor> plain = divided(point.index(), Optimization.EXTENDED);
            bitExact = Comparison.bitEqual(plain, exact);
            double atAll = Comparison.maxRelativeDifference(divided(point.index(), Optimization.ALL), optimised);
            difference = Double.isFinite(atAll) ? OptionalDouble.of(atAll) : OptionalDouble.empty();
            failure = failure(point, bitExact, Comparison.maxRelativeDifference(plain, exact), atAll);
        } catch (GraphRunException | IllegalArgumentException e) { // or the parts do not fit together
            failure = Optional.of("does not run: " + e.getMessage());
        }
        return new Verification.Row(
                failure.isEmpty() ? point.index() : 0,
                point.name(),
                point.headOperators(),
                point.tailOperators(),
                point.crossing(),
                point.crossingBytes(),
                bitExact,
                difference,
                failure);
    }

    /** Another machine may round otherwise, within what the gate lets pass. */
    private static Optional<String> failure(SplitPointEntry point, boolean bitExact, double plain, double atAll) {
        if (point.parity().bitExact() && !bitExact) {
            return Optional.of(
                    "not bit-exact, as the manifest says: differs from the whole by %.1e of the largest output value"
                            .formatted(plain));
        }
        double tolerance = point.parity().bitExact() ? ParityGate.TOLERANCE : ParityGate.HALF_TOLERANCE;
        return Math.max(plain, atAll) <= tolerance
                ? Optional.empty()
                : Optional.of("differs from the whole by %.1e of the largest output value, more than %.0e"
                        .formatted(Math.max(plain, atAll), tolerance));
    }

    private Map<String, Tensor> divided(int index, Optimization level) {
        Map<String, Tensor> head = run(splitPackage.headFile(index), inputs, level);
        Map<String, Tensor> crossing = splitPackage.crossing(index, inputs, head);
        Map<String, Tensor> tail = run(splitPackage.tailFile(index), splitPackage.tailInputs(index, crossing), level);
        return splitPackage.answer(index, crossing, tail);
    }

    private Map<String, Tensor> run(Path file, Map<String, Tensor> given, Optimization level) {
        Map<String, Tensor> wanted = new LinkedHashMap<>();
        for (TensorSpec input : runner.inputs(file)) {
            Tensor tensor = given.get(input.name());
            if (tensor == null) {
                throw new IllegalArgumentException("%s takes '%s', which is not among %s"
                        .formatted(file.getFileName(), input.name(), given.keySet()));
            }
            wanted.put(input.name(), tensor);
        }
        return runner.run(file, wanted, level);
    }
}
