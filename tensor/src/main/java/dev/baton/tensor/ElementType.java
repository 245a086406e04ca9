package dev.baton.tensor;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The type of one element of a tensor. The constants' names are those of the Open Inference Protocol; the numbers are
 * those of ONNX's {@code TensorProto.DataType}.
 */
public enum ElementType {
    /** IEEE 754 binary32. */
    FP32(4, 1),
    /** IEEE 754 binary16. */
    FP16(2, 10),
    INT64(8, 7),
    INT32(4, 6),
    UINT8(1, 2),
    INT8(1, 3),
    /** One byte, 0 or 1. */
    BOOL(1, 9),
    /** IEEE 754 binary64. */
    FP64(8, 11),
    /** The upper half of an {@link #FP32}. */
    BF16(2, 16),
    INT16(2, 5),
    UINT16(2, 4),
    UINT32(4, 12),
    UINT64(8, 13);

    /** ONNX's other types, so that a refusal names the type rather than a number. */
    private static final Map<Integer, String> REFUSED = Map.ofEntries(
            Map.entry(0, "UNDEFINED"),
            Map.entry(8, "STRING"),
            Map.entry(14, "COMPLEX64"),
            Map.entry(15, "COMPLEX128"),
            Map.entry(17, "FLOAT8E4M3FN"),
            Map.entry(18, "FLOAT8E4M3FNUZ"),
            Map.entry(19, "FLOAT8E5M2"),
            Map.entry(20, "FLOAT8E5M2FNUZ"),
            Map.entry(21, "UINT4"),
            Map.entry(22, "INT4"),
            Map.entry(23, "FLOAT4E2M1"),
            Map.entry(24, "FLOAT8E8M0"));

    private final int bytes;
    private final int onnxNumber;

    ElementType(int bytes, int onnxNumber) {
        this.bytes = bytes;
        this.onnxNumber = onnxNumber;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** This type's number in ONNX's {@code TensorProto.DataType}. */
    public int onnxNumber() {
        return onnxNumber;
    }

    /** True for the floating-point types. */
    public boolean isFloat() {
        return this == FP32 || this == FP16 || this == FP64 || this == BF16;
    }

    /** True for the types that a codec may quantise. */
    public boolean isQuantisable() {
        return this == FP32 || this == FP16;
    }

    /**
     * The type that ONNX numbers {@code number}.
     *
     * @throws UnsupportedElementTypeException naming the type, when Baton does not carry it
     */
    public static ElementType ofOnnx(int number) {
        for (ElementType type : values()) {
            if (type.onnxNumber == number) {
                return type;
            }
        }
        String name = REFUSED.get(number);
        throw refused(name == null ? "ONNX element type number " + number : name + " (ONNX number " + number + ")");
    }

    /**
     * The type that the Open Inference Protocol calls {@code oipName}, such as {@code FP32}.
     *
     * @throws UnsupportedElementTypeException when Baton does not carry it
     */
    public static ElementType ofName(String oipName) {
        return find(oipName).orElseThrow(() -> refused("'" + oipName + "'"));
    }

    private static Optional<ElementType> find(String oipName) {
        return Arrays.stream(values())
                .filter(type -> type.name().equals(oipName))
                .findFirst();
    }

    private static UnsupportedElementTypeException refused(String what) {
        String supported = Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", "));
        return new UnsupportedElementTypeException(
                "element type %s is not supported; supported: %s".formatted(what, supported));
    }
}
