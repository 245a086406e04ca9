package dev.baton.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FileDescriptor;
import dev.baton.schemas.inference.GrpcService;
import dev.baton.schemas.inference.ModelConfigOuterClass;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Foreign clients bring their own {@code .proto}: ours must have the public protocol's names and numbers, exactly. */
final class OpenInferenceProtocolTest {
    static Stream<Arguments> files() {
        return Stream.of(
                Arguments.of("open-inference-protocol.txt", GrpcService.getDescriptor()),
                Arguments.of("model-config.txt", ModelConfigOuterClass.getDescriptor()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void messagesHaveThePublicProtocolsFields(String table, FileDescriptor file) throws IOException {
        List<String> messages = SchemaLines.of(file).stream()
                .filter(line -> !line.startsWith("rpc "))
                .toList();

        assertThat(messages).containsExactlyInAnyOrderElementsOf(publicProtocol(table));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ServerLive",
                "ServerReady",
                "ModelReady",
                "ServerMetadata",
                "ModelMetadata",
                "ModelInfer",
                "ModelConfig",
                "ModelStatistics",
                "RepositoryIndex",
                "RepositoryModelLoad",
                "RepositoryModelUnload",
                "SystemSharedMemoryStatus",
                "SystemSharedMemoryRegister",
                "SystemSharedMemoryUnregister",
                "CudaSharedMemoryStatus",
                "CudaSharedMemoryRegister",
                "CudaSharedMemoryUnregister",
                "TraceSetting",
                "LogSettings"
            })
    void serviceAnswersUnderThePublicPath(String method) {
        assertThat(SchemaLines.of(GrpcService.getDescriptor()))
                .contains("rpc inference.GRPCInferenceService/%1$s %1$sRequest -> %1$sResponse".formatted(method));
    }

    @Test
    void streamsCarryTritonsWrapper() {
        assertThat(SchemaLines.of(GrpcService.getDescriptor()))
                .contains("rpc inference.GRPCInferenceService/ModelStreamInfer stream ModelInferRequest"
                        + " -> stream ModelStreamInferResponse");
    }

    private static List<String> publicProtocol(String name) throws IOException {
        try (InputStream table =
                Objects.requireNonNull(OpenInferenceProtocolTest.class.getResourceAsStream(name), name)) {
            return new String(table.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        }
    }
}
