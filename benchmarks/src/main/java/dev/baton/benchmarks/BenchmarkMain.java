package dev.baton.benchmarks;

import dev.baton.console.Console;
import dev.baton.console.ExitCode;
import dev.baton.console.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.ScopeType;

/** {@code ./baton bench}: one command for each benchmark. */
@Command(
        name = "bench",
        header = "Measures Baton on this machine.",
        subcommands = {
            BenchmarkMain.CodecsCommand.class,
            BenchmarkMain.RatiosCommand.class,
            BenchmarkMain.KafkaHopsCommand.class,
            BenchmarkMain.EdgeOverheadCommand.class,
            BenchmarkMain.TailCommand.class,
            BenchmarkMain.OverloadCommand.class,
            BenchmarkMain.StreamingCommand.class,
            BenchmarkMain.DivideCommand.class,
            BenchmarkMain.PackageCommand.class,
            BenchmarkMain.ProfileCommand.class,
            BenchmarkMain.RegretCommand.class,
            BenchmarkMain.ReactionCommand.class,
            BenchmarkMain.SwitchesCommand.class,
            BenchmarkMain.PlanningCommand.class,
            BenchmarkMain.ReplayCommand.class,
            BenchmarkMain.FleetCommand.class
        })
public final class BenchmarkMain {

    /** Libraries log through it; held here, as the log manager may forget loggers that nobody holds. */
    private static final Logger ROOT_LOG = Logger.getLogger("");

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli itself acts on it
    private boolean help;

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Print one JSON document instead of a table.")
    private boolean json;

    @Option(names = "--quick", scope = ScopeType.INHERIT, description = "Measure briefly: to see that it works.")
    private boolean quick;

    private final Console console = Console.ofThisProcess(System.getenv());

    private BenchmarkMain() {}

    public static void main(String[] args) {
        ROOT_LOG.setLevel(Level.WARNING);
        CommandLine line = new CommandLine(new BenchmarkMain());
        line.setUsageHelpWidth(100);
        line.setExecutionExceptionHandler((exception, command, parsed) -> {
            String message = exception.getMessage();
            line.getErr().println("bench: " + (message == null ? exception.toString() : message));
            if (System.getenv("BATON_DEBUG") != null) {
                exception.printStackTrace(line.getErr());
            }
            return ExitCode.CHECK_FAILED.number();
        });
        if (args.length == 0) {
            line.usage(System.out);
            System.exit(ExitCode.USAGE.number());
        }
        System.exit(line.execute(args));
    }

    private int print(BenchmarkResult result) {
        if (json) {
            console.line(Json.write(result));
        } else {
            result.lines().forEach(console::line);
        }
        return (result.held() ? ExitCode.OK : ExitCode.CHECK_FAILED).number();
    }

    /** Tables and progress do not mix with a document on standard output. */
    private Console progress() {
        return json ? console.besideJson() : console;
    }

    private static Path home() {
        return Path.of(Optional.ofNullable(System.getProperty("baton.home")).orElse("."))
                .toAbsolutePath()
                .normalize();
    }

    /** Where models for measuring lie. */
    static final class GivenModels {

        @Option(
                names = "--models",
                paramLabel = "DIR",
                description = "Where the models lie (../shared/models beside the repository).")
        private Path directory;

        Path directory() {
            return Optional.ofNullable(directory)
                    .orElseGet(() -> home().resolveSibling("shared").resolve("models"));
        }
    }

    @Command(name = "codecs", header = "How fast activations are encoded and decoded, in GB/s of FP32 input.")
    static final class CodecsCommand implements Callable<Integer> {

        @ParentCommand
        private BenchmarkMain bench;

        @Override
        public Integer call() throws Exception {
            return bench.print(CodecsBenchmark.run(bench.quick, bench.progress()));
        }
    }

    @Command(name = "ratios", header = "How small codecs make what crosses in real models, beside the input as a JPEG.")
    static final class RatiosCommand implements Callable<Integer> {

        @ParentCommand
        private BenchmarkMain bench;

