package dev.baton.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ElementTypeTest {
    @ParameterizedTest
    @EnumSource
    void isFoundByItsNumberAndItsName(ElementType type) {
        assertThat(ElementType.ofOnnx(type.onnxNumber())).isEqualTo(type);
        assertThat(ElementType.ofName(type.name())).isEqualTo(type);
    }

    @Test
    void refusesAnOnnxTypeByName() {
        assertThatExceptionOfType(UnsupportedElementTypeException.class)
                .isThrownBy(() -> ElementType.ofOnnx(8))
                .withMessage("element type STRING (ONNX number 8) is not supported; supported: "
                        + "FP32, FP16, INT64, INT32, UINT8, INT8, BOOL, FP64, BF16, INT16, UINT16, UINT32, UINT64");
    }

    @Test
    void refusesAnUnknownNumber() {
        assertThatExceptionOfType(UnsupportedElementTypeException.class)
                .isThrownBy(() -> ElementType.ofOnnx(-7))
                .withMessageContaining("number -7");
    }

    @Test
    void refusesAnotherNameOfTheProtocol() {
        assertThatExceptionOfType(UnsupportedElementTypeException.class)
                .isThrownBy(() -> ElementType.ofName("BYTES"))
                .withMessageContaining("'BYTES'");
    }
}
