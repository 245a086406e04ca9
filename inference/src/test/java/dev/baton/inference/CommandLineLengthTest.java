package dev.baton.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In processes of their own, whose command lines are of the wanted length. */
final class CommandLineLengthTest {
    @TempDir
    Path directory;

    /** Opens the engine and says so. */
    static final class OpensTheEngine {
        private OpensTheEngine() {}

        public static void main(String[] arguments) {
            new OnnxRuntimeEngine(EngineSettings.defaults()).close();
            System.out.println("opened with arguments of " + arguments[0].length());
        }
    }

    @Test
    void shortOnesAreFine() throws Exception {
        assertThat(outputWith(CommandLineLength.MOST_BYTES - 500)).contains("opened with arguments of 3500");
    }

    @Test
    void longOnesAreRefusedInsteadOfCrashing() throws Exception {
        assumeTrue(Files.isReadable(Path.of("/proc/self/cmdline")), "only on Linux");
        assertThat(outputWith(CommandLineLength.MOST_BYTES))
                .contains("ONNX Runtime ends processes with more than")
                .contains("CLASSPATH");
    }

    private String outputWith(int argumentLength) throws Exception {
        Path output = directory.resolve("output.txt");
        ProcessBuilder java = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "--enable-native-access=ALL-UNNAMED",
                        OpensTheEngine.class.getName(),
                        "x".repeat(argumentLength))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        java.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        java.start().waitFor();
        return Files.readString(output);
    }
}
