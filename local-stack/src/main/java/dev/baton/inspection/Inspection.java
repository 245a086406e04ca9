package dev.baton.inspection;

import dev.baton.partitioning.divide.Candidates;
import dev.baton.partitioning.probe.ProbeInput;
import dev.baton.partitioning.split.CrossingTensor;
import dev.baton.partitioning.split.SplitPoint;
import dev.baton.partitioning.splitpackage.CodecMeasurement;
import dev.baton.partitioning.splitpackage.Manifest;
import dev.baton.partitioning.splitpackage.OperatorEntry;
import dev.baton.partitioning.splitpackage.Parity;
import dev.baton.partitioning.splitpackage.RejectedSplitPoint;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.partitioning.splitpackage.SplitPointEntry;
import dev.baton.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What there is to know about a model and its split points.
 *
 * @param model the model's name
 * @param version of its split package, where there is one
 * @param proven whether head and tail of each split point were compared with the whole
 * @param inputs the model's inputs; −1 marks a variable dimension
 * @param outputs the model's outputs
 * @param probe the input that shapes, costs and sizes are for
 * @param constants how many operators depend on no input, where that was counted
 * @param weightBytes size of all weights, each counted once
 * @param knownFlops operations of those operators whose number is known, a multiply-add counted as two
 * @param unknownOperators how many operators' number of operations is unknown, and missing in {@code knownFlops}
 * @param kinds operators by kind, those with the most operations first
 * @param splitPoints from front to back, ends included
 * @param rejected those that failed the comparison with the whole
 * @param reason why there are none between the ends, when there are none
 * @param warnings why the comparison proves little for this probe input, where it does
 * @param picture what sending a picture takes, where one is known
 * @param operators in the order whose prefixes the heads are
 */
