package dev.baton.planning;

import dev.baton.partitioning.Placement;
import dev.baton.partitioning.accuracy.AccuracyProfile;
import dev.baton.partitioning.accuracy.AccuracyProfile.Metric;
import dev.baton.partitioning.accuracy.CodecAccuracy;
import dev.baton.partitioning.accuracy.SplitPointAccuracy;
import dev.baton.partitioning.split.CrossingTensor;
import dev.baton.partitioning.splitpackage.CodecMeasurement;
import dev.baton.partitioning.splitpackage.FileEntry;
import dev.baton.partitioning.splitpackage.Manifest;
import dev.baton.partitioning.splitpackage.OperatorEntry;
import dev.baton.partitioning.splitpackage.OutputMeaning;
import dev.baton.partitioning.splitpackage.SplitPointEntry;
import dev.baton.tensor.TensorSpec;
import dev.baton.tensor.codec.Codec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What planning needs of one model version: its split points, what crosses there with each codec, and every alternative once,
 * by number. Immutable, and shared by all edge nodes.
 */
public final class ModelProfile {
    /*
     * Alternatives are numbered: 0 is edge-only; then, for split point after split point beginning with the one that runs
     * nothing on the edge node (cloud-only), one for each codec. So an alternative's split point and codec follow from its number,
     * and what is known of it lies in arrays. Cloud-only with the first codec, raw, also stands for the client's compressed
     * picture, which travels as it came; the other codecs of cloud-only do not occur then.
     */
    /** Every codec, in the order of alternatives. */
    public static final List<Codec> CODECS = Codec.all();

    static final int CODEC_COUNT = CODECS.size();
    /** The alternative that runs everything on the edge node. */
    public static final int EDGE_ONLY = 0;
    /** The alternative that sends the client's picture, or the input tensors uncompressed. */
    public static final int CLOUD_ONLY = 1;
    /** What moving a byte is taken to cost besides operations, in operations: small devices are short of both. */
    private static final double OPERATIONS_PER_BYTE = 4;

    /** What goes around the tensors of an answer: ids, names, times. */
    private static final double RESULT_OVERHEAD_BYTES = 200;

    /** Preferences that are remembered worked out; whoever has more works them out again. */
    private static final int MAX_RULES = 256;

    private final ModelVersion model;
    private final List<Point> points;
    private final boolean takesPictures;
    private final OptionalLong samplePictureBytes;
    private final Optional<Metric> metric;
    private final int last;
    private final Choice[] choices;
    private final Map<Codec, Integer> codecNumbers = new HashMap<>();
    private final Map<Preferences, Rules> rules = new ConcurrentHashMap<>();
    private volatile @Nullable Rules latestRules;

    final double[] headShare;
    final double[] crossingBytes;
    /** Size of the tail's answer by split point, as the package tells. */
    final double[] resultBytes;

    final double[] encodedBytes;
    final double[] relativeError;
    final double[] agreement;
    /** For each split point but the last the others, those first whose crossing bytes are most alike. */
    final int[][] byLikeSize;

    /**
     * A place to divide.
     *
     * @param index its number: 0 runs nothing on the edge node, the last runs everything there
     * @param name its last head operator, for people
     * @param crossingBytes bytes of what crosses, unencoded
     * @param headShare the head's share of the whole model's work, 0 to 1, as far as operators' costs tell
     * @param headOperators operators of the head
     * @param headBytes memory that the head takes: its weights and the most that its operators keep at a time
     * @param rawInputCrosses whether a model input is among what crosses
     * @param codecs what each codec does here
     * @param resultBytes size of the tail's answer; 0 where there is none
     */
    public record Point(
            int index,
            String name,
            long crossingBytes,
            double headShare,
            int headOperators,
            long headBytes,
            boolean rawInputCrosses,
            Map<Codec, CodecFacts> codecs,
            double resultBytes) {
        public Point {
            codecs = Map.copyOf(codecs);
            if (!(resultBytes >= 0)) {
                throw new IllegalArgumentException(
                        "split point %d: an answer of %s bytes".formatted(index, resultBytes));
            }
            if (index < 0
                    || crossingBytes < 0
                    || !(headShare >= 0 && headShare <= 1)
                    || headOperators < 0
                    || headBytes < 0) {
                throw new IllegalArgumentException(
                        "split point %d: %d crossing bytes, head with %s of the work, %d operators, %d bytes: expected a share of 0 to 1 and no negative count"
                                .formatted(index, crossingBytes, headShare, headOperators, headBytes));
            }
        }

        /** A place whose tail's answers take no bytes that count. */
        public Point(
                int index,
                String name,
                long crossingBytes,
                double headShare,
                int headOperators,
                long headBytes,
                boolean rawInputCrosses,
                Map<Codec, CodecFacts> codecs) {
            this(index, name, crossingBytes, headShare, headOperators, headBytes, rawInputCrosses, codecs, 0);
        }
    }

