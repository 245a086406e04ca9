package dev.baton.partitioning.divide;

import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.partitioning.graph.ModelInput;
import dev.baton.partitioning.graph.Operator;
import dev.baton.partitioning.graph.OperatorId;
import dev.baton.partitioning.probe.GraphRunner;
import dev.baton.partitioning.split.CrossingTensor;
import dev.baton.partitioning.split.SplitPoint;
import dev.baton.partitioning.splitpackage.Digests;
import dev.baton.partitioning.splitpackage.EarlyExit;
import dev.baton.partitioning.splitpackage.FileEntry;
import dev.baton.partitioning.splitpackage.Manifest;
import dev.baton.partitioning.splitpackage.Parity;
import dev.baton.partitioning.splitpackage.RejectedSplitPoint;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.partitioning.splitpackage.SplitPackageWriter;
import dev.baton.partitioning.splitpackage.SplitPointEntry;
import dev.baton.partitioning.splitpackage.WeightSegment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Divides a model: finds the split points worth having, proves each against the whole, and packages them once. */
public final class ModelDivider {
    private static final Parity SAME = new Parity(true, 0);

    private ModelDivider() {}

    /**
     * Makes the split package of a model.
     *
     * @param targetDirectory where the package will lie; must not exist yet, or hold the same package
     * @param progress told in plain sentences what is being done
     * @throws InvalidModelException when the file is not a model that Baton can take
     */
    public static SplitPackage divide(
            DivisionRequest request, GraphRunner runner, Path targetDirectory, Consumer<String> progress)
            throws InvalidModelException, IOException {
        try (SplitPackageWriter writer = new SplitPackageWriter(targetDirectory)) {
            Division.Result result = Division.of(request, runner, writer, progress);
            Optional<String> sample = writeSample(request, writer);
            nameFiles(result, writer);
            String source = Digests.sha256(request.onnx());
            SplitPackage made =
                    writer.finish(files -> manifest(request, result, source, files, writer.weightSegments(), sample));
            progress.accept("package %s: %d split points between the ends, %d kept out"
                    .formatted(
                            made.version(),
                            result.kept().size(),
                            made.manifest().rejected().size()));
            made.manifest()
                    .exit()
                    .ifPresent(exit ->
                            progress.accept(sayWhere(exit, made.manifest().exitPoints())));
            return made;
        }
    }

    private static String sayWhere(EarlyExit exit, List<Integer> points) {
        return points.isEmpty()
                ? "output '%s' is made in no head: no request will exit early".formatted(exit.output())
                : "output '%s' may answer early at split points %s".formatted(exit.output(), points);
    }

    private static Optional<String> writeSample(DivisionRequest request, SplitPackageWriter writer) throws IOException {
        if (request.sampleImage().isEmpty()) {
            return Optional.empty();
        }
        byte[] encoded = request.sampleImage().get();
        writer.<IOException>write(SplitPackage.SAMPLE_FILE, out -> out.write(encoded));
        return Optional.of(SplitPackage.SAMPLE_FILE);
    }

    /** Split points that are kept get their numbers, the others' files go. */
    private static void nameFiles(Division.Result result, SplitPackageWriter writer) throws IOException {
        for (Division.Tried tried : result.tried().values()) {
            int index = result.kept().indexOf(tried) + 1;
            for (String part : List.of("head-", "tail-")) {
                if (index == 0) {
                    writer.remove(part + tried.files());
                } else {
                    writer.rename(part + tried.files(), part + "%02d.onnx".formatted(index));
                }
            }
        }
    }

    private static Manifest manifest(
            DivisionRequest request,
            Division.Result result,
            String source,
            Map<String, FileEntry> files,
            List<WeightSegment> weightSegments,
            Optional<String> sample) {
        return new Manifest(
                Manifest.FORMAT,
                request.modelName(),
                source,
                result.graph().inputs().stream().map(ModelInput::spec).toList(),
                result.outputs(),
                entries(result),
                result.tried().values().stream()
                        .filter(tried -> !tried.verdict().passed())
                        .map(tried -> new RejectedSplitPoint(
                                tried.point().name(),
                                tried.point().head().size(),
                                tried.verdict().maxRelativeDifference(),
                                tried.verdict().failure().orElse("")))
                        .toList(),
                result.reason(),
                files,
                weightSegments,
                request.description().image(),
                request.description().output(),
                request.description().exit(),
                sample,
                result.recipe(),
                result.operators(),
                result.warnings());
    }

    private static List<SplitPointEntry> entries(Division.Result result) {
        int operators = result.graph().operators().size();
        List<SplitPointEntry> entries = new ArrayList<>();
        List<CrossingTensor> inputs = result.recipe().stream()
                .map(input -> new CrossingTensor(input.name(), input.type(), input.shape()))
                .toList();
        entries.add(new SplitPointEntry(
                0,
                "cloud-only",
                0,
                operators,
                0,
                inputs,
                inputs.stream().mapToLong(CrossingTensor::bytes).sum(),
                inputs.stream().map(CrossingTensor::name).toList(),
                Optional.empty(),
                Optional.of(SplitPackage.WHOLE_FILE),
                SAME,
                result.inputCodecs()));
        for (Division.Tried tried : result.kept()) {
            int index = entries.size();
            SplitPoint point = tried.point();
            entries.add(new SplitPointEntry(
                    index,
                    point.name(),
                    point.head().size(),
                    operators - point.head().size(),
                    result.weights().prefixFor(headOf(result, point)),
                    point.crossing(),
                    point.crossingBytes(),
                    ParityGate.tailInputs(result.graph(), point),
                    Optional.of("head-%02d.onnx".formatted(index)),
                    Optional.of("tail-%02d.onnx".formatted(index)),
                    tried.verdict().parity().orElseThrow(),
                    tried.codecs()));
        }
        entries.add(new SplitPointEntry(
                entries.size(),
                "edge-only",
                operators,
                0,
                result.weights().totalBytes(),
                List.of(),
                0,
                List.of(),
                Optional.of(SplitPackage.WHOLE_FILE),
                Optional.empty(),
                SAME,
                List.of()));
        return entries;
    }

    private static List<Operator> headOf(Division.Result result, SplitPoint point) {
        Set<OperatorId> head = new HashSet<>(point.head());
        return result.graph().operators().stream()
                .filter(operator -> head.contains(operator.id()))
                .toList();
    }
}
