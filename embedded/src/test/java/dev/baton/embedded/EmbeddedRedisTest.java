package dev.baton.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class EmbeddedRedisTest {

    @TempDir
    Path directory;

    @Test
    void keepsValuesWhileItRunsAndForgetsThemAfterwards() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start(directory, 0)) {
            assertThat(redis.uri()).isEqualTo("redis://127.0.0.1:" + redis.port());
            assertThat(command(redis, "SET", "edge-1", "alive")).isEqualTo("+OK\r\n");
            assertThat(command(redis, "GET", "edge-1")).isEqualTo("$5\r\nalive\r\n");
        }
        try (EmbeddedRedis again = EmbeddedRedis.start(directory, 0)) {
            assertThat(command(again, "GET", "edge-1")).isEqualTo("$-1\r\n");
        }
    }

    @Test
    void isGoneAfterClose() throws Exception {
        EmbeddedRedis redis = EmbeddedRedis.start(directory, 0);
        redis.close();

        assertThatThrownBy(() -> command(redis, "PING")).isInstanceOf(IOException.class);
        FreePorts.requireFree(redis.port(), "test");
    }

    @Test
    void takenPortIsNamed() throws Exception {
        try (ServerSocket holder = new ServerSocket()) {
            holder.bind(FreePorts.local(0));
            int port = holder.getLocalPort();

            assertThatThrownBy(() -> EmbeddedRedis.start(directory, port))
                    .isInstanceOf(PortTakenException.class)
                    .hasMessageContaining("port " + port + " on 127.0.0.1, wanted for Redis, is taken");
        }
    }

    @Test
    void missingOpenSslLibraryIsExplained() {
        String loaderSays =
                "redis-server: error while loading shared libraries: libssl.so.3: cannot open shared object file";

        assertThatThrownBy(() ->
                        EmbeddedRedis.start(directory, 0, () -> script("echo '" + loaderSays + "' >&2; exit 127")))
                .isInstanceOf(StartFailedException.class)
                .hasMessageContaining("apt-get install libssl3")
                .hasMessageContaining(loaderSays);
    }

    @Test
    void whatItSaidIsPartOfTheError() {
        assertThatThrownBy(() -> EmbeddedRedis.start(directory, 0, () -> script("echo 'no more memory'; exit 3")))
                .isInstanceOf(StartFailedException.class)
                .hasMessageContaining("exit code 3")
                .hasMessageContaining("no more memory");
    }

    private File script(String body) throws IOException {
        Path script = Files.writeString(directory.resolve("redis-server"), "#!/bin/sh\n" + body + "\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        return script.toFile();
    }

    private static String command(EmbeddedRedis redis, String... words) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(FreePorts.local(redis.port()), 5_000);
            socket.getOutputStream().write((String.join(" ", words) + "\r\n").getBytes(StandardCharsets.UTF_8));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
