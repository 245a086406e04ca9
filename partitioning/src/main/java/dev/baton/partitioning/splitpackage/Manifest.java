package dev.baton.partitioning.splitpackage;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import dev.baton.partitioning.probe.ProbeInput;
import dev.baton.tensor.TensorSpec;
import dev.baton.tensor.image.ImageInput;
import java.io.IOException;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a split package holds and promises; {@code manifest.json}, whose SHA-256 is the model's version. It may come from
 * anywhere, so everything in it is checked: file names that would leave the directory, sizes, and that it holds together.
 *
 * @param format 1
 * @param model the model's name
 * @param sourceSha256 of the ONNX file it was made from
 * @param inputs the model's inputs; −1 marks a variable dimension
 * @param outputs the model's outputs
 * @param splitPoints every routable split point by index, both ends included
 * @param rejected those that failed the parity gate
 * @param reason why there are no split points between the ends, when there are none
 * @param files every other file of the package by name
 * @param weightSegments all of {@code weights.bin} in order, so that what a head needs of it can be verified without the rest;
 *     empty in packages made before this was written down
 * @param image how a picture becomes the input, for image models
 * @param output what the answer means
 * @param exit an output that may answer early, and how sure it must be
 * @param sampleFile the sample picture's file
 * @param probe the recipe of the probe input
 * @param operators what each operator costs, in the order whose prefixes the heads are; empty in packages made before this
 *     was written down
 * @param probeWarnings why the comparison for the probe input proves little, where it does
 */
