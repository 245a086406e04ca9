package dev.baton.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.baton.schemas.inference.InferParameter;
import dev.baton.schemas.inference.ModelInferRequest;
import dev.baton.schemas.inference.ModelInferResponse;
import dev.baton.schemas.inference.ModelStreamInferResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Many requests over one call: each answered or failed on its own, whatever becomes of the call. */
final class InferenceStreamTest {
    private final TestingServer server = TestingServer.start();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void framesAreAnsweredInOrderOrAsReady() {
        List<ModelInferRequest> held = new ArrayList<>();
        server.streamBehaviour = (request, answers) -> {
            held.add(request);
            if (held.size() == 4) {
                for (int i = 3; i >= 0; i--) {
                    answer(held.get(i), answers);
                }
                held.clear();
            }
        };
        try (BatonClient client = Requests.quick(server.address()).build();
                InferenceStream stream = client.stream(StreamOptions.defaults())) {
            List<CompletableFuture<InferenceResult>> frames = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                frames.add(stream.send(Requests.numbers(i)));
            }
            for (int i = 0; i < 16; i++) {
                assertThat(frames.get(i).join().output().toFloats()).containsExactly(i);
            }
            assertThat(server.headers).as("one call").hasSize(1);
        }
    }

    @Test
    void streamsMayAskForAnswersAsReadyAndForTheNewest() {
        server.streamBehaviour = (request, answers) -> {
            if (request.getId().equals("old")) {
                answers.onNext(ModelStreamInferResponse.newBuilder()
                        .setErrorMessage("dropped: a newer one came")
                        .setInferResponse(ModelInferResponse.newBuilder()
                                .setId("old")
                                .putParameters("baton_error_status", TestingServer.text("ABORTED"))
                                .putParameters("baton_error_reason", TestingServer.text("DROPPED")))
                        .build());
            } else {
                answer(request, answers);
            }
        };
        try (BatonClient client = Requests.quick(server.address()).build();
                InferenceStream stream = client.stream(StreamOptions.defaults().dropOldest())) {
            CompletableFuture<InferenceResult> old = stream.send(named("old"));
            CompletionException dropped = catchThrowableOfType(CompletionException.class, old::join);
            assertThat(dropped).hasCauseInstanceOf(BatonException.Dropped.class);
            assertThat(stream.send(Requests.numbers(2)).join().output().toFloats())
                    .containsExactly(2);
            assertThat(server.requests.remove().getParametersMap())
                    .containsEntry("baton_stream_order", TestingServer.text("as-ready"))
                    .containsEntry("baton_stream_when_full", TestingServer.text("drop-oldest"));
        }
        try (BatonClient client = Requests.quick(server.address()).build();
                InferenceStream stream = client.stream(StreamOptions.defaults().asReady())) {
            server.requests.clear();
            stream.send(Requests.numbers(3)).join();
            assertThat(server.requests.remove().getParametersMap())
                    .containsKey("baton_stream_order")
                    .doesNotContainKey("baton_stream_when_full");
        }
    }

    @Test
    void failedFrameDoesNotEndTheStream() {
        server.streamBehaviour = (request, answers) -> {
            if (request.getId().startsWith("bad")) {
                ModelInferResponse.Builder whose =
                        ModelInferResponse.newBuilder().setId(request.getId());
                if (request.getId().equals("bad-1")) {
                    whose.putParameters("baton_error_status", TestingServer.text("RESOURCE_EXHAUSTED"))
                            .putParameters("baton_error_reason", TestingServer.text("BUSY"))
                            .putParameters(
                                    "baton_retry_after_ms",
                                    InferParameter.newBuilder()
                                            .setInt64Param(250)
                                            .build());
                }
                answers.onNext(ModelStreamInferResponse.newBuilder()
                        .setErrorMessage("something went wrong")
                        .setInferResponse(whose)
                        .build());
            } else {
                answer(request, answers);
            }
        };
        try (BatonClient client = Requests.quick(server.address()).build();
                InferenceStream stream = client.stream(StreamOptions.defaults())) {
            CompletableFuture<InferenceResult> busy = stream.send(named("bad-1"));
            CompletableFuture<InferenceResult> unnamed = stream.send(named("bad-2"));
            CompletableFuture<InferenceResult> good = stream.send(named("good"));

            assertThat(failure(busy))
                    .isInstanceOf(BatonException.Overloaded.class)
                    .hasMessageContaining("something went wrong")
                    .hasMessageContaining(server.address());
            assertThat(failure(busy).reason()).contains("BUSY");
            assertThat(failure(busy).retryAfter()).contains(Duration.ofMillis(250));
            assertThat(failure(unnamed))
                    .isInstanceOf(BatonException.ServerFault.class)
                    .hasMessageContaining("something went wrong");
            assertThat(good.join().id()).isEqualTo("good");
        }
    }

    @Test
    void framesUnderWayAreBounded() throws InterruptedException {
        server.streamBehaviour = (request, answers) -> {};
        try (BatonClient client = Requests.quick(server.address()).build();
                InferenceStream stream =
                        client.stream(StreamOptions.defaults().maxInFlight(2).deadline(Duration.ofMillis(400)))) {
            CompletableFuture<InferenceResult> first = stream.send(named("1"));
            CompletableFuture<InferenceResult> second = stream.offer(named("2")).orElseThrow();
            assertThat(stream.offer(named("3"))).as("a frame is dropped here").isEmpty();
            assertThat(server.awaitRequest().getParametersOrThrow("timeout").getInt64Param())
                    .isEqualTo(400_000);

            CompletableFuture<InferenceResult> third = stream.send(named("4"));
            assertThat(failure(first))
                    .isInstanceOf(BatonException.DeadlineExceeded.class)
                    .hasMessageContaining("no answer within 400 ms");
            second.cancel(true);
            third.cancel(true);
            assertThat(stream.offer(named("5"))).as("places are free again").isPresent();
        }
    }

    @Test
    void oneIdIsUnderWayOnceAndAnInterruptEndsTheWaitForAPlace() {
        server.streamBehaviour = (request, answers) -> {};
        try (BatonClient client = Requests.quick(server.address()).build()) {
            InferenceStream stream =
                    client.stream(StreamOptions.defaults().maxInFlight(2).deadline(Duration.ofSeconds(30)));
            CompletableFuture<InferenceResult> held = stream.send(named("held"));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> stream.offer(named("held")))
                    .withMessage("request 'held' is under way");
            CompletableFuture<InferenceResult> other = stream.send(named("other"));
            Thread.currentThread().interrupt();
            assertThat(catchThrowableOfType(BatonException.class, () -> stream.send(named("interrupted"))))
                    .isInstanceOf(BatonException.Cancelled.class);
            assertThat(Thread.interrupted()).isTrue();
            stream.close(Duration.ZERO);
            assertThat(failure(held)).isInstanceOf(BatonException.Cancelled.class);
            assertThat(failure(other)).isInstanceOf(BatonException.Cancelled.class);
            assertThatIllegalStateException().isThrownBy(() -> stream.send(named("late")));
        }
    }

    @Test
    void streamGoesOnAtAnotherEdgeWithWhatWasNotAnswered() throws InterruptedException {
        try (TestingServer other = TestingServer.start();
                BatonClient client =
                        Requests.quick(server.address(), other.address()).build();
                InferenceStream stream = client.stream(StreamOptions.defaults().maxInFlight(6))) {
            String used = stream.send(named("first")).join().edge();
            TestingServer dying = used.equals(server.address()) ? server : other;
            AtomicInteger seen = new AtomicInteger();
            dying.streamBehaviour = (request, answers) -> {
                if (seen.incrementAndGet() <= 2) {
                    answer(request, answers);
                }
            };
            dying.requests.clear();
            List<CompletableFuture<InferenceResult>> frames = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                frames.add(stream.send(Requests.numbers(i)));
            }
            for (int i = 0; i < 6; i++) {
                dying.awaitRequest();
            }
            frames.get(0).join();
            frames.get(1).join();
            dying.kill();
            for (int i = 0; i < 6; i++) {
                assertThat(frames.get(i).join().output().toFloats()).containsExactly(i);
            }
            TestingServer alive = dying == server ? other : server;
            assertThat(frames.get(5).join().edge()).isEqualTo(alive.address());
            assertThat(alive.requests).as("only what was not answered").hasSize(4);
        }
    }

    @Test
    void streamLeavesAnEdgeThatFallsSilent() throws InterruptedException {
        try (TestingServer other = TestingServer.start();
                BatonClient client =
                        Requests.quick(server.address(), other.address()).build();
                InferenceStream stream =
                        client.stream(StreamOptions.defaults().maxInFlight(6).deadline(Duration.ofSeconds(1)))) {
            String used = stream.send(named("first")).join().edge();
            TestingServer silent = used.equals(server.address()) ? server : other;
            silent.streamBehaviour = (request, answers) -> {};
            List<CompletableFuture<InferenceResult>> lost = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                lost.add(stream.send(Requests.numbers(i)));
            }
            lost.forEach(frame -> assertThat(failure(frame)).isInstanceOf(BatonException.DeadlineExceeded.class));

            assertThat(stream.send(named("after")).join().edge()).isNotEqualTo(used);
            assertThat(silent.cancelled.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void streamToNobodyFailsEveryFrameAndMayBeTriedAgain() throws InterruptedException {
        try (BatonClient client = Requests.quick(server.address()).build();
                InferenceStream stream = client.stream(StreamOptions.defaults())) {
            int port = server.port();
            server.kill();
            BatonException failed = failure(stream.send(named("1")));
            assertThat(failed)
                    .isInstanceOf(BatonException.Unavailable.class)
                    .hasMessageContaining("Connection refused");
            assertThat(failed.attempts()).hasSize(4);
            try (TestingServer again = TestingServer.start(port)) {
                long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
                while (!client.isLive() && System.nanoTime() < end) {
                    Thread.onSpinWait();
                }
                assertThat(stream.send(named("2")).join().edge()).isEqualTo(again.address());
            }
        }
    }

    @Test
    void refusedStreamFailsItsFramesAtOnce() {
        server.streamBehaviour = (request, answers) -> answers.onError(
                Status.UNIMPLEMENTED.withDescription("no streams here").asRuntimeException());
        try (BatonClient client = Requests.quick(server.address()).build();
                InferenceStream stream = client.stream(StreamOptions.defaults())) {
            BatonException failed = failure(stream.send(named("1")));
            assertThat(failed).isInstanceOf(BatonException.Unsupported.class).hasMessageContaining("no streams here");
            assertThat(failed.attempts()).hasSize(1);
        }
    }

    @Test
    void answerThatMayBeAnyonesIsNobodys() {
        AtomicInteger seen = new AtomicInteger();
        server.streamBehaviour = (request, answers) -> {
            if (seen.incrementAndGet() == 2) {
                answers.onNext(ModelStreamInferResponse.newBuilder()
                        .setInferResponse(ModelInferResponse.getDefaultInstance())
                        .build());
            }
        };
        try (BatonClient client = Requests.quick(server.address()).build();
                InferenceStream stream = client.stream(StreamOptions.defaults())) {
            CompletableFuture<InferenceResult> one = stream.send(named("1"));
            CompletableFuture<InferenceResult> two = stream.send(named("2"));
            assertThat(failure(one)).hasMessageContaining("an answer without the request's id");
            assertThat(failure(two)).isInstanceOf(BatonException.ServerFault.class);
        }
    }

    @Test
    void closingTheClientEndsStreams() throws InterruptedException {
        server.streamBehaviour = (request, answers) -> {};
        BatonClient client = Requests.quick(server.address()).build();
        InferenceStream stream = client.stream(StreamOptions.defaults());
        CompletableFuture<InferenceResult> held = stream.send(named("held"));
        server.awaitRequest();
        client.close(Duration.ZERO);
        assertThat(failure(held)).isInstanceOf(BatonException.Cancelled.class);
        assertThat(server.cancelled.await(20, TimeUnit.SECONDS)).isTrue();
    }

    private static InferenceRequest named(String id) {
        return InferenceRequest.to(TestingServer.MODEL)
                .id(id)
                .input(InferenceInput.fp32("x", Shape.of(1), 1))
                .build();
    }

    private static void answer(ModelInferRequest request, StreamObserver<ModelStreamInferResponse> answers) {
        answers.onNext(ModelStreamInferResponse.newBuilder()
                .setInferResponse(TestingServer.echoOf(request))
                .build());
    }

    private static BatonException failure(CompletableFuture<InferenceResult> frame) {
        CompletionException failed =
                catchThrowableOfType(CompletionException.class, () -> frame.orTimeout(20, TimeUnit.SECONDS)
                        .join());
        return (BatonException) Objects.requireNonNull(failed.getCause());
    }
}
