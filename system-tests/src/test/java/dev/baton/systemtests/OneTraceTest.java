package dev.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.baton.clients.EdgeClient;
import dev.baton.schemas.inference.GRPCInferenceServiceGrpc;
import dev.baton.schemas.inference.ModelInferRequest;
import dev.baton.schemas.inference.ModelInferRequest.InferInputTensor;
import dev.baton.schemas.inference.ModelInferResponse;
import dev.baton.systemtests.TestingTraceReceiver.ReceivedSpan;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** One trace follows a request from the client's context through edge node, Kafka and tail and back. */
@ExtendWith(StackUnderTest.Extension.class)
final class OneTraceTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String CLIENT_SPAN = "00f067aa0ba902b7";

    @Test
    void oneTraceCoversClientEdgeKafkaTailAndBack(StackUnderTest stack) throws InterruptedException {
        try (EdgeClient edge = stack.edge()) {
            stack.pin(edge, "split:" + stack.model().between().getFirst().index(), "int8");
        }
        ModelInferResponse response = inferWithin(TRACE, CLIENT_SPAN, stack);

        assertThat(response.getParametersOrThrow("baton_completed_by").getStringParam())
                .isEqualTo("cloud");
        List<ReceivedSpan> trace = stack.traces()
                .await(
                        TRACE,
                        Duration.ofSeconds(30),
                        spans -> spans.stream().anyMatch(span -> span.name().equals("tail.send"))
                                && spans.stream()
                                        .anyMatch(span -> span.parentSpanId().equals(CLIENT_SPAN)));
        assertThat(trace)
                .extracting(ReceivedSpan::name)
                .contains(
                        "edge.head",
                        "edge.encode",
                        "edge.send",
                        "tail.receive",
                        "tail.decode",
                        "tail.run",
                        "tail.send");
        Map<String, ReceivedSpan> byId =
                trace.stream().collect(Collectors.toMap(ReceivedSpan::spanId, Function.identity()));
        assertThat(trace)
                .as("every span hangs on the client's, through spans of this trace")
                .allSatisfy(span -> assertThat(root(span, byId)).isEqualTo(CLIENT_SPAN));
        assertThat(only(trace, "tail.receive").service())
                .isNotEqualTo(only(trace, "edge.send").service());
        assertThat(byId.get(only(trace, "tail.receive").parentSpanId()))
                .as("the tail's work hangs on the record that the edge node sent")
                .extracting(ReceivedSpan::name)
                .isEqualTo("edge.send");
        stack.unpin();
    }

    private static ReceivedSpan only(List<ReceivedSpan> trace, String name) {
        List<ReceivedSpan> named =
                trace.stream().filter(span -> span.name().equals(name)).toList();
        assertThat(named).as(name).hasSize(1);
        return named.getFirst();
    }

    private static String root(ReceivedSpan span, Map<String, ReceivedSpan> byId) {
        String parent = span.parentSpanId();
        while (byId.containsKey(parent)) {
            parent = byId.get(parent).parentSpanId();
        }
        return parent;
    }

    private static ModelInferResponse inferWithin(String trace, String span, StackUnderTest stack) {
        Metadata headers = new Metadata();
        headers.put(
                Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER), "00-%s-%s-01".formatted(trace, span));
        byte[] picture = StackUnderTest.read(StackUnderTest.pictures(1).getFirst());
        ByteBuffer element = ByteBuffer.allocate(Integer.BYTES + picture.length).order(ByteOrder.LITTLE_ENDIAN);
        element.putInt(picture.length).put(picture).flip();
        ManagedChannel channel = NettyChannelBuilder.forTarget(stack.stack().edge(1))
                .usePlaintext()
                .build();
        try {
            return GRPCInferenceServiceGrpc.newBlockingStub(channel)
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                    .modelInfer(ModelInferRequest.newBuilder()
                            .setModelName(StackUnderTest.MODEL)
                            .addInputs(InferInputTensor.newBuilder()
                                    .setName("image")
                                    .setDatatype("BYTES")
                                    .addShape(1))
                            .addRawInputContents(ByteString.copyFrom(element))
                            .build());
        } finally {
            channel.shutdownNow();
        }
    }
}
