package dev.baton.inference;

import ai.djl.engine.Engine;
import ai.djl.onnxruntime.engine.OrtNDManager;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.baton.tensor.Tensor;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Runs ONNX models with ONNX Runtime through DJL.
 *
 * <p>DJL owns tensors and runs the models. It describes a model by the names of its inputs only, though: no types, no
 * shapes, nothing of the outputs. So a session is opened with ONNX Runtime's own API, in the environment that DJL's
 * engine has made, described from there, and then handed to DJL's block for good.
 */
public final class OnnxRuntimeEngine implements InferenceEngine {

    /** Of DJL's engine, which warns of missing CUDA even where nobody wants it; where somebody does, we say what is missing. */
    private static final Logger DJL_LOG = Logger.getLogger("ai.djl.onnxruntime.engine.OrtEngine");

    private final EngineSettings settings;
    private final Engine djl;
    private final OrtEnvironment environment;
    private final InferenceWorkers workers;
    private final Set<OnnxRuntimeSession> sessions = ConcurrentHashMap.newKeySet();

    /** @throws InferenceException when the device of the settings cannot be used, saying what is missing */
    public OnnxRuntimeEngine(EngineSettings settings) {
        this.settings = Objects.requireNonNull(settings, "settings");
        CommandLineLength.requireShort();
        this.djl = djlEngine();
        this.environment = OrtEnvironment.getEnvironment();
        requireDevice(settings.device());
        this.workers = new InferenceWorkers(settings.workers(), settings.queueCapacity());
    }

    @Override
    public InferenceSession open(Path onnxFile) {
        workers.requireOpen();
        if (!Files.isRegularFile(onnxFile)) {
            throw new InferenceException("there is no model file " + onnxFile);
        }
        try (SessionOptions options = options()) {
            OrtSession opened = environment.createSession(onnxFile.toString(), options);
            OrtNDManager manager = (OrtNDManager) djl.newBaseManager(djlDevice());
            OnnxRuntimeSession session = new OnnxRuntimeSession(onnxFile, opened, manager, workers, sessions::remove);
            sessions.add(session);
            if (workers.isClosed()) { // meanwhile: then nobody else may close it
                session.close();
            }
            return session;
        } catch (OrtException e) {
            throw new InferenceException(whyNotOpened(onnxFile, e), e);
        }
    }

    /**
     * What each node of a model takes, as ONNX Runtime itself times it, at this engine's optimisation level: at
     * {@link OptimizationLevel#ALL} nodes are fused, and have other names.
     *
     * @param longest to go on measuring; each node is measured three times at least
     * @throws InferenceException when the model cannot be opened or run
     */
    public List<NodeTime> timeNodes(Path onnxFile, Map<String, Tensor> inputs, Duration longest) {
        try {
            Path directory = Files.createTempDirectory("baton-node-times-");
            try {
                return NodeTimes.read(
                        runProfiled(onnxFile, inputs, directory.resolve("trace"), longest), NodeTimes.WARM_UP_RUNS);
            } finally {
                try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
                    for (Path file : files) {
                        Files.delete(file);
                    }
                }
                Files.delete(directory);
            }
        } catch (IOException e) {
            throw new InferenceException("%s: its nodes cannot be timed: %s".formatted(onnxFile, e.getMessage()), e);
        }
    }

    private Path runProfiled(Path onnxFile, Map<String, Tensor> inputs, Path trace, Duration longest) {
        workers.requireOpen();
        try (SessionOptions options = options()) {
            options.enableProfiling(trace.toString());
            OrtSession opened = environment.createSession(onnxFile.toString(), options);
            OrtNDManager manager = (OrtNDManager) djl.newBaseManager(djlDevice());
            try (OnnxRuntimeSession session =
                    new OnnxRuntimeSession(onnxFile, opened, manager, workers, closed -> {})) {
                long begin = System.nanoTime();
                int runs = 0;
                while (runs < NodeTimes.FEWEST_RUNS
                        || (runs < NodeTimes.MOST_RUNS && System.nanoTime() - begin < longest.toNanos())) {
                    session.run(inputs);
                    runs++;
                }
                return Path.of(opened.endProfiling());
            }
        } catch (OrtException e) {
            throw new InferenceException(whyNotOpened(onnxFile, e), e);
        }
    }

    /** The engine's name and version. */
    public String version() {
        return "ONNX Runtime " + environment.getVersion();
    }

    @Override
    public void close() {
        workers.close();
        List.copyOf(sessions).forEach(OnnxRuntimeSession::close);
    }

    private SessionOptions options() throws OrtException {
        SessionOptions options = new SessionOptions();
        try {
            options.setOptimizationLevel(optLevel(settings.optimization()));
            options.setIntraOpNumThreads(settings.intraOpThreads());
            options.setInterOpNumThreads(1);
            options.addConfigEntry(
                    "session.intra_op.allow_spinning", "0"); // spinning threads steal from the next request
            options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL); // failures come as exceptions
            if (settings.device() instanceof Device.Gpu gpu) {
                options.addCUDA(gpu.index());
            }
            return options;
        } catch (OrtException | RuntimeException e) {
            options.close();
            throw e;
        }
    }

    private ai.djl.Device djlDevice() {
        return switch (settings.device()) {
            case Device.Cpu() -> ai.djl.Device.cpu();
            case Device.Gpu(int index) -> ai.djl.Device.gpu(index);
        };
    }

    /** DJL's engine comes first: it makes the environment of ONNX Runtime, and fails when somebody else has made it. */
    private static Engine djlEngine() {
        System.getProperties().putIfAbsent("OPT_OUT_TRACKING", "true"); // DJL would report its use over the network
        System.getProperties().putIfAbsent("ai.djl.onnx.disable_alternative", "true"); // nor look for a second engine
        DJL_LOG.setLevel(Level.SEVERE);
        return Engine.getEngine("OnnxRuntime");
    }

    private static void requireDevice(Device device) {
        if (device instanceof Device.Gpu
                && !OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA)) {
            throw new InferenceException(("device %s needs ONNX Runtime with CUDA: put com.microsoft.onnxruntime:"
                            + "onnxruntime_gpu in the place of onnxruntime (and CUDA and cuDNN on the machine)."
                            + " Execution providers here: %s")
                    .formatted(device, OrtEnvironment.getAvailableProviders()));
        }
    }

    private String whyNotOpened(Path file, OrtException e) {
        return switch (e.getCode()) {
            case ORT_INVALID_PROTOBUF -> "%s is not an ONNX model: %s".formatted(file, e.getMessage());
            case ORT_EP_FAIL -> "%s cannot be opened on %s: %s".formatted(file, settings.device(), e.getMessage());
            default -> "%s cannot be opened: %s".formatted(file, e.getMessage());
        };
    }

    private static OptLevel optLevel(OptimizationLevel level) {
        return switch (level) {
            case NONE -> OptLevel.NO_OPT;
            case BASIC -> OptLevel.BASIC_OPT;
            case EXTENDED -> OptLevel.EXTENDED_OPT;
            case ALL -> OptLevel.ALL_OPT;
        };
    }
}
