package dev.baton.cli;

import dev.baton.console.CommandFailure;
import dev.baton.console.Console;
import dev.baton.console.ExitCode;
import dev.baton.console.Table;
import dev.baton.evaluate.BadDataSetException;
import dev.baton.evaluate.DataSet;
import dev.baton.evaluate.DataSets;
import dev.baton.evaluate.Evaluation;
import dev.baton.inference.InferenceException;
import dev.baton.models.DescribedModel;
import dev.baton.models.EngineGraphRunner;
import dev.baton.partitioning.accuracy.AccuracyBudget;
import dev.baton.partitioning.accuracy.AccuracyProfile;
import dev.baton.partitioning.accuracy.AccuracyProfile.Metric;
import dev.baton.partitioning.accuracy.Answers;
import dev.baton.partitioning.accuracy.ByteSummary;
import dev.baton.partitioning.accuracy.CodecAccuracy;
import dev.baton.partitioning.accuracy.PictureAccuracy;
import dev.baton.partitioning.accuracy.SplitPointAccuracy;
import dev.baton.partitioning.divide.DivisionRequest;
import dev.baton.partitioning.splitpackage.Manifest;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.profiling.PackageProfiler;
import dev.baton.tensor.codec.Codec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures what dividing a model costs in accuracy. */
@Command(
        name = "evaluate",
        header = "Measure on a data set what each codec does to a model's answers.",
        description = {
            "Runs heads, codecs and tails over a data set and compares with the whole model: top-1 agreement for",
            "classifications, relative error for other outputs. Marks the smallest codec within a budget at each",
            "split point, beside what sending the compressed picture takes. Writes an accuracy profile."
        })
final class EvaluateCommand implements Callable<Integer> {

    @Parameters(paramLabel = "MODEL", description = "An ONNX file, or the directory of a split package.")
    private Path model = Path.of("");

    @Option(
            names = "--dataset",
            paramLabel = "PATH",
            required = true,
            description = {
                "A folder of pictures, with or without one CSV file (columns file and label); such a CSV file; or a",
                ".npz file with an array for each input, samples first, and perhaps labels."
            })
    private Path dataset = Path.of("");

    @Option(names = "--labels-array", paramLabel = "NAME", description = "The array of labels in a .npz (labels).")
    private @Nullable String labelsArray;

    @Option(names = "--limit", paramLabel = "N", description = "Use the first N samples only.")
    private long limit = Long.MAX_VALUE;

    @Option(names = "--codecs", paramLabel = "CODEC", split = ",", description = "Only these, such as int8,step6.")
    private List<String> codecs = List.of();

    @Option(names = "--split-points", paramLabel = "N", split = ",", description = "Only these, such as 1,3.")
    private List<Integer> splitPoints = List.of();

    @Option(
            names = "--budget",
            paramLabel = "SHARE",
            description = "Top-1 agreement that a codec must keep, for classifications (${DEFAULT-VALUE}).")
    private double budget = AccuracyBudget.USUAL.agreement();

    @Option(
            names = "--max-error",
            paramLabel = "E",
            description = "Mean relative error that it may cause, for other outputs (${DEFAULT-VALUE}).")
    private double maxError = AccuracyBudget.USUAL.relativeError();

    @Option(names = "--metric", paramLabel = "METRIC", description = "top1 or error. Default: by the model's output.")
    private @Nullable String metric;

    @Option(names = "--every-codec", description = "Show every codec, not only the smallest within the budget.")
    private boolean everyCodec;

    @Option(names = "--json", description = "Print the accuracy profile.")
    private boolean json;

    @Option(names = "--output", paramLabel = "FILE", description = "Write the accuracy profile there.")
    private @Nullable Path output;

    @Mixin
    private DivisionOptions divisionOptions = new DivisionOptions();

    @Mixin
    private ModelOptions modelOptions = new ModelOptions();

    private final Console console;

    EvaluateCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Console people = json ? console.besideJson() : console;
        Evaluation.Settings settings = settings();
        AccuracyProfile profile;
        try {
            profile = OpenedPackage.isPackage(model)
                    ? evaluatePackage(settings, people)
                    : evaluateModel(settings, people);
        } catch (BadDataSetException e) {
            throw CommandFailure.environment(String.valueOf(e.getMessage()), e);
        } catch (InferenceException e) {
            throw CommandFailure.check(String.valueOf(e.getMessage()), e);
        }
        people.clearProgress();
        if (output != null) {
            Files.write(output, profile.toJson());
        }
        if (json) {
            console.line(new String(profile.toJson(), StandardCharsets.UTF_8));
        } else {
            print(profile);
        }
        return ExitCode.OK.number();
    }

    private Evaluation.Settings settings() {
        try {
            return new Evaluation.Settings(
                    divisionOptions.device(),
                    codecs.isEmpty()
                            ? Codec.all()
                            : codecs.stream().map(Codec::parse).toList(),
                    splitPoints,
                    limit,
                    new AccuracyBudget(budget, maxError),
                    Optional.ofNullable(metric).map(EvaluateCommand::metric),
                    PackageProfiler.deviceName(),
                    Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
    }

    private static Metric metric(String text) {
        return switch (text) {
            case "top1" -> Metric.TOP1;
            case "error" -> Metric.RELATIVE_ERROR;
            default -> throw new IllegalArgumentException("metric '%s': expected top1 or error".formatted(text));
        };
    }

    private AccuracyProfile evaluatePackage(Evaluation.Settings settings, Console people) throws IOException {
        try (OpenedPackage opened = OpenedPackage.in(model)) {
            Manifest manifest = opened.splitPackage().manifest();
            try (DataSet data =
                    DataSets.open(dataset, manifest.inputs(), manifest.image(), Optional.ofNullable(labelsArray))) {
                return evaluate(opened.splitPackage(), data, settings, people);
            }
        }
    }

    private AccuracyProfile evaluateModel(Evaluation.Settings settings, Console people) throws IOException {
        Path sample = Files.isDirectory(dataset) ? dataset.resolve("sample") : dataset;
        DescribedModel described = modelOptions.describe(model, Home.directory(), List.of(sample));
        try (EngineGraphRunner runner = divisionOptions.runner();
                DataSet data = DataSets.open(
                        dataset,
                        runner.inputs(model),
                        described.description().image(),
                        Optional.ofNullable(labelsArray))) {
            DivisionRequest request = divisionOptions
                    .request(described)
                    .withProbe(
                            DataSets.firstInputs(data, described.description().image()))
                    .withCodecs(List.of());
            try (OpenedPackage opened = OpenedPackage.dividing(request, runner, people::progress)) {
                return evaluate(opened.splitPackage(), data, settings, people);
            }
        }
    }

    private static AccuracyProfile evaluate(
            SplitPackage splitPackage, DataSet data, Evaluation.Settings settings, Console people) throws IOException {
        try {
            return Evaluation.of(splitPackage, data, settings, people::progress);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
    }

    private void print(AccuracyProfile profile) {
        boolean classifies = profile.metric() == Metric.TOP1;
        console.line("%s on %d samples of %s%s; budget: %s"
                .formatted(
                        console.bold(profile.model()),
                        profile.dataset().samples(),
                        profile.dataset().name(),
                        profile.whole()
                                .map(whole -> ", %s right, cross-entropy %.3f"
                                        .formatted(percent(whole.accuracy()), whole.crossEntropy()))
                                .orElse(""),
                        classifies
                                ? "%s top-1 agreement with the whole model"
                                        .formatted(percent(profile.budget().agreement()))
                                : "mean relative error %s"
                                        .formatted(profile.budget().relativeError())));
        console.line("");
        Table table = new Table(
                Table.Column.right("split", 5),
                Table.Column.left("after operator", 34),
                Table.Column.right("FLOPs", 6),
                Table.Column.left("codec", 9),
                Table.Column.right("bytes", 9),
                Table.Column.right("p95", 9),
                Table.Column.right("agree", 7),
                Table.Column.right("right", 7),
                Table.Column.right("x-entropy", 9),
                Table.Column.right("MSE", 8),
                Table.Column.right("rel. error", 10),
                Table.Column.right("enc µs", 8),
                Table.Column.right("dec µs", 8),
                Table.Column.left("", 2));
        console.line(console.dim(table.header()));
        for (PictureAccuracy picture : profile.pictures()) {
            row(table, "", "picture, " + picture.form(), "", "", picture.bytes(), picture.answers(), "", "", "");
        }
        for (SplitPointAccuracy point : profile.splitPoints()) {
            String share = point.headFlopsShare().isPresent()
                    ? percent(point.headFlopsShare().getAsDouble())
                    : "–";
            List<CodecAccuracy> shown = everyCodec
                    ? point.codecs()
                    : point.smallest().flatMap(point::codec).map(List::of).orElse(List.of());
            if (shown.isEmpty()) {
                console.line("%5d  %s: no codec keeps to the budget".formatted(point.index(), point.name()));
            }
            for (CodecAccuracy codec : shown) {
                boolean isSmallest = point.smallest().equals(Optional.of(codec.codec()));
                row(
                        table,
                        point.index(),
                        point.name(),
                        share,
                        codec.codec(),
                        codec.bytes(),
                        codec.answers(),
                        "%.0f".formatted(codec.encodeMicros()),
                        "%.0f".formatted(codec.decodeMicros()),
                        everyCodec && isSmallest ? "◀" : "");
            }
        }
        console.line("");
        console.line("enc and dec: mean of one sample's activation, one thread, on " + profile.measuredOn());
    }

    private void row(
            Table table,
            Object index,
            String name,
            String share,
            String codec,
            ByteSummary bytes,
            Answers answers,
            String encode,
            String decode,
            String mark) {
        console.line(table.row(
                index,
                name,
                share,
                codec,
                "%.0f".formatted(bytes.mean()),
                bytes.p95(),
                percent(answers.agreement()),
                answers.accuracy().isPresent() ? percent(answers.accuracy().getAsDouble()) : "–",
                answers.crossEntropy().isPresent()
                        ? "%.3f".formatted(answers.crossEntropy().getAsDouble())
                        : "–",
                "%.1e".formatted(answers.meanSquaredError()),
                "%.1e".formatted(answers.relativeError()),
                encode,
                decode,
                mark));
    }

    private static String percent(double share) {
        return "%.1f %%".formatted(100 * share);
    }
}