        @Mixin
        private GivenModels models = new GivenModels();

        @Option(
                names = "--picture",
                paramLabel = "FILE",
                description = "What image models are shown (inputs/photos/winml_dog.jpg among the models).")
        private Path picture;

        @Parameters(paramLabel = "FILE", arity = "0..*", description = "Models below it.")
        private List<String> files = List.of(
                "squeezenet_fp32/squeezenet_fp32.onnx",
                "resnet_cifar10/resnet20_cifar10.onnx",
                "quantized/resnet20_cifar10_int8_qdq.onnx",
                "random/mobilenet_v2.onnx",
                "ultraface/version-RFB-320.onnx",
                "yunet/yunet_n_320_320.onnx",
                "fastestdet/FastestDet.onnx",
                "portrait_seg/SINet_Softmax.onnx",
                "mnist_8/model.onnx",
                "sms_spam_transformer/sms_spam_transformer.onnx",
                "random/bert_tiny_cls.onnx",
                "stories260k/stories260k_decoder_kv.onnx",
                "gtcrn/gtcrn_simple.onnx");

        @Override
        public Integer call() throws Exception {
            Path directory = models.directory();
            Path shown = Optional.ofNullable(picture).orElseGet(() -> directory.resolve("inputs/photos/winml_dog.jpg"));
            return bench.print(RatiosBenchmark.run(home(), directory, files, shown, bench.progress()));
        }
    }

    @Command(name = "kafka-hops", header = "What share of a split request the two Kafka hops take, by size.")
    static final class KafkaHopsCommand implements Callable<Integer> {

        @ParentCommand
        private BenchmarkMain bench;

        @Override
        public Integer call() throws Exception {
            return bench.print(KafkaHopsBenchmark.run(home(), bench.quick, bench.progress()));
        }
    }

    @Command(
            name = "edge-overhead",
            header = "What an edge-only request takes beyond the engine: gRPC, checks, queues, provenance.")
    static final class EdgeOverheadCommand implements Callable<Integer> {

        @ParentCommand
        private BenchmarkMain bench;

        @Option(
                names = "--model",
                paramLabel = "FILE.onnx",
                description = "The model to run; by default the gauge reader, and a model that does nothing.")
        private Path model;

        @Override
        public Integer call() throws Exception {
            return bench.print(
                    EdgeOverheadBenchmark.run(home(), Optional.ofNullable(model), bench.quick, bench.progress()));
        }
    }

    @Command(
            name = "tail",
            header =
                    "What a tail gets done against ONNX Runtime alone, with batches of the same size on the same cores.")
    static final class TailCommand implements Callable<Integer> {

        @ParentCommand
        private BenchmarkMain bench;

        @Mixin
        private GivenModels models = new GivenModels();

        @Parameters(paramLabel = "FILE", arity = "0..*", description = "Models below it; gauge is Baton's own.")
        private List<String> files =
                List.of("gauge", "squeezenet_fp32/squeezenet_fp32.onnx", "random/mobilenet_v2.onnx");

        @Override
        public Integer call() throws Exception {
            return bench.print(TailBenchmark.run(home(), models.directory(), files, bench.quick, bench.progress()));
        }
    }

    @Command(
            name = "overload",
            header =
                    "What a tail gets done in time that is asked for three times what it can do, and how soon it recovers.")
    static final class OverloadCommand implements Callable<Integer> {

        @ParentCommand
        private BenchmarkMain bench;

        @Mixin
        private GivenModels models = new GivenModels();

        @Option(
                names = "--model",
                paramLabel = "FILE",
                description = "The model, below it; gauge is Baton's own (${DEFAULT-VALUE}).")
        private String model = "squeezenet_fp32/squeezenet_fp32.onnx";

        @Override
        public Integer call() throws Exception {
            return bench.print(OverloadBenchmark.run(home(), models.directory(), model, bench.quick, bench.progress()));
        }
    }

    @Command(
            name = "streaming",
            header = "Frames a second of one stream, against what the slower of head and tail can do.")
    static final class StreamingCommand implements Callable<Integer> {

