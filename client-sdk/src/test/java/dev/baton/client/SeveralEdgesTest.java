package dev.baton.client;

import static dev.baton.client.TestingServer.retryAfter;
import static dev.baton.client.TestingServer.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.rpc.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Edge nodes come and go, and requests do not notice. */
final class SeveralEdgesTest {
    private final List<TestingServer> servers = new ArrayList<>();

    private TestingServer server() {
        TestingServer server = TestingServer.start();
        servers.add(server);
        return server;
    }

    @AfterEach
    void close() {
        servers.forEach(TestingServer::close);
    }

    @Test
    void requestsAreSpread() {
        TestingServer one = server();
        TestingServer other = server();
        try (BatonClient client = Requests.quick(one.address(), other.address()).build()) {
            for (int i = 0; i < 200; i++) {
                client.infer(Requests.numbers(i));
            }
        }
        assertThat(one.requests.size()).isBetween(50, 150);
        assertThat(other.requests).hasSize(200 - one.requests.size());
    }

    @Test
    void edgeThatIsBusyGetsFewer() {
        TestingServer slow = server();
        TestingServer fast = server();
        slow.behaviour = TestingServer::stall;
        try (BatonClient client = Requests.quick(slow.address(), fast.address()).build()) {
            List<CompletableFuture<InferenceResult>> stalled = new ArrayList<>();
            while (slow.requests.isEmpty()) {
                stalled.add(client.inferAsync(Requests.numbers(1)));
                awaitAny(stalled, slow);
            }
            for (int i = 0; i < 50; i++) {
                client.infer(Requests.numbers(i));
            }
            assertThat(slow.requests).as("it already has one under way").hasSize(1);
            stalled.forEach(call -> call.cancel(true));
        }
    }

