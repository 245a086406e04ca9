package dev.baton.tensor.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class CodecTest {
    @Test
    void idsAreThoseOfTheWireContract() {
        assertThat(Codec.all())
                .extracting(Codec::id)
                .containsExactly(
                        "raw",
                        "raw+zstd",
                        "fp16",
                        "fp16+zstd",
                        "int8",
                        "int8+zstd",
                        "int4",
                        "int4+zstd",
                        "step12",
                        "step6",
                        "step3");
    }

    @ParameterizedTest
    @MethodSource("dev.baton.tensor.codec.Codec#all")
    void isFoundByItsId(Codec codec) {
        assertThat(Codec.parse(codec.id())).isEqualTo(codec);
    }

    @Test
    void refusesToCompressWhatIsEntropyCoded() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Codec(Codec.Quantization.STEP6, true));
        assertThatIllegalArgumentException().isThrownBy(() -> Codec.parse("step6+zstd"));
    }

    @Test
    void refusesAnUnknownId() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Codec.parse("int8+gzip"))
                .withMessageStartingWith("unknown codec 'int8+gzip', expected one of raw, raw+zstd");
    }
}
