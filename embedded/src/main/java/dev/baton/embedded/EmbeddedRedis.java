package dev.baton.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import redis.embedded.core.ExecutableProvider;

/** A real Redis as a child process, reachable from this machine only; it forgets everything when it ends. */
public final class EmbeddedRedis implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofSeconds(20);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);
    private static final int PING_TIMEOUT_MILLIS = 1_000;

    private final Process process;
    private final int port;
    private final Thread stopWithThisProcess;

    private EmbeddedRedis(Process process, int port) {
        this.process = process;
        this.port = port;
        this.stopWithThisProcess = Thread.ofPlatform().name("redis-stop").unstarted(process::destroy);
        Runtime.getRuntime().addShutdownHook(stopWithThisProcess);
    }

    /**
     * Starts Redis and waits until it answers.
     *
     * @param directory where its executable and its log go; created when missing
     * @param port      0 for any free port
     * @throws PortTakenException   when something else listens there
     * @throws StartFailedException when it does not come up; the message holds what it said
     */
    public static EmbeddedRedis start(Path directory, int port) {
        return start(directory, port, ExecutableProvider.newJarResourceProvider(directory.toFile()));
    }

    static EmbeddedRedis start(Path directory, int port, ExecutableProvider executable) {
        int chosen = port == 0 ? FreePorts.find() : FreePorts.requirePort(port, "Redis port");
        FreePorts.requireFree(chosen, "Redis");
        Path log = directory.resolve("redis.log");
        try {
            Files.createDirectories(directory);
            EmbeddedRedis redis = new EmbeddedRedis(launch(executable, directory, log, chosen), chosen);
            try {
                redis.awaitReady(log);
                return redis;
            } catch (RuntimeException | IOException | InterruptedException e) {
                redis.close();
                throw e;
            }
        } catch (IOException e) {
            throw new StartFailedException("Redis could not be started in %s: %s".formatted(directory, e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailedException("interrupted while Redis was starting", e);
        }
    }

    /** {@code redis://127.0.0.1:port}. */
    public String uri() {
        return "redis://%s:%d".formatted(FreePorts.HOST, port);
    }

    public int port() {
        return port;
    }

    /** Ends Redis and returns when its process is gone. */
    @Override
    public void close() {
        try {
            process.destroy();
            if (!process.waitFor(STOP_LIMIT)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(stopWithThisProcess);
        } catch (IllegalStateException e) {
            System.getLogger(EmbeddedRedis.class.getName())
                    .log(System.Logger.Level.TRACE, "closed while this process ends", e);
        }
    }

    private static Process launch(ExecutableProvider executable, Path directory, Path log, int port)
            throws IOException {
        List<String> command = List.of(
                executable.get().getAbsolutePath(),
                "--port",
                Integer.toString(port),
                "--bind",
                FreePorts.HOST,
                "--save",
                "",
                "--appendonly",
                "no",
                "--daemonize",
                "no");
        return new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    private void awaitReady(Path log) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!answersPing()) {
            if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
                throw new StartFailedException(reason(port, process.exitValue(), Files.readString(log)), null);
            }
            if (System.nanoTime() - deadline > 0) {
                throw new StartFailedException(
                        "Redis did not answer on port %d within %d s; its log is %s"
                                .formatted(port, START_LIMIT.toSeconds(), log),
                        null);
            }
        }
    }

    private boolean answersPing() {
        try (Socket socket = new Socket()) {
            socket.connect(FreePorts.local(port), PING_TIMEOUT_MILLIS);
            socket.setSoTimeout(PING_TIMEOUT_MILLIS);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            return new String(in.readNBytes(5), StandardCharsets.US_ASCII).equals("+PONG");
        } catch (IOException notYet) {
            return false;
        }
    }

    private static String reason(int port, int exitCode, String output) {
        if (output.contains("libssl") || output.contains("libcrypto")) {
            return "Redis needs the OpenSSL 3 library, which this machine lacks: install libssl3 (Debian, Ubuntu: `apt-get"
                    + " install libssl3`) or openssl-libs (Fedora: `dnf install openssl-libs`). It said: "
                    + output.strip();
        }
        return "Redis ended with exit code %d while starting on port %d. It said: %s"
                .formatted(exitCode, port, output.strip());
    }
}
