package dev.baton.inference;

import static org.assertj.core.api.Assumptions.assumeThat;

import ai.onnx.proto.OnnxMl.TensorProto;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipFile;

/** The real models and inputs that a test machine may have. */
final class ModelFiles {

    private static final Path DIRECTORY = Path.of(System.getProperty("baton.models", "no-models"));

    private static final Pattern NPY_SHAPE = Pattern.compile("'shape': \\(([0-9, ]*[0-9]),?\\)");

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

    /** The first {@code rows} of an array in NumPy's {@code .npz}, with its shape, as the type it is taken for. */
    static Tensor readRows(Path npzFile, String array, int rows, ElementType type) throws IOException {
        try (ZipFile zip = new ZipFile(npzFile.toFile());
                DataInputStream in = new DataInputStream(zip.getInputStream(zip.getEntry(array + ".npy")))) {
            in.skipNBytes(8); // magic, version
            byte[] header = in.readNBytes(Short.reverseBytes(in.readShort()));
            Matcher shape = NPY_SHAPE.matcher(new String(header, StandardCharsets.US_ASCII));
            if (!shape.find()) {
                throw new IOException("no shape in " + array);
            }
            long[] dimensions = Arrays.stream(shape.group(1).split(",\\s*"))
                    .mapToLong(Long::parseLong)
                    .toArray();
            dimensions[0] = rows;
            Shape wanted = Shape.of(dimensions);
            byte[] data = in.readNBytes(Math.toIntExact(wanted.elementCount() * type.bytes()));
            return Tensor.of(type, wanted, ByteBuffer.wrap(data));
        }
    }
}