    /** Each is answered by the fast one, or stalls at the slow one. */
    private static void awaitAny(List<CompletableFuture<InferenceResult>> calls, TestingServer slow) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (slow.requests.isEmpty() && !calls.getLast().isDone() && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    @Test
    void noRequestFailsWhileOneOfTwoIsDead() {
        TestingServer alive = server();
        String dead = TestingServer.deadAddress();
        try (BatonClient client = Requests.quick(dead, alive.address())
                .retries(RetryPolicy.defaults().withBudget(0, 0, 0))
                .build()) {
            List<CompletableFuture<InferenceResult>> calls = IntStream.range(0, 100)
                    .mapToObj(i -> client.inferAsync(Requests.numbers(i)))
                    .toList();
            for (int i = 0; i < calls.size(); i++) {
                assertThat(calls.get(i).join().output().toFloats()).containsExactly(i);
            }
            assertThat(client.edges())
                    .filteredOn(EdgeStatus::ejected)
                    .extracting(EdgeStatus::address)
                    .containsExactly(dead);
            assertThat(client.infer(Requests.numbers(1)).attempts()).isEqualTo(1);
        }
    }

    @Test
    void noRequestFailsWhenAnEdgeIsKilledInTheMiddle() throws InterruptedException {
        TestingServer dying = server();
        TestingServer alive = server();
        dying.behaviour = TestingServer::stall;
        try (BatonClient client =
                Requests.quick(dying.address(), alive.address()).build()) {
            List<CompletableFuture<InferenceResult>> calls = IntStream.range(0, 40)
                    .mapToObj(i -> client.inferAsync(Requests.numbers(i)))
                    .toList();
            dying.awaitRequest();
            dying.kill();
            for (int i = 0; i < calls.size(); i++) {
                assertThat(calls.get(i).join().output().toFloats()).containsExactly(i);
            }
        }
    }

    @Test
    void edgeThatComesBackIsUsedAgain() throws InterruptedException {
        TestingServer first = server();
        int port = first.port();
        try (BatonClient client =
                Requests.quick(first.address(), server().address()).build()) {
            first.kill();
            for (int i = 0; i < 20; i++) {
                client.infer(Requests.numbers(i));
            }
            TestingServer again = TestingServer.start(port);
            servers.add(again);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (again.requests.isEmpty() && System.nanoTime() < end) {
                client.infer(Requests.numbers(1));
            }
            assertThat(again.requests).isNotEmpty();
            assertThat(client.edges()).noneMatch(EdgeStatus::ejected);
        }
    }

    @Test
    void onlyEdgeThatComesBackIsUsedAtOnceAlthoughItsConnectionBacksOff() throws InterruptedException {
        TestingServer first = server();
        try (BatonClient client = Requests.quick(first.address()).build()) {
            client.infer(Requests.numbers(1));
            int port = first.port();
            first.kill();
            assertThat(catchThrowableOfType(BatonException.class, () -> client.infer(Requests.numbers(1))))
                    .isInstanceOf(BatonException.Unavailable.class);
            servers.add(TestingServer.start(port));
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (!client.isLive() && System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            assertThat(client.infer(Requests.numbers(5)).output().toFloats()).containsExactly(5);
        }
    }

    @Test
    void errorNamesEveryEdgeAndItsCause() {
        String one = TestingServer.deadAddress();
        String other = TestingServer.deadAddress();
        TestingServer unready = server();
        unready.fail(status(Code.UNAVAILABLE, "model 'echo' is loading"));
        try (BatonClient client = Requests.quick(one, other, unready.address()).build()) {
            BatonException failed = catchThrowableOfType(BatonException.class, () -> client.infer(Requests.numbers(1)));
            assertThat(failed)
                    .isInstanceOf(BatonException.Unavailable.class)
                    .hasMessageContaining(one + ": UNAVAILABLE")
                    .hasMessageContaining(other + ": UNAVAILABLE")
                    .hasMessageContaining("Connection refused")
                    .hasMessageContaining(unready.address() + ": UNAVAILABLE, model 'echo' is loading");
            assertThat(client.isLive()).as("one of them is").isTrue();
        }
    }

    @Test
    void overloadedEdgeIsLeftAloneForAsLongAsItAsks() {
        TestingServer full = server();
        TestingServer free = server();
        full.fail(status(Code.RESOURCE_EXHAUSTED, "queue is full", retryAfter(Duration.ofMinutes(1))));
        try (BatonClient client = Requests.quick(full.address(), free.address()).build()) {
            for (int i = 0; i < 50; i++) {
                assertThat(client.infer(Requests.numbers(i)).edge()).isEqualTo(free.address());
            }
        }
        assertThat(full.requests).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void edgeThatKeepsFailingIsEjectedAndTakenBack() {
        TestingServer broken = server();
        TestingServer good = server();
        broken.fail(status(Code.INTERNAL, "engine failed"));
        broken.live = false;
        try (BatonClient client =
                Requests.quick(broken.address(), good.address()).build()) {
            for (int failed = 0; failed < 5; ) {
                try {
                    client.infer(Requests.numbers(failed));
                } catch (BatonException.ServerFault fault) {
                    failed++;
                }
            }
            for (int i = 0; i < 30; i++) {
                assertThat(client.infer(Requests.numbers(i)).edge()).isEqualTo(good.address());
            }
            broken.live = true;
            broken.behaviour = TestingServer::echo;
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (client.edges().stream().anyMatch(EdgeStatus::ejected) && System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            assertThat(client.edges()).as("it answers the probe").noneMatch(EdgeStatus::ejected);
        }
    }

    @Test
    void hedgeAnswersWhereTheFirstDoesNotAndIsCancelled() throws InterruptedException {
        TestingServer slow = server();
        TestingServer fast = server();
        slow.behaviour = TestingServer::stall;
        try (BatonClient client = Requests.quick(slow.address(), fast.address())
                .hedgeAfter(Duration.ofMillis(20))
                .build()) {
            while (slow.requests.isEmpty()) {
                assertThat(client.infer(Requests.numbers(3)).edge()).isEqualTo(fast.address());
            }
            assertThat(slow.cancelled.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void withoutHedgingNothingIsSentTwice() {
        TestingServer one = server();
        TestingServer other = server();
        one.behaviour = TestingServer::stall;
        other.behaviour = TestingServer::stall;
        try (BatonClient client = Requests.quick(one.address(), other.address()).build()) {
            BatonException late = catchThrowableOfType(
                    BatonException.class,
                    () -> client.infer(Requests.numbers(1), RequestOptions.within(Duration.ofMillis(150))));
            assertThat(late).isInstanceOf(BatonException.DeadlineExceeded.class);
        }
        assertThat(one.requests.size() + other.requests.size()).isLessThanOrEqualTo(1);
    }
}
