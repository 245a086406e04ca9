package dev.baton.localstack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuardianTest {

    /** Watches a sleeping process in a JVM of its own, says its id and waits. */
    static final class Parent {

        private Parent() {}

        public static void main(String[] arguments) throws IOException, InterruptedException {
            Process child = new ProcessBuilder("sleep", "600").start();
            Guardian guardian = Guardian.start();
            guardian.watch(child.toHandle());
            guardian.delete(Path.of(arguments[0]));
            System.out.println(child.pid());
            child.waitFor();
        }
    }

    @Test
    void endsWhatItWatchesWhenItsParentIsKilled(@TempDir Path directory) throws Exception {
        Path litter = Files.createDirectory(directory.resolve("litter with space"));
        Files.createFile(litter.resolve("file"));
        Process parent = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Parent.class.getName(),
                        litter.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        ProcessHandle child;
        try (var out = parent.inputReader()) {
            child = ProcessHandle.of(Long.parseLong(out.readLine())).orElseThrow();
            assertThat(child.isAlive()).isTrue();

            parent.destroyForcibly();
        }

        assertThat(child.onExit().orTimeout(30, TimeUnit.SECONDS).get().isAlive())
                .isFalse();
        assertThat(awaitAbsence(litter)).isTrue();
    }

    @Test
    void letsGoWhenClosed() throws Exception {
        Process child = new ProcessBuilder("sleep", "600").start();
        try {
            Guardian guardian = Guardian.start();
            guardian.watch(child.toHandle());

            guardian.close();

            assertThat(child.waitFor(200, TimeUnit.MILLISECONDS)).isFalse();
        } finally {
            child.destroyForcibly();
        }
    }

    private static boolean awaitAbsence(Path path) throws IOException, InterruptedException {
        try (var changes = path.getFileSystem().newWatchService()) {
            java.util.Objects.requireNonNull(path.getParent()).register(changes, StandardWatchEventKinds.ENTRY_DELETE);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (Files.exists(path) && System.nanoTime() < end) {
                var key = changes.poll(1, TimeUnit.SECONDS);
                if (key != null) {
                    key.pollEvents();
                    key.reset();
                }
            }
            return Files.notExists(path);
        }
    }
}
