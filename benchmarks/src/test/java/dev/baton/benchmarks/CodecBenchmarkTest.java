package dev.baton.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.tensor.codec.Codec;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Param;

final class CodecBenchmarkTest {

    @Test
    void everyCodecIsMeasured() throws NoSuchFieldException {
        List<String> measured = Arrays.asList(CodecBenchmark.class
                .getField("codec")
                .getAnnotation(Param.class)
                .value());
        assertThat(measured)
                .containsExactlyElementsOf(Codec.all().stream().map(Codec::id).toList());
    }

    @Test
    void halfOfTheActivationIsZero() {
        float[] values = CodecBenchmark.activation().toFloats();
        int zeros = 0;
        for (float value : values) {
            if (value == 0) {
                zeros++;
            }
        }
        assertThat((double) zeros / values.length).isBetween(0.45, 0.55);
    }
}