    /**
     * What a codec does to what crosses at a split point.
     *
     * @param bytes encoded size
     * @param relativeError that it makes to the model's output: mean on the evaluated data set, else the largest on the probe
     *     input; empty when neither was measured
     * @param agreement share of evaluated samples whose likeliest class is the whole model's; empty when not evaluated
     */
    public record CodecFacts(double bytes, OptionalDouble relativeError, OptionalDouble agreement) {
        public CodecFacts {
            if (!(bytes >= 0)) {
                throw new IllegalArgumentException("encoded size must not be negative, but was " + bytes);
            }
        }

        /** As measured when a model is imported. */
        public static CodecFacts imported(double bytes, double relativeError) {
            return new CodecFacts(bytes, OptionalDouble.of(relativeError), OptionalDouble.empty());
        }
    }

    /**
     * A model version from its facts, such as a simulation has.
     *
     * @param points by index
     * @param takesPictures whether the package says how a compressed picture becomes the input tensor
     * @param samplePictureBytes size of a usual picture, where one is known
     * @param metric what the accuracy budget is about; empty when nobody said what the output means
     */
    public ModelProfile(
            ModelVersion model,
            List<Point> points,
            boolean takesPictures,
            OptionalLong samplePictureBytes,
            Optional<Metric> metric) {
        this.model = model;
        this.points = List.copyOf(points);
        this.takesPictures = takesPictures;
        this.samplePictureBytes = samplePictureBytes;
        this.metric = metric;
        requireInOrder(model, this.points);
        last = points.size() - 1;
        int alternatives = 1 + last * CODEC_COUNT;
        choices = new Choice[alternatives];
        headShare = this.points.stream().mapToDouble(Point::headShare).toArray();
        crossingBytes = this.points.stream()
                .mapToDouble(point -> (double) point.crossingBytes())
                .toArray();
        resultBytes = this.points.stream().mapToDouble(Point::resultBytes).toArray();
        encodedBytes = new double[alternatives];
        relativeError = new double[alternatives];
        agreement = new double[alternatives];
        byLikeSize = byLikeSize(crossingBytes, last);
        for (int codec = 0; codec < CODEC_COUNT; codec++) {
            codecNumbers.put(CODECS.get(codec), codec);
        }
        for (int alternative = 0; alternative < alternatives; alternative++) {
            describe(alternative);
        }
    }

    private static int[][] byLikeSize(double[] crossingBytes, int last) {
        int[][] alike = new int[last][];
        for (int point = 0; point < last; point++) {
            int self = point;
            alike[point] = IntStream.range(0, last)
                    .filter(other -> other != self)
                    .boxed()
                    .sorted(Comparator.comparingDouble(
                            other -> Math.abs(Math.log((crossingBytes[other] + 1) / (crossingBytes[self] + 1)))))
                    .mapToInt(Integer::intValue)
                    .toArray();
        }
        return alike;
    }

    private static void requireInOrder(ModelVersion model, List<Point> points) {
        if (points.size() < 2) {
            throw new IllegalArgumentException(
                    "%s must have at least its two ends as split points, but has %d".formatted(model, points.size()));
        }
        for (int index = 0; index < points.size(); index++) {
            Point point = points.get(index);
            Point before = points.get(Math.max(0, index - 1));
            if (point.index() != index || point.headShare() < before.headShare()) {
                throw new IllegalArgumentException(
                        "%s: split point %d at place %d with a head of %s of the work: expected nested heads in order"
                                .formatted(model, point.index(), index, point.headShare()));
            }
        }
    }

