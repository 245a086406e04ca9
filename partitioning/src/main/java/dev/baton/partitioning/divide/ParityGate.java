package dev.baton.partitioning.divide;

import dev.baton.partitioning.graph.ModelGraph;
import dev.baton.partitioning.probe.GraphRunException;
import dev.baton.partitioning.probe.GraphRunner;
import dev.baton.partitioning.probe.GraphRunner.Optimization;
import dev.baton.partitioning.split.CrossingTensor;
import dev.baton.partitioning.split.SplitPoint;
import dev.baton.partitioning.splitpackage.CodecMeasurement;
import dev.baton.partitioning.splitpackage.Parity;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.codec.Codec;
import dev.baton.tensor.codec.Codecs;
import dev.baton.tensor.codec.EncodedTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/*
 * Half precision is the exception to bit-exactness. Processors without half-precision arithmetic compute in single precision,
 * and the engine leaves out the rounding between one half-precision operator and the next, at every optimisation level. What
 * crosses is rounded to halves, as the model says; the whole did not do so. Measured on SqueezeNet and ResNet-20 converted to
 * halves: up to 5.4e-4 of the largest output, a rounding step of the output itself.
 */
/**
 * Runs head and tail against the whole model on the probe input. A split point passes when every bit agrees with the engine's
 * layout changes off, and nothing differs by more than {@link #TOLERANCE} of an output's largest value with them on. Where
 * half-precision activations cross, {@link #HALF_TOLERANCE} holds for both instead.
 */
final class ParityGate {
    /** What all of the engine's optimisations may move an output by, relative to its largest value. */
    static final double TOLERANCE = 1e-4;

    /**
     * Elements beyond which entropy coders are not measured, and so not used: at a tenth of a microsecond for each they would
     * take longer than they save on any link that such a tensor is sent over, and importing would wait for them.
     */
    private static final long MOST_ENTROPY_CODED = 1 << 18;

    /** What rounding activations to halves may move an output by: a few rounding steps. */
    static final double HALF_TOLERANCE = 2e-3;

    private final ModelGraph graph;
    private final GraphRunner runner;
    private final Map<String, Tensor> inputs;
    private final Path whole;
    private final Map<String, Tensor> exact;
    private final Map<String, Tensor> optimised;

    /**
     * What the gate found.
     *
     * @param parity empty when head or tail did not run
     * @param plainDifference what the answers differ by with layout changes off, 0 when bit-exact
     * @param failure why the split point is kept out, when it is
     */
    record Verdict(Optional<Parity> parity, double plainDifference, Optional<String> failure) {
        boolean passed() {
            return failure.isEmpty();
        }

        OptionalDouble maxRelativeDifference() {
            return parity.map(Parity::maxRelativeDifference)
                    .filter(Double::isFinite)
                    .map(OptionalDouble::of)
                    .orElseGet(OptionalDouble::empty);
        }

        /** For people. */
        @Override
        public String toString() {
            if (failure.isPresent()) {
                return "kept out, " + failure.get();
            }
            return parity.map(Parity::bitExact).orElse(false)
                    ? "bit-exact"
                    : "equal but for rounding to halves, by %.1e".formatted(plainDifference);
        }
    }

    ParityGate(ModelGraph graph, GraphRunner runner, Map<String, Tensor> inputs, Path whole) {
        this.graph = graph;
        this.runner = runner;
        this.inputs = inputs;
        this.whole = whole;
        this.exact = runner.run(whole, inputs, Optimization.EXTENDED);
        this.optimised = runner.run(whole, inputs, Optimization.ALL);
    }

    /** The whole model's answer with the engine's layout changes off. */
    Map<String, Tensor> exactAnswer() {
        return exact;
    }

    Verdict check(SplitPoint point, Path head, Path tail) {
        try {
            Map<String, Tensor> plain = divided(point, head, tail, Optimization.EXTENDED);
            Parity parity = new Parity(
                    Comparison.bitEqual(plain, exact),
                    Comparison.maxRelativeDifference(divided(point, head, tail, Optimization.ALL), optimised));
            double plainDifference = parity.bitExact() ? 0 : Comparison.maxRelativeDifference(plain, exact);
            return new Verdict(Optional.of(parity), plainDifference, failure(point, parity, plainDifference));
        } catch (GraphRunException e) {
            return new Verdict(
                    Optional.empty(), Double.POSITIVE_INFINITY, Optional.of("does not run: " + e.getMessage()));
        }
    }

