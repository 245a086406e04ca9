package dev.baton.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.schemas.inference.GrpcService;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Foreign clients bring their own {@code .proto}: ours must have the public protocol's names and numbers, exactly. */
final class OpenInferenceProtocolTest {
    @Test
    void messagesHaveThePublicProtocolsFields() throws IOException {
        List<String> messages = SchemaLines.of(GrpcService.getDescriptor()).stream()
                .filter(line -> !line.startsWith("rpc "))
                .toList();

        assertThat(messages).containsExactlyInAnyOrderElementsOf(publicProtocol());
    }

    @Test
    void serviceAnswersUnderThePublicPath() {
        assertThat(SchemaLines.of(GrpcService.getDescriptor()))
                .contains(
                        "rpc inference.GRPCInferenceService/ServerLive ServerLiveRequest -> ServerLiveResponse",
                        "rpc inference.GRPCInferenceService/ServerReady ServerReadyRequest -> ServerReadyResponse",
                        "rpc inference.GRPCInferenceService/ModelReady ModelReadyRequest -> ModelReadyResponse",
                        "rpc inference.GRPCInferenceService/ServerMetadata ServerMetadataRequest"
                                + " -> ServerMetadataResponse",
                        "rpc inference.GRPCInferenceService/ModelMetadata ModelMetadataRequest -> ModelMetadataResponse",
                        "rpc inference.GRPCInferenceService/ModelInfer ModelInferRequest -> ModelInferResponse");
    }

    private static List<String> publicProtocol() throws IOException {
        try (InputStream table = Objects.requireNonNull(
                OpenInferenceProtocolTest.class.getResourceAsStream("open-inference-protocol.txt"))) {
            return new String(table.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        }
    }
}
