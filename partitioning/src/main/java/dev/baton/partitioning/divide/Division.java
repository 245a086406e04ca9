package dev.baton.partitioning.divide;

import ai.onnx.proto.OnnxMl.ModelProto;
import dev.baton.partitioning.cost.OperatorCost;
import dev.baton.partitioning.extract.SubModelExtractor;
import dev.baton.partitioning.extract.WeightsLayout;
import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.partitioning.graph.ModelGraph;
import dev.baton.partitioning.graph.ModelInput;
import dev.baton.partitioning.graph.Operator;
import dev.baton.partitioning.graph.TensorTable;
import dev.baton.partitioning.probe.GraphRunException;
import dev.baton.partitioning.probe.GraphRunner;
import dev.baton.partitioning.probe.GraphRunner.Optimization;
import dev.baton.partitioning.probe.ProbeInput;
import dev.baton.partitioning.probe.ProbeInputs;
import dev.baton.partitioning.probe.ProbeRecipes;
import dev.baton.partitioning.probe.TensorProbe;
import dev.baton.partitioning.split.SplitPoint;
import dev.baton.partitioning.split.SplitPointFinder;
import dev.baton.partitioning.split.SplitPoints;
import dev.baton.partitioning.splitpackage.CodecMeasurement;
import dev.baton.partitioning.splitpackage.EarlyExit;
import dev.baton.partitioning.splitpackage.OperatorEntry;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.partitioning.splitpackage.SplitPackageWriter;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import dev.baton.tensor.image.ImageInput;
import dev.baton.tensor.image.ImagePreprocessor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** One model being divided: from its file to split points that were each compared with the whole. */
final class Division {
    /** How often split points that failed are replaced by others. */
    private static final int ROUNDS = 6;

    private final DivisionRequest request;
    private final GraphRunner runner;
    private final SplitPackageWriter writer;
    private final Consumer<String> progress;
    private final ModelGraph graph;

    private Map<String, Tensor> inputs = Map.of();
    private List<ProbeInput> recipe = List.of();

    /**
     * A split point that was tried.
     *
     * @param files the names of its head and tail file, without {@code head-} or {@code tail-}
     */
    record Tried(SplitPoint point, String files, ParityGate.Verdict verdict, List<CodecMeasurement> codecs) {}

    /**
     * What came of it.
     *
     * @param tried every split point that was compared, by the number of its head operators
     * @param kept those that passed and are wanted
     * @param operators in the order whose prefixes the heads are
     * @param reason why none is kept, when none is
     * @param warnings why comparing for this probe input proves little, where it does
     */
    record Result(
            ModelGraph graph,
            WeightsLayout weights,
            List<TensorSpec> outputs,
            SortedMap<Integer, Tried> tried,
            List<Tried> kept,
            List<CodecMeasurement> inputCodecs,
            List<ProbeInput> recipe,
            List<OperatorEntry> operators,
            Optional<String> reason,
            List<String> warnings) {}

    private Division(
            DivisionRequest request,
            GraphRunner runner,
            SplitPackageWriter writer,
            Consumer<String> progress,
            ModelGraph graph) {
        this.request = request;
        this.runner = new GuardedRunner(runner);
        this.writer = writer;
        this.progress = progress;
        this.graph = graph;
    }

    static Result of(DivisionRequest request, GraphRunner runner, SplitPackageWriter writer, Consumer<String> progress)
            throws InvalidModelException, IOException {
        Division division = begin(request, runner, writer, progress);
        try {
            return division.run();
        } catch (GraphRunException e) {
            throw division.doesNotRun(e);
        }
    }

    /** What would be tried, without trying it. */
    static Candidates candidates(
            DivisionRequest request, GraphRunner runner, SplitPackageWriter writer, Consumer<String> progress)
            throws InvalidModelException, IOException {
        Division division = begin(request, runner, writer, progress);
        try {
            return division.candidates();
        } catch (GraphRunException e) {
            throw division.doesNotRun(e);
        }
    }

    private InvalidModelException doesNotRun(GraphRunException e) {
        return new InvalidModelException(
                "%s: the engine takes the file, but not what is made of it: %s"
                        .formatted(graph.file().getFileName(), e.getMessage()),
                e);
    }

