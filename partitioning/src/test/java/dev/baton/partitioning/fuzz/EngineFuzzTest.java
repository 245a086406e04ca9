package dev.baton.partitioning.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Spoilt models that pass Baton's own checks do no harm in the engine either. Only when asked for by
 * {@code -Dbaton.fuzz.engine=N}, as each costs some 30 ms; the engine runs in a process of its own, which is started again
 * behind a model that ends it.
 */
final class EngineFuzzTest {
    private static final long MUTATIONS = Long.getLong("baton.fuzz.engine", 0);
    private static final long FIRST_SEED = Long.getLong("baton.fuzz.seed", 0);

    @TempDir
    Path directory;

    @Test
    void spoiltModelsDoNotEndTheProcess() throws Exception {
        assumeTrue(MUTATIONS > 0, "not asked for: -Dbaton.fuzz.engine=N divides N spoilt models with the real engine");
        List<String> findings = new ArrayList<>();
        long divided = 0;
        long next = FIRST_SEED;
        while (next < FIRST_SEED + MUTATIONS) {
            Path scratch = Files.createTempDirectory(directory, "trials");
            Process trials = start(scratch, next, FIRST_SEED + MUTATIONS);
            try (BufferedReader lines = trials.inputReader()) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.startsWith(EngineTrials.TRYING)) {
                        next = Long.parseLong(line.substring(EngineTrials.TRYING.length())) + 1;
                    } else if (line.startsWith(EngineTrials.FINDING)) {
                        findings.add(line);
                    } else if (line.startsWith(EngineTrials.DIVIDED)) {
                        divided++;
                    }
                }
            }
            if (trials.waitFor() != 0) {
                findings.add("seed %d ended the process with %d".formatted(next - 1, trials.exitValue()));
            }
        }
        assertThat(findings).isEmpty();
        assertThat(divided).as("divided, of %d", MUTATIONS).isPositive();
    }

    private static Process start(Path scratch, long from, long end) throws IOException {
        ProcessBuilder java = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-Xmx1g",
                        "--enable-native-access=ALL-UNNAMED",
                        EngineTrials.class.getName(),
                        scratch.toString(),
                        Long.toString(from),
                        Long.toString(end))
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        java.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        return java.start();
    }
}
