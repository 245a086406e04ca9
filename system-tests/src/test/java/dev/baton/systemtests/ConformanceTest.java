package dev.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.conformance.ConformanceKit;
import dev.baton.conformance.Outcome;
import dev.baton.conformance.Target;
import dev.baton.localstack.StackPorts;
import dev.baton.schemas.inference.GRPCInferenceServiceGrpc;
import dev.baton.schemas.inference.ModelReadyRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Edge node and tail, as they run, keep the error contract, with messages up to their limit and small heaps. */
@ExtendWith(StackUnderTest.Extension.class)
final class ConformanceTest {
    private static final int MAX_MESSAGE_BYTES = 64 << 20;

    @Test
    void theEdgeNodeKeepsEveryRow(StackUnderTest stack) throws InterruptedException {
        StackPorts.EdgePorts ports = stack.stack().settings().ports().edges().getFirst();

        assertEveryRowHolds(ports.grpc(), ports.http());
    }

    @Test
    void theTailKeepsEveryRowOnOnePort(StackUnderTest stack) throws InterruptedException {
        int port = stack.stack().settings().ports().tails().getFirst();

        assertEveryRowHolds(port, port);
    }

    private static void assertEveryRowHolds(int grpc, int http) throws InterruptedException {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress("127.0.0.1", grpc).usePlaintext().build();
        try {
            StackUnderTest.await("the model is ready", () -> GRPCInferenceServiceGrpc.newBlockingStub(channel)
                    .modelReady(ModelReadyRequest.newBuilder()
                            .setName(StackUnderTest.MODEL)
                            .build())
                    .getReady());
            List<Outcome> outcomes = new ConformanceKit(new Target(
                            channel,
                            Optional.of(URI.create("http://127.0.0.1:" + http)),
                            StackUnderTest.MODEL,
                            true,
                            MAX_MESSAGE_BYTES,
                            Set.of(),
                            Duration.ofSeconds(30)))
                    .run(_ -> {});
            assertThat(outcomes).hasSizeGreaterThan(90);
            assertThat(outcomes.stream().filter(outcome -> !outcome.isFine())).isEmpty();
        } finally {
            channel.shutdownNow();
        }
    }
}
