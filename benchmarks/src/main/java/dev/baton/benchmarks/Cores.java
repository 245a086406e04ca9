package dev.baton.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The machine's cores in two halves: one for what is measured, one for all that serves to measure it. Needs Linux and {@code taskset};
 * threads that a pinned thread or process makes later are pinned as well.
 */
final class Cores {

    private final String measured;
    private final String others;
    private final int perHalf;

    private Cores(int cores) {
        this.perHalf = cores / 2;
        this.measured = "0-" + (perHalf - 1);
        this.others = perHalf + "-" + (cores - 1);
    }

    /** Empty on one core, and where there is no {@code taskset}. */
    static Optional<Cores> halves() {
        int cores = Runtime.getRuntime().availableProcessors();
        return cores < 2 || !run("taskset", "--version") ? Optional.empty() : Optional.of(new Cores(cores));
    }

    /** Of each half. */
    int perHalf() {
        return perHalf;
    }

    /** A process to be measured, all of its threads. */
    void measure(ProcessHandle process) {
        require(run("taskset", "-a", "-p", "-c", measured, Long.toString(process.pid())), "process " + process.pid());
    }

    /** The calling thread is to be measured. */
    void measureThisThread() throws IOException {
        String thread = Files.readSymbolicLink(Path.of("/proc/thread-self"))
                .getFileName()
                .toString();
        require(run("taskset", "-p", "-c", measured, thread), "thread " + thread);
    }

    /** A process that serves to measure others, all of its threads. */
    void setAside(ProcessHandle process) {
        require(run("taskset", "-a", "-p", "-c", others, Long.toString(process.pid())), "process " + process.pid());
    }

    private static void require(boolean done, String what) {
        if (!done) {
            throw new IllegalStateException(what + " could not be pinned to cores");
        }
    }

    private static boolean run(String... command) {
        try {
            return new ProcessBuilder(command)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException notThere) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        }
    }
}
