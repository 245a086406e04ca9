package dev.baton.tail.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.tail.failure.RefusedException;
import dev.baton.tail.failure.TailFailure;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class CancellationTest {

    private final Cancellation cancellation = new Cancellation();

    @Test
    void workThatWaitsEnds() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        CompletableFuture<String> ended = CompletableFuture.supplyAsync(() -> {
            try {
                return cancellation.during(() -> {
                    waiting.countDown();
                    return awaitForEver();
                });
            } catch (RefusedException refused) {
                return refused.failure() + ", interrupted: "
                        + Thread.currentThread().isInterrupted();
            }
        });
        assertThat(waiting.await(10, TimeUnit.SECONDS)).isTrue();
        cancellation.cancel();
        assertThat(ended.get(10, TimeUnit.SECONDS)).startsWith("Cancelled").endsWith("interrupted: false");
    }

    @Test
    void workThatWasNotWantedBeforeItBeganIsNotDone() {
        cancellation.cancel();
        assertThatThrownBy(() -> cancellation.during(() -> {
                    throw new AssertionError("not to be done");
                }))
                .isInstanceOfSatisfying(RefusedException.class, refused -> assertThat(refused.failure())
                        .isInstanceOf(TailFailure.Cancelled.class));
    }

    @Test
    void workThatIsDoneStaysDone() throws Exception {
        assertThat(cancellation.during(() -> "done")).isEqualTo("done");
        cancellation.cancel();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(cancellation.isCancelled()).isTrue();
    }

    @Test
    void otherRefusalsStayWhatTheyAre() {
        assertThatThrownBy(() -> cancellation.during(() -> {
                    throw new RefusedException(new TailFailure.Late("too late"));
                }))
                .hasMessage("too late");
    }

    /** As waits in a tail end: refused, with the interrupt kept. */
    private static String awaitForEver() throws RefusedException {
        try {
            new CountDownLatch(1).await();
            return "never";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException(new TailFailure.Overloaded("shutting down"), e);
        }
    }
}
