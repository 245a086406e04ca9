package dev.baton.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class FreePortsTest {

    @Test
    void portsAreDistinctAndFree() {
        List<Integer> ports = FreePorts.find(20);

        assertThat(ports).hasSize(20).doesNotHaveDuplicates();
        ports.forEach(port -> FreePorts.requireFree(port, "test"));
    }

    @Test
    void portOutsideTheRangeIsRefused() {
        assertThatThrownBy(() -> new EdgeListener(0, 9092))
                .hasMessageContaining("edge listener port")
                .hasMessageContaining("is 0");
        assertThatThrownBy(() -> new EdgeListener(9093, 70_000)).hasMessageContaining("is 70000");
    }
}
