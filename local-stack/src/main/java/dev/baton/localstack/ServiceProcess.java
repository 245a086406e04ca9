package dev.baton.localstack;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A service as a child process: its output goes to a log file, its last lines are kept for whoever asks why it died. */
final class ServiceProcess implements AutoCloseable {

    private static final int LAST_LINES = 25;
    private static final Duration BETWEEN_HEALTH_CHECKS = Duration.ofMillis(100);
    private static final Duration HEALTH_CHECK_LIMIT = Duration.ofSeconds(2);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

    /**
     * A terminal sends Ctrl-C to every process of the job. The services ignore it, an ignored signal stays ignored
     * across exec, and so this process decides in which order they stop.
     */
    private static final List<String> DEAF_TO_CTRL_C = List.of("/bin/sh", "-c", "trap '' INT; exec \"$0\" \"$@\"");

    private final String name;
    private final Process process;
    private final Path log;
    private final CompletableFuture<Void> output;
    private final Deque<String> lastLines = new ArrayDeque<>();
    private volatile boolean stopping;

    private ServiceProcess(String name, Process process, Path log, Consumer<String> lines) {
        this.name = name;
        this.process = process;
        this.log = log;
        this.output = CompletableFuture.runAsync(
                () -> copyOutput(lines),
                task -> Thread.ofVirtual().name(name + " log").start(task));
    }

    /** @param lines told every line of output, with the service's name in front */
    static ServiceProcess start(String name, List<String> command, Path log, Consumer<String> lines) {
        List<String> deaf = new ArrayList<>(DEAF_TO_CTRL_C);
        deaf.addAll(command);
        try {
            Files.createDirectories(log.toAbsolutePath().getParent());
            Process process = new ProcessBuilder(deaf)
                    .redirectErrorStream(true)
                    .redirectInput(new File("/dev/null"))
                    .start();
            return new ServiceProcess(name, process, log, lines);
        } catch (IOException e) {
            throw new StackException("cannot start %s: %s".formatted(name, e.getMessage()), e);
        }
    }

    String name() {
        return name;
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    /** Runs {@code reaction} when the process ends without having been told to. */
    void onDeath(Consumer<StackException> reaction) {
        Thread.ofVirtual().name(name + " end").start(() -> {
            process.onExit().join();
            if (!stopping) {
                reaction.accept(death());
            }
        });
    }

    /**
     * Waits until a GET of {@code health} answers 200.
     *
     * @throws StackException when the process ends first, or {@code limit} passes
     */
    void awaitReady(URI health, HttpClient http, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        HttpRequest request =
                HttpRequest.newBuilder(health).timeout(HEALTH_CHECK_LIMIT).GET().build();
        String last = "no answer";
        try {
            while (System.nanoTime() < end) {
                if (process.waitFor(BETWEEN_HEALTH_CHECKS.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw death();
                }
                try {
                    var response = http.send(request, BodyHandlers.ofString());
                    if (response.statusCode() == 200) {
                        return;
                    }
                    last = "HTTP " + response.statusCode() + " "
                            + response.body().replaceAll("\\s+", " ");
                } catch (IOException notYet) {
                    last = String.valueOf(notYet.getMessage());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted while waiting for " + name, e);
        }
        throw new StackException("%s is not ready after %d s; %s last said: %s%n%s"
                .formatted(name, limit.toSeconds(), health, last, tailOfLog()));
    }

    private StackException death() {
        output.completeOnTimeout(null, 1, TimeUnit.SECONDS).join();
        return new StackException("%s ended by itself with status %d; its last lines:%n%s"
                .formatted(name, process.exitValue(), tailOfLog()));
    }

    private String tailOfLog() {
        synchronized (lastLines) {
            String indented = String.join(System.lineSeparator() + "  ", lastLines);
            return "  %s%n  (whole log: %s)".formatted(indented, log);
        }
    }

    private void copyOutput(Consumer<String> lines) {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
                BufferedWriter writer = Files.newBufferedWriter(log)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                writer.write(line);
                writer.newLine();
                writer.flush();
                synchronized (lastLines) {
                    lastLines.addLast(line);
                    if (lastLines.size() > LAST_LINES) {
                        lastLines.removeFirst();
                    }
                }
                lines.accept(name + " | " + line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks the process to end and waits; after ten seconds it is ended. */
    @Override
    public void close() {
        stopping = true;
        process.destroy();
        try {
            if (!process.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