public record Inspection(
        String model,
        Optional<String> version,
        boolean proven,
        List<TensorSpec> inputs,
        List<TensorSpec> outputs,
        List<ProbeInput> probe,
        OptionalInt constants,
        long weightBytes,
        long knownFlops,
        int unknownOperators,
        List<Kind> kinds,
        List<Point> splitPoints,
        List<RejectedSplitPoint> rejected,
        Optional<String> reason,
        List<String> warnings,
        Optional<PictureSize> picture,
        List<OperatorEntry> operators) {

    /**
     * All operators of one kind.
     *
     * @param flops their operations together; empty when that of any of them is unknown
     */
    public record Kind(String kind, int operators, OptionalLong flops) {}

    /**
     * A split point.
     *
     * @param name its last head operator
     * @param depth the head's share of the FLOPs, 0 to 1; empty where those of any operator are unknown
     * @param headWeightBytes how much of the weights the head needs, where that was determined
     * @param crossing what travels
     * @param crossingBytes its uncompressed size
     * @param parity how closely it equals the whole, where that was proven
     * @param codecs what codecs make of what travels, where that was measured
     */
    public record Point(
            int index,
            String name,
            int headOperators,
            int tailOperators,
            OptionalDouble depth,
            OptionalLong headWeightBytes,
            List<CrossingTensor> crossing,
            long crossingBytes,
            Optional<Parity> parity,
            List<CodecMeasurement> codecs) {

        /** What a codec makes of it. */
        public Optional<CodecMeasurement> codec(String id) {
            return codecs.stream().filter(codec -> codec.codec().equals(id)).findFirst();
        }
    }

    /** Of a model whose split points were found, but not tried. */
    public static Inspection of(Candidates found, Optional<PictureSize> picture) {
        List<OperatorEntry> operators = found.operators();
        List<Point> points = new ArrayList<>();
        List<CrossingTensor> inputs = found.recipe().stream()
                .map(input -> new CrossingTensor(input.name(), input.type(), input.shape()))
                .toList();
        points.add(candidate(operators, 0, 0, "cloud-only", inputs));
        for (SplitPoint point : found.points().between()) {
            points.add(candidate(operators, points.size(), point.head().size(), point.name(), point.crossing()));
        }
        points.add(candidate(operators, points.size(), operators.size(), "edge-only", List.of()));
        return new Inspection(
                found.model(),
                Optional.empty(),
                false,
                found.inputs(),
                found.outputs(),
                found.recipe(),
                OptionalInt.of(found.constants()),
                found.cost().weightBytes(),
                found.cost().knownFlops(),
                found.cost().unknownOperators(),
                kinds(operators),
                points,
                List.of(),
                found.points().reason(),
                List.of(),
                picture,
                operators);
    }

    private static Point candidate(
            List<OperatorEntry> operators, int index, int head, String name, List<CrossingTensor> crossing) {
        return new Point(
                index,
                name,
                head,
                operators.size() - head,
                depth(operators, head),
                OptionalLong.empty(),
                crossing,
                crossing.stream().mapToLong(CrossingTensor::bytes).sum(),
                Optional.empty(),
                List.of());
    }

    /** Of a split package, which holds only proven split points. */
    public static Inspection of(SplitPackage splitPackage, Optional<PictureSize> picture) {
        Manifest manifest = splitPackage.manifest();
        List<OperatorEntry> operators = manifest.operators();
        return new Inspection(
                manifest.model(),
                Optional.of(splitPackage.version()),
                true,
                manifest.inputs(),
                manifest.outputs(),
                manifest.probe(),
                OptionalInt.empty(),
                manifest.splitPoints().getLast().headWeightBytes(),
                operators.stream()
                        .mapToLong(operator -> operator.flops().orElse(0))
                        .sum(),
                operators.isEmpty()
                        ? manifest.splitPoints().getLast().headOperators()
                        : Math.toIntExact(operators.stream()
                                .filter(operator -> operator.flops().isEmpty())
                                .count()),
                kinds(operators),
                manifest.splitPoints().stream()
                        .map(point -> proven(operators, point))
                        .toList(),
                manifest.rejected(),
                manifest.reason(),
                manifest.probeWarnings(),
                picture,
                operators);
    }

    private static Point proven(List<OperatorEntry> operators, SplitPointEntry point) {
        return new Point(
                point.index(),
                point.name(),
                point.headOperators(),
                point.tailOperators(),
                depth(operators, point.headOperators()),
                OptionalLong.of(point.headWeightBytes()),
                point.crossing(),
                point.crossingBytes(),
                Optional.of(point.parity()),
                point.codecs());
    }

    private static OptionalDouble depth(List<OperatorEntry> operators, int head) {
        long all = operators.stream()
                .mapToLong(operator -> operator.flops().orElse(0))
                .sum();
        long before = operators.stream()
                .limit(head)
                .mapToLong(operator -> operator.flops().orElse(0))
                .sum();
        boolean unknown =
                operators.stream().anyMatch(operator -> operator.flops().isEmpty());
        return all == 0 || unknown ? OptionalDouble.empty() : OptionalDouble.of((double) before / all);
    }

    private static List<Kind> kinds(List<OperatorEntry> operators) {
        Map<String, Kind> kinds = new LinkedHashMap<>();
        for (OperatorEntry operator : operators) {
            kinds.merge(
                    operator.kind(),
                    new Kind(operator.kind(), 1, operator.flops()),
                    (one, other) -> new Kind(one.kind(), one.operators() + 1, sum(one.flops(), other.flops())));
        }
        List<Kind> most = new ArrayList<>(kinds.values());
        most.sort((one, other) -> {
            int byFlops = Long.compare(
                    other.flops().orElse(Long.MAX_VALUE), one.flops().orElse(Long.MAX_VALUE));
            return byFlops == 0 ? Integer.compare(other.operators(), one.operators()) : byFlops;
        });
        return most;
    }

    private static OptionalLong sum(OptionalLong one, OptionalLong other) {
        return one.isPresent() && other.isPresent()
                ? OptionalLong.of(one.getAsLong() + other.getAsLong())
                : OptionalLong.empty();
    }

    /** The index at which the whole model runs on the edge node. */
    public int lastIndex() {
        return splitPoints.size() - 1;
    }
}