        @ParentCommand
        private BenchmarkMain bench;

        @Mixin
        private GivenModels models = new GivenModels();

        @Option(
                names = "--model",
                paramLabel = "NAME",
                description = "One of the models of pictures that the planner is measured with (${DEFAULT-VALUE}).")
        private String model = "mobilenet_v2";

        @Override
        public Integer call() throws Exception {
            return bench.print(
                    StreamingBenchmark.run(home(), models.directory(), model, bench.quick, bench.progress()));
        }
    }

    @Command(name = "divide", header = "How long looking a model over takes, stage by stage.")
    static final class DivideCommand implements Callable<Integer> {

        @ParentCommand
        private BenchmarkMain bench;

        @Option(
                names = "--model",
                paramLabel = "FILE.onnx",
                description = "A model to look over besides the generated ones. May be repeated.")
        private List<Path> models = List.of();

        @Override
        public Integer call() throws Exception {
            return bench.print(DivideBenchmark.run(models, bench.quick, bench.progress()));
        }
    }

    @Command(name = "package", header = "How long packaging a model takes, and what memory it needs.")
    static final class PackageCommand implements Callable<Integer> {

        @ParentCommand
        private BenchmarkMain bench;

        @Option(
                names = "--megabytes",
                paramLabel = "N",
                split = ",",
                description = "Weights of the generated models; by default 100 and 400, with --quick 20.")
        private List<Integer> megabytes = List.of();

        @Option(names = "--external", description = "Weights lie in a file beside the model, as they must above 2 GB.")
        private boolean external;

        @Override
        public Integer call() throws Exception {
            List<Integer> sizes = megabytes.isEmpty() ? bench.quick ? List.of(20) : List.of(100, 400) : megabytes;
            return bench.print(PackageBenchmark.run(
                    home(),
                    sizes.stream().map(size -> new WeightyModel(size, external)).toList(),
                    bench.progress()));
        }
    }

    @Command(
            name = "profile",
            header = "How well the times of heads and tails are predicted that were left out of the measurement.")
    static final class ProfileCommand implements Callable<Integer> {

        @ParentCommand
        private BenchmarkMain bench;

        @Mixin
        private GivenModels models = new GivenModels();

        @Parameters(paramLabel = "FILE", arity = "0..*", description = "Models below it; several are needed.")
        private List<String> files = List.of(
                "squeezenet_fp32/squeezenet_fp32.onnx",
                "resnet_cifar10/resnet20_cifar10.onnx",
                "random/mobilenet_v2.onnx",
                "ultraface/version-RFB-320.onnx",
                "sms_spam_transformer/sms_spam_transformer.onnx",
                "random/bert_tiny_cls.onnx",
                "gtcrn/gtcrn_simple.onnx");

        @Override
        public Integer call() throws Exception {
            return bench.print(ProfileBenchmark.run(models.directory(), files, bench.quick, bench.progress()));
        }
    }

    @Command(
            name = "regret",
            header = "How close what the planner chooses comes to the best placement there was, in 81 situations.",
            description = {
                "Through the running services, in each of the committed cells of model, uplink, round trip and device:",
                "the planner settles, then what it chose, both ends, the six next best and four random others are measured.",
                "Takes at most an hour; with --quick six cells, within five minutes."
            })
    static final class RegretCommand implements Callable<Integer> {

        private static final Duration LIMIT = Duration.ofMinutes(58);
        private static final Duration QUICK_LIMIT = Duration.ofSeconds(280);

        @ParentCommand
        private BenchmarkMain bench;

        @Mixin
        private GivenModels models = new GivenModels();

        @Option(
                names = "--output",
                paramLabel = "DIR",
                description =
                        "Where results go: regret.json, regret.md, and each cell's as it comes (.baton/bench/regret).")
        private Path output;

        @Option(names = "--resume", description = "Go on with what the output directory holds already.")
        private boolean resume;

