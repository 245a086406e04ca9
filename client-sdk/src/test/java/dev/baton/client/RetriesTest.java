package dev.baton.client;

import static dev.baton.client.TestingServer.retryAfter;
import static dev.baton.client.TestingServer.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.rpc.Code;
import dev.baton.schemas.inference.ModelInferRequest;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is tried again, how often, and at what cost. */
final class RetriesTest {
    private final TestingServer server = TestingServer.start();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void unavailableIsTriedAgainUnderTheSameId() throws InterruptedException {
        failFirst(2, Code.UNAVAILABLE);
        try (BatonClient client = Requests.quick(server.address()).build()) {
            InferenceResult result = client.infer(Requests.numbers(1, 2));

            assertThat(result.output("x").toFloats()).containsExactly(1, 2);
            assertThat(result.attempts()).isEqualTo(3);
            ModelInferRequest first = server.awaitRequest();
            assertThat(first.getId()).hasSize(32).isEqualTo(result.id());
            assertThat(server.awaitRequest()).isEqualTo(first);
            assertThat(server.awaitRequest()).isEqualTo(first);
        }
    }

    @Test
    void overloadIsTriedAgainOnlyWhenTheServerSaysWhen() {
        AtomicInteger asked = new AtomicInteger();
        server.behaviour = (request, answer) -> {
            if (asked.incrementAndGet() == 1) {
                answer.onError(status(Code.RESOURCE_EXHAUSTED, "full", retryAfter(Duration.ofMillis(60))));
            } else {
                TestingServer.echo(request, answer);
            }
        };
        try (BatonClient client = Requests.quick(server.address()).build()) {
            InferenceResult result = client.infer(Requests.numbers(1));
            assertThat(result.attempts()).isEqualTo(2);
            assertThat(result.took()).as("as long as the server asked").isGreaterThanOrEqualTo(Duration.ofMillis(60));
        }
    }

    @Test
    void requestsOfASequenceAreNotSentTwice() {
        failFirst(1, Code.UNAVAILABLE);
        try (BatonClient client = Requests.quick(server.address()).build()) {
            BatonException failed = catchThrowableOfType(
                    BatonException.class,
                    () -> client.infer(InferenceRequest.to(TestingServer.MODEL)
                            .input(InferenceInput.fp32("x", Shape.of(1), 1))
                            .parameter("sequence_id", 7)
                            .build()));
            assertThat(failed).isInstanceOf(BatonException.Unavailable.class);
            assertThat(server.requests).hasSize(1);
        }
    }

    @Test
    void callsMayHaveOtherRetriesThanTheClient() {
        failFirst(9, Code.UNAVAILABLE);
        try (BatonClient client = Requests.quick(server.address()).build()) {
            BatonException failed = catchThrowableOfType(
                    BatonException.class,
                    () -> client.infer(
                            Requests.numbers(1), RequestOptions.defaults().retries(RetryPolicy.none())));
            assertThat(failed.attempts()).hasSize(1);
        }
    }

    @Test
    void retriesEndWithTheBudget() {
        failFirst(Integer.MAX_VALUE, Code.UNAVAILABLE);
        RetryPolicy retries = RetryPolicy.defaults()
                .withBackoff(Duration.ofMillis(1), Duration.ofMillis(1))
                .withBudget(0.1, 0, 5);
        try (BatonClient client =
                Requests.quick(server.address()).retries(retries).build()) {
            int calls = 30;
            BatonException last = null;
            for (int i = 0; i < calls; i++) {
                last = catchThrowableOfType(BatonException.class, () -> client.infer(Requests.numbers(1)));
            }
            assertThat(server.requests).hasSizeBetween(calls + 5, calls + 5 + calls / 10);
            assertThat(last).hasMessageContaining("the retry budget is used up");
        }
    }

    private void failFirst(int times, Code code) {
        AtomicInteger asked = new AtomicInteger();
        server.behaviour = (request, answer) -> {
            if (asked.incrementAndGet() <= times) {
                answer.onError(status(code, "not now"));
            } else {
                TestingServer.echo(request, answer);
            }
        };
    }
}
