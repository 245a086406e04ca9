package dev.baton.edge.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.baton.edge.measure.CodecAgreements.Agreement;
import dev.baton.edge.measure.ModelMeasurements.EncodingKey;
import org.junit.jupiter.api.Test;

final class CodecAgreementsTest {
    private static final EncodingKey INT8 = new EncodingKey(2, "int8");

    private final CodecAgreements agreements = new CodecAgreements();

    private Agreement after(int comparisons, boolean agreeing) {
        for (int i = 0; i < comparisons; i++) {
            agreements.compared(INT8, agreeing, agreeing ? 0 : 0.1);
        }
        return agreements.all().getFirst();
    }

    @Test
    void sharesAreCountedBySplitPointAndCodec() {
        after(3, true);
        after(1, false);
        agreements.compared(new EncodingKey(1, "int4"), false, 0.5);

        assertThat(agreements.all()).extracting(Agreement::key).containsExactly(new EncodingKey(1, "int4"), INT8);
        assertThat(agreements.all()).extracting(Agreement::agreement).containsExactly(0.0, 0.75);
    }

    @Test
    void whatUsersSendNowIsNotOutvotedByWhatTheySentLongAgo() {
        Agreement good = after(100_000, true);
        assertThat(good.samples()).isBetween(1_000L, 2_000L);
        assertThat(good.agreement()).isEqualTo(1);

        Agreement bad = after(100, false);
        assertThat(bad.agreement())
                .as("a tenth of a percent would be 100 in 100,000")
                .isLessThan(0.96);
        assertThat(after(100_000, false).agreement()).isCloseTo(0, within(1e-6));
    }
}