        @Option(
                names = "--cells",
                paramLabel = "N",
                split = ",",
                description = "Only these of the list, counted from 1.")
        private List<Integer> numbers = List.of();

        @Option(names = "--minutes", paramLabel = "N", description = "The most it may take, the start included.")
        private Integer minutes;

        @Option(names = "--design", description = "Only print the list of cells that the seed gives.")
        private boolean design;

        @Override
        public Integer call() throws Exception {
            if (design) {
                RegretCells.text(RegretCells.generate(RegretCells.SEED)).forEach(bench.console::line);
                return ExitCode.OK.number();
            }
            Duration limit = minutes == null ? bench.quick ? QUICK_LIMIT : LIMIT : Duration.ofMinutes(minutes);
            return bench.print(RegretBenchmark.run(
                    home(),
                    new RegretBenchmark.Settings(
                            models.directory(),
                            Optional.ofNullable(output).orElseGet(() -> home().resolve(".baton/bench/regret")),
                            numbers,
                            bench.quick,
                            resume,
                            limit),
                    bench.progress()));
        }
    }

    @Command(
            name = "reaction",
            header =
                    "How soon plans follow a link that steps from 100 to 5 Mbit/s, and how calm they stay on a flapping one.")
    static final class ReactionCommand implements Callable<Integer> {

        @ParentCommand
        private BenchmarkMain bench;

        @Mixin
        private GivenModels models = new GivenModels();

        @Override
        public Integer call() throws Exception {
            return bench.print(ReactionBenchmark.run(home(), models.directory(), bench.quick, bench.progress()));
        }
    }

    @Command(name = "switches", header = "What a hundred forced switches cost requests under load.")
    static final class SwitchesCommand implements Callable<Integer> {

        @ParentCommand
        private BenchmarkMain bench;

        @Mixin
        private GivenModels models = new GivenModels();

        @Option(names = "--model", paramLabel = "NAME", description = "Which of them to send to (${DEFAULT-VALUE}).")
        private String model = "squeezenet";

        @Override
        public Integer call() throws Exception {
            return bench.print(SwitchesBenchmark.run(home(), models.directory(), model, bench.quick, bench.progress()));
        }
    }

    @Command(
            name = "planning",
            header = "Decisions per second and core, and bytes of state for each edge node and model.")
    static final class PlanningCommand implements Callable<Integer> {

        @ParentCommand
        private BenchmarkMain bench;

        @Override
        public Integer call() {
            return bench.print(PlanningBenchmark.run(bench.quick, bench.progress()));
        }
    }

    @Command(name = "replay", header = "How far our planning is from an oracle, on generated traces of radio links.")
    static final class ReplayCommand implements Callable<Integer> {

        @ParentCommand
        private BenchmarkMain bench;

        @Mixin
        private GivenModels models = new GivenModels();

        @Parameters(paramLabel = "FILE", arity = "0..*", description = "Models below it, besides the gauge reader.")
        private List<String> files = List.of(
                "squeezenet_fp32/squeezenet_fp32.onnx",
                "resnet_cifar10/resnet20_cifar10.onnx",
                "random/mobilenet_v2.onnx",
                "ultraface/version-RFB-320.onnx",
                "sms_spam_transformer/sms_spam_transformer.onnx");

        @Override
        public Integer call() throws Exception {
            return bench.print(ReplayBenchmark.run(home(), models.directory(), files, bench.quick, bench.progress()));
        }
    }

    @Command(name = "fleet", header = "A fleet on a simulated clock: decisions, memory, staleness, takeover, overload.")
    static final class FleetCommand implements Callable<Integer> {

        @ParentCommand
        private BenchmarkMain bench;

        @Option(names = "--edges", paramLabel = "N", description = "Edge nodes; by default 100000, with --quick 10000.")
        private Integer edges;

        @Override
        public Integer call() throws Exception {
            int count = Optional.ofNullable(edges).orElse(bench.quick ? 10_000 : 100_000);
            return bench.print(FleetBenchmark.run(home(), count, bench.quick, bench.progress()));
        }
    }
}
