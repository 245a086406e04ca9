package dev.baton.orchestrator.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class TailSequencesTest {
    private final TailSequences sequences = new TailSequences();

    private boolean isNew(String tail, long sequence, String window) {
        return sequences.isNew(tail, sequence, window.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void onlyTheFirstCopyOfAWindowIsNew() {
        assertThat(isNew("tail-1", 1, "a")).isTrue();
        assertThat(isNew("tail-1", 1, "a")).isFalse();
        assertThat(isNew("tail-1", 2, "b")).isTrue();
        assertThat(isNew("tail-1", 2, "b")).isFalse();
    }

    @Test
    void copiesThatComeLateAreKnownToo() {
        for (int sequence = 1; sequence <= 5; sequence++) {
            assertThat(isNew("tail-1", sequence, "window " + sequence)).isTrue();
        }
        for (int sequence = 1; sequence <= 5; sequence++) {
            assertThat(isNew("tail-1", sequence, "window " + sequence)).isFalse();
        }
    }

    @Test
    void tailsAreToldApart() {
        assertThat(isNew("tail-1", 1, "a")).isTrue();
        assertThat(isNew("tail-2", 1, "a")).isTrue();
    }

    @Test
    void aTailThatStartsAgainIsHeard() {
        assertThat(isNew("tail-1", 1, "before")).isTrue();
        assertThat(isNew("tail-1", 2, "before")).isTrue();
        assertThat(isNew("tail-1", 1, "after")).isTrue();
    }
}
