package dev.baton.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OrchestratorClientTest {
    private final AtomicReference<String> body = new AtomicReference<>("");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @SuppressWarnings("NullAway.Init")
    private HttpServer server;

    @BeforeEach
    void listen() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            body.set(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(400, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void importModel(String... locations) throws IOException {
        GraphProto.Builder graph = GraphProto.newBuilder();
        for (String location : locations) {
            graph.addInitializer(TensorProto.newBuilder()
                    .setName("w" + graph.getInitializerCount())
                    .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                    .addExternalData(StringStringEntryProto.newBuilder()
                            .setKey("location")
                            .setValue(location)));
        }
        Path model = Files.createDirectories(directory.resolve("model")).resolve("m.onnx");
        Files.write(model, ModelProto.newBuilder().setGraph(graph).build().toByteArray());
        try (OrchestratorClient client = new OrchestratorClient(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort()))) {
            client.importModel("m", model, Optional.empty(), Optional.empty());
        }
    }

    @Test
    void externalDataGoesAlong() throws IOException {
        Files.createDirectories(directory.resolve("model/weights"));
        Files.writeString(directory.resolve("model/a.data"), "first");
        Files.writeString(directory.resolve("model/weights/a b.data"), "second");

        assertThatThrownBy(() -> importModel("a.data", "weights/a b.data", "a.data"))
                .isInstanceOf(ServiceRefusedException.class)
                .hasMessageStartingWith("HTTP 400");

        assertThat(body.get())
                .containsOnlyOnce("name=\"data\"; filename=\"a.data\"\r\n")
                .containsOnlyOnce("name=\"data\"; filename=\"weights/a b.data\"\r\n")
                .contains("\r\n\r\nfirst\r\n--", "\r\n\r\nsecond\r\n--");
    }

    @Test
    void nothingIsSentWhereAModelNamesFilesThatAreNotItsOwn() throws IOException {
        Files.writeString(directory.resolve("private"), "secret");
        Files.createDirectories(directory.resolve("model"));
        Files.createSymbolicLink(directory.resolve("model/link"), directory.resolve("private"));
        Files.writeString(directory.resolve("model/a\"b"), "quoted");

        for (String location : new String[] {"../private", "link", "/etc/passwd", "absent", "a\"b"}) {
            assertThatThrownBy(() -> importModel(location))
                    .as(location)
                    .isInstanceOf(ServiceRefusedException.class)
                    .hasMessageContaining("m.onnx has external data in '%s'", location);
        }
        assertThat(body.get()).isEmpty();
    }
}
