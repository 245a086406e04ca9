package dev.baton.openinference.protocol;

import com.google.protobuf.ByteString;
import dev.baton.openinference.RequestRefusedException;
import dev.baton.schemas.inference.InferParameter;
import dev.baton.schemas.inference.ModelInferRequest;
import dev.baton.schemas.inference.ModelInferRequest.InferRequestedOutputTensor;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Triton's classification extension: in place of an output its {@code count} highest elements, each as the text
 * {@code value:index} or {@code value:index:label}, highest first. An output of two or more dimensions is answered for each
 * of its first dimension: {@code [N, count]}.
 */
record Classification(int count) {

    private static final String PARAMETER = "classification";

    Classification {
        if (count < 1) {
            throw new IllegalArgumentException("parameter 'classification' is %d; expected 1 or more".formatted(count));
        }
    }

    /** What a request wants classified, by output. */
    static Map<String, Classification> wanted(ModelInferRequest message) {
        Map<String, Classification> wanted = new HashMap<>();
        for (int i = 0; i < message.getOutputsCount(); i++) {
            InferRequestedOutputTensor output = message.getOutputs(i);
            InferParameter parameter = output.getParametersMap().get(PARAMETER);
            if (parameter != null) {
                wanted.put(output.getName(), read("outputs[%d].parameters.classification".formatted(i), parameter));
            }
        }
        return wanted;
    }

    private static Classification read(String field, InferParameter parameter) {
        if (!parameter.hasInt64Param() && !parameter.hasUint64Param()) {
            throw RequestRefusedException.invalid(
                    field, "parameter 'classification' is not an int64; expected how many classes");
        }
        long count = parameter.hasInt64Param() ? parameter.getInt64Param() : parameter.getUint64Param();
        try {
            return new Classification(Math.clamp(count, Integer.MIN_VALUE, Integer.MAX_VALUE));
        } catch (IllegalArgumentException e) {
            throw RequestRefusedException.invalid(field, String.valueOf(e.getMessage()));
        }
    }

    /** Texts as the protocol writes them, with their shape. */
    record Texts(Shape shape, ByteString raw) {}

    Texts of(Tensor output, List<String> labels) {
        double[] values = values(output);
        boolean batched = output.shape().rank() >= 2;
        int rows = batched ? Math.toIntExact(output.shape().dimension(0)) : 1;
        int classes = rows == 0 ? 0 : values.length / rows;
        int each = Math.min(count, classes);
        ByteString.Output raw = ByteString.newOutput();
        for (int row = 0; row < rows; row++) {
            int first = row * classes;
            IntStream.range(0, classes)
                    .boxed()
                    .sorted((a, b) -> Double.compare(values[first + b], values[first + a]))
                    .limit(each)
                    .forEach(index -> write(raw, text(output.type(), values[first + index], index, labels)));
        }
        return new Texts(batched ? Shape.of(rows, each) : Shape.of(each), raw.toByteString());
    }

    private static double[] values(Tensor output) {
        if (output.type().isFloat()) {
            return output.toDoubles();
        }
        long[] whole = output.toLongs();
        double[] values = new double[whole.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = output.type() == ElementType.UINT64 && whole[i] < 0 ? whole[i] + 0x1p64 : whole[i];
        }
        return values;
    }

    private static String text(ElementType type, double value, int index, List<String> labels) {
        String number = String.format(Locale.ROOT, type.isFloat() ? "%f" : "%.0f", value);
        String label = index < labels.size() ? ":" + labels.get(index) : "";
        return number + ":" + index + label;
    }

    private static void write(ByteString.Output raw, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        byte[] length = ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(bytes.length)
                .array();
        raw.write(length, 0, length.length);
        raw.write(bytes, 0, bytes.length);
    }
}
