package dev.baton.inference;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.SymbolBlock;
import ai.djl.onnxruntime.engine.OrtNDManager;
import ai.djl.onnxruntime.engine.OrtSymbolBlock;
import ai.djl.training.ParameterStore;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;

/** One model in ONNX Runtime, run by DJL's block over it. */
final class OnnxRuntimeSession implements InferenceSession {

    private final Path file;
    private final InferenceWorkers workers;
    private final Consumer<OnnxRuntimeSession> onClose;
    private final NDManager manager;
    private final SymbolBlock block;
    private final ParameterStore noParameters;
    private final List<TensorSpec> inputs;
    private final List<TensorSpec> outputs = new ArrayList<>();
    private final List<String> omittedOutputs = new ArrayList<>();

    /** Runs read, closing writes: natives are freed when no run is inside, and none gets inside afterwards. */
    private final ReentrantReadWriteLock using = new ReentrantReadWriteLock();

    private boolean closed; // guarded by using

    /** Takes over {@code session} and {@code manager}, also when it throws. */
    OnnxRuntimeSession(
            Path file,
            OrtSession session,
            OrtNDManager manager,
            InferenceWorkers workers,
            Consumer<OnnxRuntimeSession> onClose)
            throws OrtException {
        this.file = file;
        this.workers = workers;
        this.onClose = onClose;
        this.manager = manager;
        this.block = new OrtSymbolBlock(session, manager);
        this.noParameters = new ParameterStore(manager, false);
        try {
            this.inputs = inputSpecs(session.getInputInfo().values());
            describeOutputs(session.getOutputInfo().values());
        } catch (OrtException | RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    @Override
    public List<TensorSpec> inputs() {
        return inputs;
    }

    @Override
    public List<TensorSpec> outputs() {
        return List.copyOf(outputs);
    }

    @Override
    public List<String> omittedOutputs() {
        return List.copyOf(omittedOutputs);
    }

    @Override
    public Inference run(Map<String, Tensor> given) {
        List<Tensor> ordered = InputCheck.inOrder(inputs, given);
        return workers.run(name(), queueTime -> runNow(ordered, queueTime));
    }

    @Override
    public void close() {
        using.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            manager.close(); // owns the block, which owns the session
        } finally {
            using.writeLock().unlock();
        }
        onClose.accept(this);
    }

    @Override
    public String toString() {
        return "%s, inputs %s, outputs %s".formatted(file, inputs, outputs);
    }

    /** On a worker. All native memory of the call belongs to one manager, which closes with it. */
    private Inference runNow(List<Tensor> ordered, Duration queueTime) {
        using.readLock().lock();
        try {
            if (closed) {
                throw new InferenceException(file + " is closed");
            }
            long begin = System.nanoTime();
            try (NDManager call = manager.newSubManager()) {
                NDList results = block.forward(noParameters, toNative(call, ordered), false);
                Map<String, Tensor> outputTensors = fromNative(results);
                return new Inference(outputTensors, queueTime, Duration.ofNanos(System.nanoTime() - begin));
            }
        } catch (EngineException e) {
            throw failure(e);
        } finally {
            using.readLock().unlock();
        }
    }

    private NDList toNative(NDManager owner, List<Tensor> ordered) {
        NDList list = new NDList(ordered.size());
        for (int i = 0; i < ordered.size(); i++) {
            list.add(OnnxTensors.toNative(owner, inputs.get(i).name(), ordered.get(i)));
        }
        return list;
    }

    private Map<String, Tensor> fromNative(NDList results) {
        Map<String, Tensor> byName = LinkedHashMap.newLinkedHashMap(outputs.size());
        for (TensorSpec spec : outputs) {
            NDArray result = results.get(spec.name());
            byName.put(spec.name(), OnnxTensors.fromNative(result, spec.type()));
        }
        return byName;
    }

    private InferenceException failure(EngineException e) {
        if (e.getCause() instanceof OrtException ort
                && ort.getCode() == OrtException.OrtErrorCode.ORT_INVALID_ARGUMENT) {
            return new InvalidInputException("%s refused its inputs: %s".formatted(name(), ort.getMessage()));
        }
        return new InferenceException("%s failed: %s".formatted(name(), e.getMessage()), e);
    }

    private String name() {
        return String.valueOf(file.getFileName());
    }

    private List<TensorSpec> inputSpecs(Collection<NodeInfo> nodes) {
        if (nodes.isEmpty()) {
            throw new InferenceException(file + " has no inputs: it always gives the same, and cannot be run here");
        }
        List<TensorSpec> specs = new ArrayList<>(nodes.size());
        for (NodeInfo node : nodes) {
            specs.add(spec(node)
                    .orElseThrow(() -> new InferenceException("%s: input '%s' is of a type that is not supported: %s"
                            .formatted(file, node.getName(), typeName(node)))));
        }
        return List.copyOf(specs);
    }

    private void describeOutputs(Collection<NodeInfo> nodes) {
        for (NodeInfo node : nodes) {
            spec(node).ifPresentOrElse(outputs::add, () -> omittedOutputs.add(node.getName() + " " + typeName(node)));
        }
    }

    private static Optional<TensorSpec> spec(NodeInfo node) {
        if (node.getInfo() instanceof TensorInfo info) {
            Optional<ElementType> type = OnnxTensors.elementType(info);
            return type.map(known -> new TensorSpec(node.getName(), known, Shape.of(info.getShape())));
        }
        return Optional.empty();
    }

    private static String typeName(NodeInfo node) {
        return node.getInfo() instanceof TensorInfo info
                ? info.onnxType.name().replace("ONNX_TENSOR_ELEMENT_DATA_TYPE_", "")
                : node.getInfo().toString();
    }
}
