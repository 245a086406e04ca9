package dev.baton.partitioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PlacementTest {
    @ParameterizedTest
    @ValueSource(strings = {"edge-only", "cloud-only", "split:1", "split:17"})
    void idIsParsedBack(String id) {
        assertThat(Placement.parse(id).id()).isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "edge", "split:", "split:0", "split:-1", "split:01", "split:99999999999", "SPLIT:1"})
    void anythingElseIsRefusedByName(String id) {
        assertThatThrownBy(() -> Placement.parse(id))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + id + "'")
                .hasMessageContaining("edge-only, cloud-only or split:N");
    }

    @Test
    void splitPointZeroIsNotASplit() {
        assertThatThrownBy(() -> new Placement.Split(0)).hasMessageContaining("0 is cloud-only");
    }
}