    private static Division begin(
            DivisionRequest request, GraphRunner runner, SplitPackageWriter writer, Consumer<String> progress)
            throws InvalidModelException, IOException {
        ModelGraph graph = ModelGraph.read(request.onnx());
        progress.accept("%s: %d operators, %d constant ones, %d inputs, %d outputs"
                .formatted(
                        request.onnx().getFileName(),
                        graph.operators().size(),
                        graph.constants().size(),
                        graph.inputs().size(),
                        graph.outputs().size()));
        Division division = new Division(request, runner, writer, progress, graph);
        division.checkDescription();
        return division;
    }

    private Candidates candidates() throws InvalidModelException, IOException {
        Set<String> answered = runSource().keySet();
        WeightsLayout provisional = WeightsLayout.inOrder(graph, graph.operators());
        writer.writeWeights(provisional.boundaries(), provisional::write);
        SplitPointFinder finder = new SplitPointFinder(graph, probe(provisional));
        List<TensorSpec> outputs = runner.outputs(graph.file()).stream()
                .filter(spec -> answered.contains(spec.name()))
                .toList();
        return new Candidates(
                request.modelName(),
                graph.inputs().stream().map(ModelInput::spec).toList(),
                outputs,
                recipe,
                graph.constants().size(),
                operators(finder),
                finder.costs().total(),
                finder.find(request.maxSplitPoints()));
    }

    private Result run() throws InvalidModelException, IOException {
        Map<String, Tensor> sourceAnswer = runSource();
        WeightsLayout provisional = WeightsLayout.inOrder(graph, graph.operators());
        writer.writeWeights(provisional.boundaries(), provisional::write);
        TensorTable tensors = probe(provisional);
        SplitPointFinder finder = new SplitPointFinder(graph, tensors);
        WeightsLayout weights = WeightsLayout.inOrder(graph, finder.order());
        if (!weights.isSameAs(provisional)) {
            writer.remove(SplitPackage.WEIGHTS_FILE); // the engine may still read the file that this name had
            writer.writeWeights(weights.boundaries(), weights::write);
        }
        SubModelExtractor extractor = new SubModelExtractor(graph, tensors, weights, SplitPackage.WEIGHTS_FILE);
        Path whole = writeModel(SplitPackage.WHOLE_FILE, extractor.whole());
        ParityGate gate = new ParityGate(graph, runner, inputs, whole);
        Optional<String> unprovable = graph.randomOperator()
                .map(operator -> "operator %s draws random numbers, so nothing can be compared with the whole"
                        .formatted(operator.name()));
        if (unprovable.isEmpty()) {
            checkWhole(gate, sourceAnswer);
        }
        SortedMap<Integer, Tried> tried = new TreeMap<>();
        SplitPoints wanted = unprovable.isPresent()
                ? new SplitPoints(List.of(), unprovable)
                : tryAll(finder, extractor, gate, tried);
        List<Tried> kept = wanted.between().stream()
                .map(point -> tried.get(point.head().size()))
                .filter(attempt -> attempt != null && attempt.verdict().passed())
                .toList();
        List<CodecMeasurement> inputCodecs =
                request.codecs().isEmpty() ? List.of() : gate.measureInputs(request.codecs());
        List<TensorSpec> outputs = runner.outputs(whole).stream()
                .filter(spec -> graph.outputs().contains(spec.name()))
                .toList();
        requireScores(outputs);
        Optional<String> reason = kept.isEmpty() && wanted.reason().isEmpty()
                ? Optional.of("each of the %d split points tried failed the comparison with the whole"
                        .formatted(tried.size()))
                : wanted.reason();
        List<String> warnings = ProbeWarnings.of(gate.exactAnswer());
        warnings.forEach(progress);
        return new Result(
                graph, weights, outputs, tried, kept, inputCodecs, recipe, operators(finder), reason, warnings);
    }