    private static Optional<String> failure(SplitPoint point, Parity parity, double plainDifference) {
        boolean roundsToHalves = point.crossing().stream().anyMatch(tensor -> tensor.type() == ElementType.FP16);
        double tolerance = roundsToHalves ? HALF_TOLERANCE : TOLERANCE;
        if (!parity.bitExact() && !(roundsToHalves && plainDifference <= tolerance)) {
            return Optional.of("not bit-exact: differs from the whole by %.1e of the largest output value"
                    .formatted(plainDifference));
        }
        if (parity.maxRelativeDifference() > tolerance) {
            return Optional.of(
                    "with every optimisation differs from the whole by %.1e of the largest output value, more than %.0e"
                            .formatted(parity.maxRelativeDifference(), tolerance));
        }
        return Optional.empty();
    }

    private Map<String, Tensor> divided(SplitPoint point, Path head, Path tail, Optimization level) {
        return finish(point, crossing(point, head, level), tail, level);
    }

    /** What crosses for the probe input. */
    private Map<String, Tensor> crossing(SplitPoint point, Path head, Optimization level) {
        Map<String, Tensor> available = new LinkedHashMap<>(inputs);
        available.putAll(runner.run(head, only(inputs, headInputs(point)), level));
        return only(
                available, point.crossing().stream().map(CrossingTensor::name).toList());
    }

    private Map<String, Tensor> finish(SplitPoint point, Map<String, Tensor> crossing, Path tail, Optimization level) {
        Map<String, Tensor> available = new LinkedHashMap<>(crossing);
        available.putAll(runner.run(tail, only(crossing, tailInputs(graph, point)), level));
        return only(available, graph.outputs());
    }

    /**
     * What each codec does to what crosses. The error does not depend on whether zstd follows, so the tail runs once for each
     * quantisation.
     */
    List<CodecMeasurement> measure(SplitPoint point, Path head, Path tail, List<Codec> codecs, Verdict verdict) {
        if (codecs.isEmpty()) {
            return List.of();
        }
        Map<String, Tensor> crossing = crossing(point, head, Optimization.EXTENDED);
        return measure(
                crossing,
                codecs,
                verdict.plainDifference(),
                decoded -> finish(point, decoded, tail, Optimization.EXTENDED));
    }

    /** What each codec does to the model inputs, when nothing runs on the edge node. */
    List<CodecMeasurement> measureInputs(List<Codec> codecs) {
        return measure(inputs, codecs, 0, decoded -> runner.run(whole, decoded, Optimization.EXTENDED));
    }

    /** Finishes the model from decoded tensors. */
    @FunctionalInterface
    private interface Rest {
        Map<String, Tensor> run(Map<String, Tensor> decoded);
    }

    /** A codec that gives every bit back has the error that there is without any. */
    private List<CodecMeasurement> measure(
            Map<String, Tensor> tensors, List<Codec> codecs, double errorOfExact, Rest rest) {
        Map<Codec.Quantization, Double> errors = new EnumMap<>(Codec.Quantization.class);
        List<CodecMeasurement> measured = new ArrayList<>();
        for (Codec codec : codecs) {
            if (codec.quantization().isEntropyCoded() && quantisable(tensors) > MOST_ENTROPY_CODED) {
                continue;
            }
            long bytes = 0;
            Map<String, Tensor> decoded = new LinkedHashMap<>();
            for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
                EncodedTensor encoded = Codecs.encode(entry.getValue(), codec);
                bytes += encoded.byteSize();
                decoded.put(
                        entry.getKey(), Codecs.decode(encoded, entry.getValue().byteSize()));
            }
            double error = errors.computeIfAbsent(
                    codec.quantization(),
                    quantization -> Comparison.bitEqual(decoded, tensors)
                            ? errorOfExact
                            : Comparison.maxRelativeDifference(rest.run(decoded), exact));
            measured.add(new CodecMeasurement(codec.id(), bytes, error));
        }
        return measured;
    }

    private static long quantisable(Map<String, Tensor> tensors) {
        return tensors.values().stream()
                .filter(tensor -> tensor.type().isQuantisable())
                .mapToLong(tensor -> tensor.shape().elementCount())
                .sum();
    }

    private List<String> headInputs(SplitPoint point) {
        return graph.inputs().stream()
                .map(input -> input.name())
                .filter(name -> graph.consumers(name).stream()
                        .anyMatch(reader -> point.head().contains(reader.id())))
                .toList();
    }

    /** Of what crosses, what an operator of the tail reads. */
    static List<String> tailInputs(ModelGraph graph, SplitPoint point) {
        return point.crossing().stream()
                .map(CrossingTensor::name)
                .filter(name -> graph.consumers(name).stream()
                        .anyMatch(reader -> !point.head().contains(reader.id())))
                .toList();
    }

    private static Map<String, Tensor> only(Map<String, Tensor> tensors, List<String> names) {
        Map<String, Tensor> chosen = new LinkedHashMap<>();
        for (String name : names) {
            Tensor tensor = tensors.get(name);
            if (tensor == null) {
                throw new IllegalStateException("tensor '%s' is not among %s".formatted(name, tensors.keySet()));
            }
            chosen.put(name, tensor);
        }
        return chosen;
    }
}
