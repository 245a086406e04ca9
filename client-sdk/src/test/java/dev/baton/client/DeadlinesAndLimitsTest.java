package dev.baton.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Deadlines, cancellation, sizes, places in flight, closing. */
final class DeadlinesAndLimitsTest {
    private static final Metadata.Key<String> TIMEOUT =
            Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER);
    private final TestingServer server = TestingServer.start();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void slowServerEndsInADeadlineThatTheServerHearsOf() throws InterruptedException {
        server.behaviour = TestingServer::stall;
        try (BatonClient client = Requests.quick(server.address()).build()) {
            BatonException late = catchThrowableOfType(
                    BatonException.class,
                    () -> client.infer(Requests.numbers(1), RequestOptions.within(Duration.ofMillis(500))));

            assertThat(late)
                    .isInstanceOf(BatonException.DeadlineExceeded.class)
                    .hasMessageContaining("no answer within 500 ms")
                    .hasMessageContaining(server.address());
            assertThat(server.awaitRequest().getId()).isEqualTo(late.requestId());
            assertThat(server.headers.element().get(TIMEOUT)).isNotNull();
            assertThat(server.cancelled.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void deadlineOfTheSurroundingCallCounts() {
        server.behaviour = TestingServer::stall;
        var scheduler = Executors.newSingleThreadScheduledExecutor();
        Context.CancellableContext outer =
                Context.current().withDeadline(Deadline.after(300, TimeUnit.MILLISECONDS), scheduler);
        try (BatonClient client = Requests.quick(server.address()).build()) {
            BatonException late = catchThrowableOfType(
                    BatonException.class, () -> outer.run(() -> client.infer(Requests.numbers(1))));
            assertThat(late).isInstanceOfAny(BatonException.DeadlineExceeded.class, BatonException.Cancelled.class);
        } finally {
            outer.cancel(null);
            scheduler.shutdownNow();
        }
    }

    @Test
    void cancellingReachesTheServer() throws InterruptedException {
        server.behaviour = TestingServer::stall;
        try (BatonClient client =
                Requests.quick(server.address()).maxInFlight(1).build()) {
            CompletableFuture<InferenceResult> call = client.inferAsync(Requests.numbers(1));
            server.awaitRequest();
            call.cancel(true);
            assertThat(server.cancelled.await(20, TimeUnit.SECONDS)).isTrue();

            server.behaviour = TestingServer::echo;
            assertThat(client.infer(Requests.numbers(2)).output().toFloats())
                    .as("its place is free again")
                    .containsExactly(2);
        }
    }

    @Test
    void interruptCancelsAndStays() throws InterruptedException {
        server.behaviour = TestingServer::stall;
        try (BatonClient client = Requests.quick(server.address()).build()) {
            CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
            Thread waiting = Thread.ofPlatform().start(() -> {
                try {
                    client.infer(Requests.numbers(1));
                } catch (BatonException.Cancelled cancelled) {
                    interrupted.complete(Thread.currentThread().isInterrupted());
                }
            });
            server.awaitRequest();
            waiting.interrupt();
            assertThat(interrupted.orTimeout(20, TimeUnit.SECONDS).join()).isTrue();
            assertThat(server.cancelled.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void largeMessagesGoThereAndBack() {
        byte[] large = new byte[32 * 1024 * 1024];
        large[0] = 1;
        large[large.length - 1] = 2;
        InferenceRequest request = InferenceRequest.of(
                TestingServer.MODEL,
                InferenceInput.wrap("x", Datatype.UINT8, Shape.of(large.length), ByteBuffer.wrap(large)));
        try (BatonClient client = Requests.quick(server.address()).build()) {
            OutputTensor back = client.infer(request).output();
            assertThat(back.data()).isEqualTo(ByteBuffer.wrap(large));
        }
        try (BatonClient small =
                Requests.quick(server.address()).maxMessageBytes(1_000_000).build()) {
            assertThat(catchThrowableOfType(BatonException.class, () -> small.infer(request)))
                    .isInstanceOf(BatonException.MessageTooLarge.class)
                    .hasMessageContaining("maxMessageBytes is 1000000")
                    .hasMessageContaining("3355");
        }
    }

    @Test
    void answersLargerThanTheClientTakesAreSaidToBe() {
        server.behaviour = (request, answer) -> TestingServer.echo(
                request.toBuilder().setId("x".repeat(100_000)).build(), answer);
        try (BatonClient client =
                Requests.quick(server.address()).maxMessageBytes(50_000).build()) {
            assertThat(catchThrowableOfType(BatonException.class, () -> client.infer(Requests.numbers(1))))
                    .isInstanceOf(BatonException.MessageTooLarge.class);
        }
    }

    @Test
    void requestsInFlightAreBounded() throws InterruptedException {
        server.behaviour = TestingServer::stall;
        try (BatonClient client =
                Requests.quick(server.address()).maxInFlight(2).build()) {
            CompletableFuture<InferenceResult> one = client.inferAsync(Requests.numbers(1));
            CompletableFuture<InferenceResult> two = client.inferAsync(Requests.numbers(2));
            server.awaitRequest();
            server.awaitRequest();

            assertThat(client.inferAsync(Requests.numbers(3)))
                    .failsWithin(Duration.ofSeconds(20))
                    .withThrowableThat()
                    .havingCause()
                    .isInstanceOf(BatonException.Overloaded.class)
                    .withMessageContaining("2 requests are under way");
            assertThat(catchThrowableOfType(
                            BatonException.class,
                            () -> client.infer(Requests.numbers(3), RequestOptions.within(Duration.ofMillis(20)))))
                    .isInstanceOf(BatonException.Overloaded.class)
                    .hasMessageContaining("for all of 20 ms");
            assertThat(server.requests).isEmpty();
            one.cancel(true);
            two.cancel(true);
        }
    }

    @Test
    void closingWaitsForWhatIsUnderWayAndCancelsTheRest() throws InterruptedException {
        server.behaviour = (request, answer) -> Thread.ofVirtual().start(() -> TestingServer.echo(request, answer));
        BatonClient client = Requests.quick(server.address()).build();
        CompletableFuture<InferenceResult> answered = client.inferAsync(Requests.numbers(1));
        client.close();
        assertThat(answered.join().output().toFloats()).containsExactly(1);
        assertThatIllegalStateException().isThrownBy(() -> client.infer(Requests.numbers(1)));
        client.close();
        server.requests.clear();

        server.behaviour = TestingServer::stall;
        BatonClient impatient = Requests.quick(server.address()).build();
        CompletableFuture<InferenceResult> stalled = impatient.inferAsync(Requests.numbers(1));
        server.awaitRequest();
        impatient.close(Duration.ZERO);
        assertThat(stalled).isCompletedExceptionally();
        assertThat(catchThrowableOfType(CompletionException.class, stalled::join))
                .hasCauseInstanceOf(BatonException.Cancelled.class)
                .hasMessageContaining("the client was closed");
        assertThat(server.cancelled.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void headersAreSentWithEveryCall() throws InterruptedException {
        try (BatonClient client = Requests.quick(server.address())
                .header("X-Tenant", "north")
                .header("authorization", "Bearer a")
                .build()) {
            client.infer(Requests.numbers(1), RequestOptions.defaults().header("authorization", "Bearer b"));
            assertThat(header("x-tenant")).isEqualTo("north");
            assertThat(header("authorization")).isEqualTo("Bearer b");
            server.headers.clear();
            client.isLive();
            assertThat(header("authorization")).isEqualTo("Bearer a");
        }
    }

    private String header(String name) {
        return String.valueOf(server.headers.element().get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER)));
    }

    @Test
    void wrongSettingsAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BatonClient.connect("localhost"))
                .withMessage("edge node 'localhost'; expected host:port");
        assertThatIllegalArgumentException().isThrownBy(() -> BatonClient.connect("a:99999"));
        assertThatIllegalArgumentException().isThrownBy(() -> BatonClient.connect("http://a:80"));
        assertThatIllegalArgumentException().isThrownBy(() -> BatonClient.connect("fe80::1:80"));
        assertThatIllegalStateException().isThrownBy(() -> BatonClient.builder().build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BatonClient.builder().deadline(Duration.ZERO))
                .withMessageContaining("deadline of PT0S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RequestOptions.defaults().header("x y", "v"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RequestOptions.defaults().header("x-bin", "v"));
        BatonClient.connect("[::1]:8001", "edge.example:8001").close(Duration.ZERO);
    }
}