public record Manifest(
        int format,
        String model,
        String sourceSha256,
        List<TensorSpec> inputs,
        List<TensorSpec> outputs,
        List<SplitPointEntry> splitPoints,
        List<RejectedSplitPoint> rejected,
        Optional<String> reason,
        Map<String, FileEntry> files,
        @JsonSetter(nulls = Nulls.AS_EMPTY) List<WeightSegment> weightSegments,
        Optional<ImageInput> image,
        Optional<OutputMeaning> output,
        Optional<EarlyExit> exit,
        Optional<String> sampleFile,
        List<ProbeInput> probe,
        @JsonSetter(nulls = Nulls.AS_EMPTY) List<OperatorEntry> operators,
        @JsonSetter(nulls = Nulls.AS_EMPTY) List<String> probeWarnings) {
    /** The only format there is. */
    public static final int FORMAT = 1;

    /** A manifest of more bytes is refused unread. */
    static final int MAX_BYTES = 16 << 20;

    private static final String MODEL_NAME = "[a-zA-Z0-9._-]{1,100}";
    private static final String FILE_NAME = "[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}";

    public Manifest {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        splitPoints = List.copyOf(splitPoints);
        rejected = List.copyOf(rejected);
        probe = ProbeInput.together(probe);
        operators = List.copyOf(operators);
        probeWarnings = List.copyOf(probeWarnings);
        weightSegments = List.copyOf(weightSegments);
        SortedMap<String, FileEntry> byName = new TreeMap<>(files);
        files = Collections.unmodifiableSortedMap(byName);
        require(format == FORMAT, "format %d: expected %d".formatted(format, FORMAT));
        require(
                model.matches(MODEL_NAME),
                "model '%s': expected 1 to 100 letters, digits, '.', '_' or '-'".formatted(model));
        require(
                sourceSha256.matches("[0-9a-f]{64}"),
                "sourceSha256 '%s': expected 64 hexadecimal digits".formatted(sourceSha256));
        byName.forEach((name, entry) -> require(
                name.matches(FILE_NAME) && !name.equals(SplitPackage.MANIFEST_FILE),
                "file name '%s' (%d bytes): expected a plain name in the package's own directory"
                        .formatted(name, entry.bytes())));
        requireFile(byName, SplitPackage.WHOLE_FILE);
        requireFile(byName, SplitPackage.WEIGHTS_FILE);
        sampleFile.ifPresent(sample -> requireFile(byName, sample));
        require(
                probe.stream()
                        .map(ProbeInput::name)
                        .toList()
                        .equals(inputs.stream().map(TensorSpec::name).toList()),
                "a probe for %s: expected one for each input, %s"
                        .formatted(
                                probe.stream().map(ProbeInput::name).toList(),
                                inputs.stream().map(TensorSpec::name).toList()));
        require(splitPoints.size() >= 2, "%d split points: expected both ends at least".formatted(splitPoints.size()));
        for (int index = 0; index < splitPoints.size(); index++) {
            checkSplitPoint(splitPoints, index, byName);
        }
        checkOperators(operators, splitPoints.getLast().headOperators());
        checkSegments(weightSegments, byName, splitPoints);
        Optional<String> pictureInput = image.map(ImageInput::input);
        List<String> inputNames = inputs.stream().map(TensorSpec::name).toList();
        require(
                pictureInput.isEmpty() || inputNames.contains(pictureInput.get()),
                "image.input %s: expected one of the inputs, %s".formatted(pictureInput, inputNames));
        checkExit(exit, outputs);
    }

    private static void checkExit(Optional<EarlyExit> exit, List<TensorSpec> outputs) {
        exit.ifPresent(early -> require(
                outputs.stream()
                        .anyMatch(spec -> spec.name().equals(early.output())
                                && spec.type().isFloat()),
                "exit.output '%s': expected one of the outputs with floating-point numbers, %s"
                        .formatted(early.output(), outputs)));
    }

    private static void checkSplitPoint(
            List<SplitPointEntry> splitPoints, int index, SortedMap<String, FileEntry> files) {
        SplitPointEntry point = splitPoints.get(index);
        boolean first = index == 0;
        boolean last = index == splitPoints.size() - 1;
        require(
                point.index() == index,
                "split point %d at place %d: expected them in order".formatted(point.index(), index));
        require(
                first
                        ? point.headFile().isEmpty() && isWhole(point.tailFile())
                        : last
                                ? isWhole(point.headFile()) && point.tailFile().isEmpty()
                                : point.headFile().isPresent()
                                        && point.tailFile().isPresent(),
                "split point %d has head file %s and tail file %s: expected %s at the ends and two files between them"
                        .formatted(index, point.headFile(), point.tailFile(), SplitPackage.WHOLE_FILE));
        point.headFile().ifPresent(name -> requireFile(files, name));
        point.tailFile().ifPresent(name -> requireFile(files, name));
        FileEntry weights = files.get(SplitPackage.WEIGHTS_FILE);
        require(
                weights != null && point.headWeightBytes() <= weights.bytes(),
                "split point %d needs %d bytes of weights: more than there are"
                        .formatted(index, point.headWeightBytes()));
        SplitPointEntry before = splitPoints.get(Math.max(0, index - 1));
        require(
                point.headOperators() >= before.headOperators()
                        && point.headOperators() + point.tailOperators()
                                == before.headOperators() + before.tailOperators(),
                "split point %d has %d operators in its head and %d in its tail, the one before %d and %d: expected nested heads"
                        .formatted(
                                index,
                                point.headOperators(),
                                point.tailOperators(),
                                before.headOperators(),
                                before.tailOperators()));
    }

    private static void checkOperators(List<OperatorEntry> operators, int expected) {
        require(
                operators.isEmpty() || operators.size() == expected,
                "%d operators listed: expected %d, or none".formatted(operators.size(), expected));
        long different =
                operators.stream().map(OperatorEntry::number).distinct().count();
        require(
                different == operators.size(),
                "%d operators listed with %d numbers: expected each once".formatted(operators.size(), different));
    }

    private static void checkSegments(
            List<WeightSegment> segments, SortedMap<String, FileEntry> files, List<SplitPointEntry> splitPoints) {
        if (segments.isEmpty()) {
            return;
        }
        Set<Long> ends = new HashSet<>();
        ends.add(0L);
        long end = 0;
        for (WeightSegment segment : segments) {
            require(
                    segment.offset() == end,
                    "a segment of the weights from byte %d: expected one from %d".formatted(segment.offset(), end));
            end = segment.end();
            ends.add(end);
        }
        FileEntry weights = files.get(SplitPackage.WEIGHTS_FILE);
        require(
                weights != null && weights.bytes() == end,
                "segments of %d bytes of weights: expected %s".formatted(end, weights));
        for (SplitPointEntry point : splitPoints) {
            require(
                    ends.contains(point.headWeightBytes()),
                    "split point %d needs %d bytes of weights, but no segment ends there"
                            .formatted(point.index(), point.headWeightBytes()));
        }
    }

    private static boolean isWhole(Optional<String> file) {
        return file.filter(SplitPackage.WHOLE_FILE::equals).isPresent();
    }

    private static void requireFile(SortedMap<String, FileEntry> files, String name) {
        require(files.containsKey(name), "file '%s' is not among the files: %s".formatted(name, files.keySet()));
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException("manifest: " + message);
        }
    }

    /**
     * Reads {@code manifest.json}.
     *
     * @throws InvalidPackageException when it is no manifest, or does not hold together; says why
     */
    public static Manifest parse(byte[] json) throws InvalidPackageException {
        if (json.length > MAX_BYTES) {
            throw new InvalidPackageException(
                    "manifest of %d bytes: expected at most %d".formatted(json.length, MAX_BYTES));
        }
        try {
            return ManifestJson.mapper().readValue(json, Manifest.class);
        } catch (IOException | RuntimeException e) {
            throw new InvalidPackageException("not a manifest: " + firstLine(e), e);
        }
    }

    private static String firstLine(Exception e) {
        String message = e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
        return String.valueOf(message).lines().findFirst().orElse(e.getClass().getSimpleName());
    }

    /** As {@code manifest.json}: the same manifest gives the same bytes. */
    public byte[] toJson() {
        try {
            return ManifestJson.mapper().writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a manifest that cannot be written as JSON", e);
        }
    }

    /** The split point of this index; an unknown one is refused. */
    public SplitPointEntry splitPoint(int index) {
        if (index < 0 || index >= splitPoints.size()) {
            throw new IllegalArgumentException(
                    "model %s has no split point %d: expected 0 to %d".formatted(model, index, splitPoints.size() - 1));
        }
        return splitPoints.get(index);
    }

    /** What the manifest promises of a file; one that it does not list is refused. */
    public FileEntry file(String name) {
        FileEntry entry = files.get(name);
        if (entry == null) {
            throw new IllegalArgumentException("the package of model %s has no file '%s'".formatted(model, name));
        }
        return entry;
    }

    /** Split points between the ends whose heads make the output that may answer early. */
    public List<Integer> exitPoints() {
        return splitPoints.subList(1, lastIndex()).stream()
                .filter(point -> exit.isPresent()
                        && point.crossing().stream().anyMatch(tensor -> tensor.name()
                                .equals(exit.get().output())))
                .map(SplitPointEntry::index)
                .toList();
    }

    /** The size of {@code weights.bin}. */
    public long weightBytes() {
        return file(SplitPackage.WEIGHTS_FILE).bytes();
    }

    /** The segments that begin before this byte of {@code weights.bin}. */
    List<WeightSegment> segmentsUpTo(long bytes) {
        return weightSegments.stream()
                .takeWhile(segment -> segment.offset() < bytes)
                .toList();
    }

    /** The index at which the whole model runs on the edge node. */
    public int lastIndex() {
        return splitPoints.size() - 1;
    }
}
