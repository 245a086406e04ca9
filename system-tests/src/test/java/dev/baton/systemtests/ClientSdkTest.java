package dev.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.baton.client.BatonClient;
import dev.baton.client.BatonException;
import dev.baton.client.Datatype;
import dev.baton.client.InferenceInput;
import dev.baton.client.InferenceRequest;
import dev.baton.client.InferenceResult;
import dev.baton.client.InferenceStream;
import dev.baton.client.ListedModel;
import dev.baton.client.ModelMetadata;
import dev.baton.client.Picture;
import dev.baton.client.Provenance;
import dev.baton.client.RequestOptions;
import dev.baton.client.Shape;
import dev.baton.client.StreamOptions;
import dev.baton.client.TensorMetadata;
import dev.baton.clients.EdgeClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The SDK gets from a running edge node what it promises: answers, explanations, and errors that help. */
@ExtendWith(StackUnderTest.Extension.class)
final class ClientSdkTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void picturesAreReadAndAnswersSayHow(StackUnderTest stack) throws IOException {
        try (EdgeClient edge = stack.edge()) {
            stack.pin(edge, "split:" + stack.model().between().getFirst().index(), "int8");
        }
        try (BatonClient baton = client(stack)) {
            List<CompletableFuture<InferenceResult>> answers = new ArrayList<>();
            for (Path picture : StackUnderTest.pictures(5)) {
                answers.add(baton.inferAsync(InferenceRequest.of(
                        StackUnderTest.MODEL, InferenceInput.picture("image", Picture.of(picture)))));
            }
            for (CompletableFuture<InferenceResult> answer : answers) {
                InferenceResult result = answer.join();
                assertThat(result.output("reading").datatype()).isEqualTo(Datatype.FP32);
                assertThat(result.output("reading").toFloats()[0]).isBetween(-0.1f, 1.1f);
                assertThat(result.version()).isEqualTo(stack.model().version());
                Provenance provenance = result.provenance().orElseThrow();
                assertThat(provenance.placement()).startsWith("split:");
                assertThat(provenance.splitPoint())
                        .isEqualTo(stack.model().between().getFirst().index());
                assertThat(provenance.codec()).contains("int8");
                assertThat(provenance.completedBy()).isEqualTo(Provenance.CompletedBy.CLOUD);
                assertThat(provenance.bytesSent()).isPositive();
                assertThat(provenance.tail()).isPresent();
                assertThat(provenance.stageMillis("head")).isPositive();
                assertThat(provenance.stageMillis("tail")).isPositive();
                assertThat(result.took().toNanos() / 1e6).isGreaterThanOrEqualTo(provenance.totalMillis());
            }
            assertThat(baton.infer(
                                    StackUnderTest.MODEL,
                                    Picture.of(StackUnderTest.pictures(1).getFirst()))
                            .output()
                            .name())
                    .isEqualTo("reading");
        } finally {
            stack.unpin();
        }
    }

    @Test
    void framesOfAStreamAreAnsweredOrFailOnTheirOwn(StackUnderTest stack) throws IOException {
        List<Path> pictures = StackUnderTest.pictures(5);
        try (BatonClient baton = client(stack);
                InferenceStream stream = baton.stream(StreamOptions.defaults().maxInFlight(3))) {
            List<CompletableFuture<InferenceResult>> frames = new ArrayList<>();
            for (Path picture : pictures) {
                frames.add(stream.send(InferenceRequest.of(
                        StackUnderTest.MODEL, InferenceInput.picture("image", Picture.of(picture)))));
            }
            CompletableFuture<InferenceResult> missing =
                    stream.send(InferenceRequest.of("no-such-model", InferenceInput.fp32("image", Shape.of(1), 1)));
            for (int i = 0; i < pictures.size(); i++) {
                float alone = baton.infer(StackUnderTest.MODEL, Picture.of(pictures.get(i)))
                        .output("reading")
                        .toFloats()[0];
                InferenceResult frame = frames.get(i).join();
                assertThat(frame.output("reading").toFloats()[0]).isCloseTo(alone, within(0.02f));
                assertThat(frame.provenance()).isPresent();
            }
            assertThat(catchThrowableOfType(CompletionException.class, missing::join))
                    .hasCauseInstanceOf(BatonException.ModelNotFound.class)
                    .hasMessageContaining("no-such-model");
        }
    }

    @Test
    void modelsAreDescribedAndWrongRequestsExplained(StackUnderTest stack) {
        try (BatonClient baton = client(stack)) {
            assertThat(baton.isLive()).isTrue();
            assertThat(baton.isReady(StackUnderTest.MODEL)).isTrue();
            assertThat(baton.serverMetadata().name()).isEqualTo("baton-edge");
            assertThat(baton.models())
                    .contains(
                            new ListedModel(StackUnderTest.MODEL, stack.model().version(), "READY", ""));
            InferenceRequest tooSmall =
                    InferenceRequest.of(StackUnderTest.MODEL, InferenceInput.fp32("image", Shape.of(1, 1, 1, 1), 0.5f));

            BatonException byServer = catchThrowableOfType(BatonException.class, () -> baton.infer(tooSmall));
            assertThat(byServer).isInstanceOf(BatonException.InvalidInput.class).hasMessageContaining("[1, 1, 1, 1]");
            assertThat(byServer.reason()).contains("INVALID_INPUT");
            assertThat(byServer.attempts()).hasSize(1);

            ModelMetadata gauge = baton.modelMetadata(StackUnderTest.MODEL);
            assertThat(gauge.inputs())
                    .containsExactly(new TensorMetadata("image", Datatype.FP32, Shape.of(-1, 3, 128, 128)));
            BatonException here = catchThrowableOfType(BatonException.class, () -> baton.infer(tooSmall));
            assertThat(here)
                    .isInstanceOf(BatonException.InvalidInput.class)
                    .hasMessageContaining("input 'image' of model 'gauge' is FP32 [1, 1, 1, 1]")
                    .hasMessageContaining("expected FP32 [-1, 3, 128, 128]");
            assertThat(here.attempts()).isEmpty();

            assertThat(catchThrowableOfType(
                            BatonException.class,
                            () -> baton.infer(InferenceRequest.of(
                                    "no-such-model", InferenceInput.fp32("image", Shape.of(1), 1)))))
                    .isInstanceOf(BatonException.ModelNotFound.class)
                    .hasMessageContaining("no-such-model");
        }
    }

    @Test
    void deadEdgeNodeCostsNoRequest(StackUnderTest stack) throws IOException {
        Picture picture = Picture.of(StackUnderTest.pictures(1).getFirst());
        try (BatonClient baton = BatonClient.builder()
                .edge(deadAddress())
                .edge(stack.stack().edge(1))
                .deadline(PATIENCE)
                .build()) {
            for (int i = 0; i < 10; i++) {
                InferenceResult result = baton.infer(
                        InferenceRequest.of(StackUnderTest.MODEL, InferenceInput.picture("image", picture)),
                        RequestOptions.within(PATIENCE));
                assertThat(result.edge()).isEqualTo(stack.stack().edge(1));
            }
        }
    }

    private static BatonClient client(StackUnderTest stack) {
        return BatonClient.builder()
                .edge(stack.stack().edge(1))
                .deadline(PATIENCE)
                .build();
    }

    private static String deadAddress() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return "127.0.0.1:" + socket.getLocalPort();
        }
    }
}
