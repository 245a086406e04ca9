package dev.baton.benchmarks;

import ai.djl.engine.Engine;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.baton.inference.EngineSettings;
import dev.baton.tensor.Tensor;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** ONNX Runtime by its own API and with the engine's options: the least that a run can take. */
final class RawSession implements AutoCloseable {

    private final OrtEnvironment environment;
    private final OrtSession session;

    RawSession(Path onnx) throws OrtException {
        this(onnx, EngineSettings.defaults().intraOpThreads());
    }

    /** @param threads that share the work of one operator */
    RawSession(Path onnx, int threads) throws OrtException {
        Engine.getEngine("OnnxRuntime"); // must come before anything else touches the environment
        environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            session = environment.createSession(onnx.toString(), options);
        }
    }

    /** Time of making input tensors, running and closing, in ms. */
    double run(Map<String, Tensor> inputs) throws OrtException {
        long start = System.nanoTime();
        Map<String, OnnxTensor> given = new HashMap<>();
        try {
            for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
                given.put(input.getKey(), tensor(input.getValue()));
            }
            session.run(given).close();
        } finally {
            given.values().forEach(OnnxTensor::close);
        }
        return (System.nanoTime() - start) / 1e6;
    }

    private OnnxTensor tensor(Tensor tensor) throws OrtException {
        long[] shape =
                tensor.shape().dimensions().stream().mapToLong(Long::longValue).toArray();
        OnnxJavaType type =
                switch (tensor.type()) {
                    case FP32 -> OnnxJavaType.FLOAT;
                    case FP16 -> OnnxJavaType.FLOAT16;
                    case INT64 -> OnnxJavaType.INT64;
                    case INT32 -> OnnxJavaType.INT32;
                    case UINT8 -> OnnxJavaType.UINT8;
                    case INT8 -> OnnxJavaType.INT8;
                    case BOOL -> OnnxJavaType.BOOL;
                    case FP64 -> OnnxJavaType.DOUBLE;
                    case BF16 -> OnnxJavaType.BFLOAT16;
                    case INT16 -> OnnxJavaType.INT16;
                    case UINT16, UINT32, UINT64 ->
                        throw new IllegalArgumentException(tensor + " cannot be given to ONNX Runtime from Java");
                };
        return OnnxTensor.createTensor(environment, tensor.data(), shape, type);
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