    private static List<OperatorEntry> operators(SplitPointFinder finder) {
        List<OperatorEntry> entries = new ArrayList<>();
        for (Operator operator : finder.order()) {
            OperatorCost cost = finder.costs().of(operator);
            entries.add(new OperatorEntry(
                    operator.id().number(),
                    operator.kind(),
                    operator.node().getName(),
                    cost.flops(),
                    cost.weightBytes(),
                    cost.activationBytes(),
                    finder.crossingBytes(entries.size() + 1).orElse(OperatorEntry.CANNOT_CROSS)));
        }
        return entries;
    }

    private void checkDescription() throws InvalidModelException {
        List<String> names = graph.inputs().stream().map(ModelInput::name).toList();
        Optional<ImageInput> image = request.description().image();
        if (image.isPresent() && !names.contains(image.get().input())) {
            throw new InvalidModelException(
                    "the description of %s says pictures become input '%s', but its inputs are %s"
                            .formatted(request.modelName(), image.get().input(), names));
        }
        Optional<String> meant = request.description().output().map(output -> output.tensor());
        if (meant.isPresent() && !graph.outputs().contains(meant.get())) {
            throw new InvalidModelException("the description of %s explains output '%s', but its outputs are %s"
                    .formatted(request.modelName(), meant.get(), graph.outputs()));
        }
        Optional<String> exit = request.description().exit().map(EarlyExit::output);
        if (exit.isPresent() && !graph.outputs().contains(exit.get())) {
            throw new InvalidModelException(
                    "the description of %s lets output '%s' answer early, but its outputs are %s"
                            .formatted(request.modelName(), exit.get(), graph.outputs()));
        }
    }

    private void requireScores(List<TensorSpec> outputs) throws InvalidModelException {
        Optional<String> exit = request.description().exit().map(EarlyExit::output);
        for (TensorSpec output : outputs) {
            if (exit.equals(Optional.of(output.name())) && !output.type().isFloat()) {
                throw new InvalidModelException(
                        "output '%s' of %s cannot answer early: it is %s, expected scores in floating point"
                                .formatted(output.name(), request.modelName(), output.type()));
            }
        }
    }

    /** Runs the file as it was given, with the first probe input that it takes. */
    private Map<String, Tensor> runSource() throws InvalidModelException {
        try {
            runner.inputs(graph.file());
        } catch (GraphRunException e) {
            throw new InvalidModelException(
                    "%s is refused by the engine: %s".formatted(graph.file().getFileName(), e.getMessage()), e);
        }
        Map<String, Tensor> given = new LinkedHashMap<>(request.probe());
        List<List<ProbeInput>> candidates;
        try {
            request.sampleImage().ifPresent(encoded -> request.description()
                    .image()
                    .ifPresent(image -> given.put(image.input(), new ImagePreprocessor(image).toTensor(encoded))));
            candidates = new ProbeRecipes(graph, request.description().dimensions()).candidates(given);
        } catch (IllegalArgumentException e) {
            throw new InvalidModelException("%s: %s".formatted(graph.file().getFileName(), e.getMessage()), e);
        }
        Optional<GraphRunException> first = Optional.empty();
        for (List<ProbeInput> candidate : candidates) {
            Map<String, Tensor> made = new LinkedHashMap<>(ProbeInputs.make(candidate, SplitPackage.PROBE_SEED));
            made.putAll(given);
            try {
                Map<String, Tensor> answer = runner.run(graph.file(), made, Optimization.EXTENDED);
                requireAll(answer.keySet());
                inputs = made;
                recipe = candidate;
                progress.accept("probe input: " + made);
                return answer;
            } catch (GraphRunException e) {
                first = first.isPresent() ? first : Optional.of(e);
            }
        }
        throw new InvalidModelException(
                "%s takes none of the inputs that were made up for it. Bind its variable dimensions (--dim name=value; its inputs are %s) or give inputs (--input name=file). For %s the engine said: %s"
                        .formatted(
                                graph.file().getFileName(),
                                describe(graph.inputs()),
                                ProbeInputs.make(candidates.getFirst(), SplitPackage.PROBE_SEED),
                                first.map(Exception::getMessage).orElseThrow()),
                first.orElseThrow());
    }