    private void describe(int alternative) {
        Point point = points.get(splitPoint(alternative));
        if (alternative == EDGE_ONLY) {
            choices[alternative] = Choice.EDGE_ONLY;
            return;
        }
        Codec codec = CODECS.get(codecNumber(alternative));
        Placement placement = point.index() == 0 ? new Placement.CloudOnly() : new Placement.Split(point.index());
        choices[alternative] = new Choice(placement, codec);
        boolean exact = codec.quantization() == Codec.Quantization.RAW;
        Optional<CodecFacts> facts = Optional.ofNullable(point.codecs().get(codec));
        boolean asIs = codec.equals(Choice.NO_CODEC);
        encodedBytes[alternative] =
                facts.map(CodecFacts::bytes).orElse(asIs ? (double) point.crossingBytes() : Double.NaN);
        relativeError[alternative] = exact
                ? 0
                : facts.map(known -> known.relativeError().orElse(Double.NaN)).orElse(Double.NaN);
        agreement[alternative] = exact
                ? 1
                : facts.map(known -> known.agreement().orElse(Double.NaN)).orElse(Double.NaN);
    }

    /**
     * A model version from its package, and from what was found when it was evaluated.
     *
     * @throws IllegalArgumentException when the evaluation is of another version
     */
    public static ModelProfile of(
            ModelVersion version,
            Manifest manifest,
            OptionalLong samplePictureBytes,
            Optional<AccuracyProfile> accuracy) {
        accuracy.filter(profile -> !profile.version().equals(version.version())).ifPresent(profile -> {
            throw new IllegalArgumentException("an accuracy profile of version %s cannot describe %s, version %s"
                    .formatted(profile.version(), version.model(), version.version()));
        });
        Set<String> inputs = manifest.inputs().stream().map(TensorSpec::name).collect(Collectors.toSet());
        List<Point> points = new ArrayList<>();
        for (SplitPointEntry entry : manifest.splitPoints()) {
            points.add(new Point(
                    entry.index(),
                    entry.name(),
                    entry.crossingBytes(),
                    headShare(manifest, entry),
                    entry.headOperators(),
                    headBytes(manifest, entry),
                    entry.crossing().stream().anyMatch(tensor -> inputs.contains(tensor.name())),
                    codecs(entry, accuracy.flatMap(profile -> profile.splitPoint(entry.index()))),
                    resultBytes(manifest, entry)));
        }
        return new ModelProfile(
                version,
                points,
                manifest.image().isPresent(),
                samplePictureBytes,
                accuracy.map(AccuracyProfile::metric).or(() -> manifest.output().map(ModelProfile::metric)));
    }

    private static Metric metric(OutputMeaning output) {
        return output.kind().equals("classification") ? Metric.TOP1 : Metric.RELATIVE_ERROR;
    }

    /** Size of a package's sample picture, where it has one. */
    public static OptionalLong samplePictureBytes(Manifest manifest) {
        return manifest.sampleFile()
                .flatMap(file -> Optional.ofNullable(manifest.files().get(file)))
                .map(FileEntry::bytes)
                .map(OptionalLong::of)
                .orElseGet(OptionalLong::empty);
    }

    private static double headShare(Manifest manifest, SplitPointEntry entry) {
        if (entry.tailOperators() == 0) {
            return 1;
        }
        if (manifest.operators().isEmpty()) {
            return (double) entry.headOperators() / (entry.headOperators() + entry.tailOperators());
        }
        double whole = work(manifest.operators());
        double head = work(manifest.operators().subList(0, entry.headOperators()));
        return whole > 0 ? Math.min(1, head / whole) : 0;
    }

    /** Operations, and bytes that are moved; operators of unknown operations count with their bytes alone. */
    private static double work(List<OperatorEntry> operators) {
        double work = 0;
        for (OperatorEntry operator : operators) {
            double bytes = (double) operator.weightBytes() + operator.activationBytes();
            work += operator.flops().orElse(0) + OPERATIONS_PER_BYTE * bytes;
        }
        return work;
    }

    private static long headBytes(Manifest manifest, SplitPointEntry entry) {
        long live = 0;
        if (!manifest.operators().isEmpty()) {
            for (OperatorEntry operator : manifest.operators().subList(0, entry.headOperators())) {
                live = Math.max(live, operator.liveBytes() + operator.activationBytes());
            }
        }
        return entry.headWeightBytes() + Math.max(0, live);
    }

