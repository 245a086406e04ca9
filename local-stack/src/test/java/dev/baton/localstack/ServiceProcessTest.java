package dev.baton.localstack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceProcessTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    private Path directory = Path.of("");

    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicInteger refusals = new AtomicInteger();
    private HttpServer health;

    ServiceProcessTest() throws IOException {
        health = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void serveHealth() {
        health.createContext("/ready", exchange -> {
            exchange.sendResponseHeaders(refusals.getAndDecrement() > 0 ? 503 : 200, -1);
            exchange.close();
        });
        health.start();
    }

    @AfterEach
    void stopHealth() {
        health.stop(0);
        http.close();
    }

    @Test
    void outputGoesToTheLogAndToTheListenerWithTheNameInFront() throws Exception {
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        Path log = directory.resolve("logs/edge-1.log");
        try (ServiceProcess service = start(log, lines, "echo hello; echo trouble >&2; exec sleep 600")) {
            assertThat(service.handle().isAlive()).isTrue();
            assertThat(lines.poll(30, TimeUnit.SECONDS)).isEqualTo("edge-1 | hello");
            assertThat(lines.poll(30, TimeUnit.SECONDS)).isEqualTo("edge-1 | trouble");
            assertThat(Files.readAllLines(log)).containsExactly("hello", "trouble");
        }
    }

    @Test
    void waitsUntilItsHealthIsGood() {
        refusals.set(3);
        try (ServiceProcess service = start("exec sleep 600")) {
            service.awaitReady(ready(), http, LONG);
        }
        assertThat(refusals.get()).isNegative();
    }

    @Test
    void anEarlyDeathEndsTheWaitAndShowsTheLastLines() {
        refusals.set(Integer.MAX_VALUE);
        try (ServiceProcess service = start("echo 'no broker anywhere'; exit 7")) {
            assertThatExceptionOfType(StackException.class)
                    .isThrownBy(() -> service.awaitReady(ready(), http, LONG))
                    .withMessageContainingAll(
                            "edge-1 ended by itself with status 7", "no broker anywhere", "edge-1.log");
        }
    }

    @Test
    void notReadyInTimeSaysWhatItSaidLast() {
        refusals.set(Integer.MAX_VALUE);
        try (ServiceProcess service = start("exec sleep 600")) {
            assertThatExceptionOfType(StackException.class)
                    .isThrownBy(() -> service.awaitReady(ready(), http, Duration.ofMillis(300)))
                    .withMessageContainingAll("edge-1 is not ready after", "HTTP 503");
        }
    }

    @Test
    void aDeathWithoutBeingStoppedIsTold() throws Exception {
        CompletableFuture<StackException> death = new CompletableFuture<>();
        try (ServiceProcess service = start("exec sleep 600")) {
            service.onDeath(death::complete);
            assertThat(service.handle().destroyForcibly()).isTrue();

            assertThat(death.get(30, TimeUnit.SECONDS)).hasMessageContaining("edge-1 ended by itself");
        }
    }

    @Test
    void ignoresCtrlCOfTheTerminalButEndsWhenClosed() throws Exception {
        ServiceProcess service = start("exec sleep 600");
        ProcessHandle handle = service.handle();

        assertThat(new ProcessBuilder("kill", "-INT", Long.toString(handle.pid()))
                        .start()
                        .waitFor())
                .isZero();
        assertThat(handle.onExit()
                        .completeOnTimeout(handle, 300, TimeUnit.MILLISECONDS)
                        .get()
                        .isAlive())
                .isTrue();

        service.close();
        assertThat(handle.isAlive()).isFalse();
    }

    private ServiceProcess start(String script) {
        return start(directory.resolve("edge-1.log"), new LinkedBlockingQueue<>(), script);
    }

    private static ServiceProcess start(Path log, BlockingQueue<String> lines, String script) {
        return ServiceProcess.start("edge-1", List.of("/bin/sh", "-c", script), log, lines::add);
    }

    private URI ready() {
        return URI.create(
                "http://127.0.0.1:%d/ready".formatted(health.getAddress().getPort()));
    }
}
