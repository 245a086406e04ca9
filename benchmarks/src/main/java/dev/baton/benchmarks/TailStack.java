package dev.baton.benchmarks;

import dev.baton.clients.ModelView;
import dev.baton.clients.OrchestratorClient;
import dev.baton.console.Console;
import dev.baton.embedded.LinkConditions;
import dev.baton.inference.EngineSettings;
import dev.baton.inference.InferenceEngine;
import dev.baton.inference.InferenceSession;
import dev.baton.inference.OnnxRuntimeEngine;
import dev.baton.localstack.LocalStack;
import dev.baton.localstack.StackListener;
import dev.baton.localstack.StackPorts;
import dev.baton.localstack.StackSettings;
import dev.baton.messaging.TensorRecords;
import dev.baton.partitioning.probe.ProbeInputs;
import dev.baton.schemas.records.Activation;
import dev.baton.schemas.records.ModelRef;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.codec.Codec;
import dev.baton.tensor.codec.Codecs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The real services with one tail, which has half of the cores to itself where that can be, and a load straight through the broker. */
final class TailStack implements AutoCloseable {

    private static final Duration SERVED_LIMIT = Duration.ofSeconds(90);

    private final Optional<Cores> cores;
    private final LocalStack stack;
    private final OrchestratorClient orchestrator;
    private final TailLoad load;
    private final ProcessHandle tail;

    private TailStack(Optional<Cores> cores, LocalStack stack, int kafkaPort) {
        this.cores = cores;
        this.stack = stack;
        this.orchestrator = new OrchestratorClient(stack.orchestrator());
        this.load = new TailLoad("127.0.0.1:" + kafkaPort);
        this.tail = ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().commandLine().orElse("").contains("cloud-tail-service"))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the tail's process was not found"));
        cores.ifPresent(halves -> {
            halves.setAside(ProcessHandle.current());
            ProcessHandle.current().descendants().forEach(halves::setAside);
            halves.measure(tail);
        });
    }

    static TailStack start(Path home, Console console) throws IOException {
        console.progress("Starting the services");
        Optional<Cores> cores = Cores.halves();
        StackPorts ports = StackPorts.free(1, 1);
        StackSettings settings = new StackSettings(
                home,
                Files.createTempDirectory("baton-bench"),
                true,
                home.resolve(".baton/logs/bench"),
                ports,
                LinkConditions.UNLIMITED,
                1,
                Optional.empty());
        if (cores.isPresent()) {
            settings = settings.with(
                    "tail-1",
                    "baton.tail.inference.intra-op-threads",
                    Integer.toString(cores.get().perHalf()));
        }
        return new TailStack(cores, LocalStack.start(settings, new StackListener() {}), ports.kafka());
    }

    /** A model that the tail serves, whole. */
    record Served(String name, Path onnx, Map<String, Tensor> input, ModelRef ref) {

        /** A request for the whole model, without a deadline. */
        Activation.Builder request(Codec codec) {
            Activation.Builder request = Activation.newBuilder().setModel(ref);
            input.forEach(
                    (tensor, value) -> request.addTensors(TensorRecords.toRecord(tensor, Codecs.encode(value, codec))));
            return request;
        }
    }

    /** Returns when the tail answers. */
    Served serve(String name, Path onnx) throws InterruptedException {
        ModelView view = orchestrator.importModel(name, onnx, Optional.empty(), Optional.empty());
        Served served = new Served(
                name,
                onnx,
                input(onnx),
                ModelRef.newBuilder().setName(name).setVersion(view.version()).build());
        load.awaitAnswer(served.request(Codec.RAW), SERVED_LIMIT);
        return served;
    }

    private static Map<String, Tensor> input(Path onnx) {
        try (InferenceEngine engine = new OnnxRuntimeEngine(EngineSettings.defaults());
                InferenceSession session = engine.open(onnx)) {
            return ProbeInputs.random(session.inputs(), Map.of(), 1);
        }
    }

    TailLoad load() {
        return load;
    }

    Optional<Cores> cores() {
        return cores;
    }

    /** Resident memory of the tail's process, in bytes. */
    long residentBytes() throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(tail.pid()), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElse(0);
    }

    @Override
    public void close() {
        load.close();
        orchestrator.close();
        stack.close();
    }
}