    /** Outputs that the head has not made, unencoded, with what goes around them; a variable dimension counts once. */
    private static double resultBytes(Manifest manifest, SplitPointEntry entry) {
        if (entry.tailOperators() == 0) {
            return 0;
        }
        Set<String> made = entry.crossing().stream().map(CrossingTensor::name).collect(Collectors.toSet());
        double bytes = RESULT_OVERHEAD_BYTES;
        for (TensorSpec output : manifest.outputs()) {
            if (!made.contains(output.name())) {
                double elements = 1;
                for (long size : output.shape().dimensions()) {
                    elements *= Math.max(1, size);
                }
                bytes += elements * output.type().bytes();
            }
        }
        return bytes;
    }

    private static Map<Codec, CodecFacts> codecs(SplitPointEntry entry, Optional<SplitPointAccuracy> evaluated) {
        Map<Codec, CodecFacts> facts = new HashMap<>();
        for (CodecMeasurement imported : entry.codecs()) {
            known(imported.codec())
                    .ifPresent(codec -> facts.put(
                            codec, CodecFacts.imported((double) imported.bytes(), imported.maxOutputRelativeError())));
        }
        for (CodecAccuracy codec : evaluated.map(SplitPointAccuracy::codecs).orElse(List.of())) {
            known(codec.codec())
                    .ifPresent(id -> facts.put(
                            id,
                            new CodecFacts(
                                    codec.bytes().mean(),
                                    OptionalDouble.of(codec.answers().relativeError()),
                                    OptionalDouble.of(codec.answers().agreement()))));
        }
        return facts;
    }

    private static Optional<Codec> known(String id) {
        return CODECS.stream().filter(codec -> codec.id().equals(id)).findFirst();
    }

    public ModelVersion model() {
        return model;
    }

    /** Every split point by index, both ends included. */
    public List<Point> points() {
        return points;
    }

    /** The split points between the ends. */
    public List<Point> between() {
        return points.subList(1, last);
    }

    /** Nothing on the edge node. */
    public Point first() {
        return points.getFirst();
    }

    /** Everything on the edge node. */
    public Point last() {
        return points.getLast();
    }

    /** Whether the package says how a compressed picture becomes the input tensor. */
    public boolean takesPictures() {
        return takesPictures;
    }

    public OptionalLong samplePictureBytes() {
        return samplePictureBytes;
    }

    /** What the accuracy budget is about; empty when nobody said what the output means. */
    public Optional<Metric> metric() {
        return metric;
    }

    /** How many alternatives there are; they are numbered from 0. */
    public int alternatives() {
        return choices.length;
    }

    public Choice choice(int alternative) {
        return choices[alternative];
    }

    /** The number of a choice, or −1 when this version does not have it. */
    public int indexOf(Choice choice) {
        Integer codec = codecNumbers.get(choice.codec());
        return switch (choice.placement()) {
            case Placement.EdgeOnly edge -> EDGE_ONLY;
            case Placement.CloudOnly cloud -> codec == null ? -1 : alternative(0, codec);
            case Placement.Split(int point) -> codec == null || point >= last ? -1 : alternative(point, codec);
        };
    }

    static int alternative(int splitPoint, int codec) {
        return 1 + splitPoint * CODEC_COUNT + codec;
    }

    /** The number of the alternative that divides at {@code splitPoint}, not the last, with {@code codec}; or −1. */
    int alternative(int splitPoint, Codec codec) {
        Integer number = codecNumbers.get(codec);
        return number == null || splitPoint < 0 || splitPoint >= last ? -1 : alternative(splitPoint, number);
    }

    /** The split point of an alternative; the last for edge-only. */
    int splitPoint(int alternative) {
        return alternative == EDGE_ONLY ? last : (alternative - 1) / CODEC_COUNT;
    }

    static int codecNumber(int alternative) {
        return (alternative - 1) % CODEC_COUNT;
    }

    /** Encoded bytes as the package or the evaluation tells, else the bytes that cross: what measured ones are relative to. */
    double expectedBytes(int alternative) {
        double known = encodedBytes[alternative];
        return known > 0 ? known : crossingBytes[splitPoint(alternative)] + 1;
    }

    /** {@code preferences} worked out for this version, once. */
    Rules rules(Preferences preferences) {
        Rules latest = latestRules;
        if (latest != null && latest.preferences.equals(preferences)) {
            return latest;
        }
        if (rules.size() >= MAX_RULES) {
            rules.clear();
        }
        Rules worked = rules.computeIfAbsent(preferences, wanted -> new Rules(this, wanted));
        latestRules = worked;
        return worked;
    }

    int lastPoint() {
        return last;
    }
}