    private void requireAll(Set<String> answered) throws InvalidModelException {
        List<String> missing = graph.outputs().stream()
                .filter(output -> !answered.contains(output))
                .toList();
        if (!missing.isEmpty()) {
            throw new InvalidModelException(
                    "%s answers with %s of a type that Baton does not carry: text, sequences and maps, or integers of 16 bits and without a sign"
                            .formatted(graph.file().getFileName(), missing));
        }
    }

    private static List<String> describe(List<ModelInput> modelInputs) {
        List<String> described = new ArrayList<>();
        for (ModelInput input : modelInputs) {
            List<String> dimensions = new ArrayList<>();
            for (int axis = 0; axis < input.shape().rank(); axis++) {
                String name = input.dimensionNames().get(axis);
                dimensions.add(name.isEmpty() ? Long.toString(input.shape().dimension(axis)) : name);
            }
            described.add("%s %s %s".formatted(input.name(), input.spec().type(), dimensions));
        }
        return described;
    }

    private TensorTable probe(WeightsLayout provisional) throws InvalidModelException, IOException {
        ModelProto whole =
                new SubModelExtractor(graph, new TensorTable(Map.of()), provisional, SplitPackage.WEIGHTS_FILE).whole();
        try {
            TensorTable tensors = new TensorProbe(graph, whole, writer.staging(), runner).probe(inputs);
            return tensors.holding(graph.insideQuantizedOperators(tensors));
        } catch (GraphRunException e) {
            throw new InvalidModelException(
                    "%s: the engine does not tell the shapes of its tensors: %s"
                            .formatted(graph.file().getFileName(), e.getMessage()),
                    e);
        }
    }

    /** The whole model in the package must be the model that was given. */
    private void checkWhole(ParityGate gate, Map<String, Tensor> sourceAnswer) throws InvalidModelException {
        double difference = Comparison.maxRelativeDifference(gate.exactAnswer(), sourceAnswer);
        if (difference > ParityGate.TOLERANCE) {
            throw new InvalidModelException(
                    "%s answers otherwise than its packaged form does, by %.1e of the largest value: only models that repeat themselves can be divided"
                            .formatted(graph.file().getFileName(), difference));
        }
    }

    /** Tries split points, replacing those that fail; gives those wanted in the end. */
    private SplitPoints tryAll(
            SplitPointFinder finder, SubModelExtractor extractor, ParityGate gate, SortedMap<Integer, Tried> tried)
            throws InvalidModelException, IOException {
        Set<Integer> passed = new HashSet<>();
        Set<Integer> failed = new HashSet<>();
        SplitPoints wanted = finder.find(request.maxSplitPoints());
        for (int round = 1; ; round++) {
            int failuresBefore = failed.size();
            int number = 0;
            for (SplitPoint point : wanted.between()) {
                number++;
                int headOperators = point.head().size();
                if (!tried.containsKey(headOperators)) {
                    Tried attempt = attempt(point, extractor, gate);
                    tried.put(headOperators, attempt);
                    progress.accept("split point %d of %d, %s: %s"
                            .formatted(number, wanted.between().size(), point, attempt.verdict()));
                    (attempt.verdict().passed() ? passed : failed).add(headOperators);
                }
            }
            boolean isComplete = failed.size() == failuresBefore || request.maxSplitPoints() == SplitPointFinder.ALL;
            if (isComplete || round == ROUNDS) {
                return wanted;
            }
            wanted = finder.find(request.maxSplitPoints(), passed, failed);
        }
    }

    private Tried attempt(SplitPoint point, SubModelExtractor extractor, ParityGate gate)
            throws InvalidModelException, IOException {
        String files = "after-%d.onnx".formatted(point.head().size());
        Path head = writeModel("head-" + files, extractor.head(point));
        Path tail = writeModel("tail-" + files, extractor.tail(point));
        ParityGate.Verdict verdict = gate.check(point, head, tail);
        List<CodecMeasurement> codecs =
                verdict.passed() ? gate.measure(point, head, tail, request.codecs(), verdict) : List.of();
        return new Tried(point, files, verdict, codecs);
    }

    private Path writeModel(String name, ModelProto model) throws IOException {
        return writer.<IOException>write(name, model::writeTo);
    }
}
