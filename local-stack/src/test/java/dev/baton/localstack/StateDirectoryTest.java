package dev.baton.localstack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateDirectoryTest {

    @TempDir
    private Path directory = Path.of("");

    @Test
    void oneStackAtATime() {
        Path state = directory.resolve("state");
        StateDirectory first = StateDirectory.claim(state, false);

        assertThatExceptionOfType(StackException.class)
                .isThrownBy(() -> StateDirectory.claim(state, false))
                .withMessageContainingAll(
                        "another stack (process " + ProcessHandle.current().pid() + ")", state.toString(), "--state");

        first.close();
        StateDirectory.claim(state, false).close();
    }

    @Test
    void onlyATemporaryOneIsDeleted() throws IOException {
        Path kept = directory.resolve("kept");
        Path temporary = directory.resolve("temporary");
        try (StateDirectory first = StateDirectory.claim(kept, false);
                StateDirectory second = StateDirectory.claim(temporary, true)) {
            assertThat(first).isNotSameAs(second);
            Files.createFile(
                    Files.createDirectories(temporary.resolve("kafka/topic")).resolve("log"));
            Files.createFile(kept.resolve("log"));
        }

        assertThat(kept.resolve("log")).exists();
        assertThat(temporary).doesNotExist();
    }
}
