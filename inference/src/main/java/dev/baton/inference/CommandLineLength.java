package dev.baton.inference;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/*
 * Measured with ONNX Runtime 1.29 on Linux x86-64: creating its environment reads the process's command line into a buffer of
 * 4 KiB; with 4,087 bytes all is well, with 4,088 the process ends with a segmentation fault. Class paths are easily that long.
 */
/** Refuses to load ONNX Runtime where it would end the process. */
final class CommandLineLength {
    static final int MOST_BYTES = 4_000;

    private CommandLineLength() {}

    /** Does nothing where the system does not tell, which is everywhere but on Linux. */
    static void requireShort() {
        Path commandLine = Path.of("/proc/self/cmdline");
        if (Files.isReadable(commandLine)) {
            int bytes;
            try {
                bytes = Files.readAllBytes(commandLine).length;
            } catch (IOException e) {
                throw new InferenceException("the command line of this process cannot be read from " + commandLine, e);
            }
            if (bytes > MOST_BYTES) {
                throw new InferenceException(
                        ("the command line of this process has %d bytes, and ONNX Runtime ends processes with more than 4,087:"
                                        + " give the class path in the variable CLASSPATH, or arguments in a file (java @FILE)")
                                .formatted(bytes));
            }
        }
    }
}
