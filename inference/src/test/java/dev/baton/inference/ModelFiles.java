package dev.baton.inference;

import static org.assertj.core.api.Assumptions.assumeThat;

import ai.onnx.proto.OnnxMl.TensorProto;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** The real models and inputs that a test machine may have. */
final class ModelFiles {

    private static final Path DIRECTORY = Path.of(System.getProperty("baton.models", "no-models"));

    private ModelFiles() {}

    /** The file, or the test is skipped, saying so. */
    static Path require(String relativePath) {
        Path file = DIRECTORY.resolve(relativePath);
        assumeThat(file)
                .as("skipped: real models are not here (system property baton.models)")
                .exists();
        return file;
    }

    /** A tensor from ONNX's own test data format. */
    static Tensor readTensor(Path pbFile) throws IOException {
        TensorProto proto = TensorProto.parseFrom(Files.readAllBytes(pbFile));
        Shape shape =
                Shape.of(proto.getDimsList().stream().mapToLong(Long::longValue).toArray());
        ElementType type = ElementType.ofOnnx(proto.getDataType());
        if (proto.hasRawData()) {
            return Tensor.of(type, shape, ByteBuffer.wrap(proto.getRawData().toByteArray()));
        }
        ByteBuffer floats =
                ByteBuffer.allocate(proto.getFloatDataCount() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        proto.getFloatDataList().forEach(floats::putFloat);
        return Tensor.of(type, shape, floats.flip());
    }
}
