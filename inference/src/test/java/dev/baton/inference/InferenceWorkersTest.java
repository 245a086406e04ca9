package dev.baton.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class InferenceWorkersTest {

    private final InferenceWorkers workers = new InferenceWorkers(1, 1);
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);

    @AfterEach
    void close() {
        mayEnd.countDown();
        workers.close();
    }

    @Test
    void fullQueueIsBusy() throws Exception {
        CompletableFuture<String> running = occupyTheWorker();
        CompletableFuture<String> waiting = fillTheQueue();

        assertThatThrownBy(() -> workers.run("gauge", queueTime -> "third"))
                .isInstanceOf(EngineBusyException.class)
                .hasMessageContaining("gauge")
                .hasMessageContaining("1 workers and 1 waiting places");
        mayEnd.countDown();
        assertThat(running.get(20, TimeUnit.SECONDS)).isEqualTo("first");
        assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo("second");
    }

    @Test
    void waitingTimeIsToldToTheWork() throws Exception {
        CompletableFuture<String> running = occupyTheWorker();
        CompletableFuture<Duration> waiting =
                CompletableFuture.supplyAsync(() -> workers.run("gauge", time -> time), Thread::startVirtualThread);
        awaitQueued();
        long queuedFor = 30_000_000;
        long until = System.nanoTime() + queuedFor;
        while (System.nanoTime() - until < 0) {
            Thread.onSpinWait();
        }
        mayEnd.countDown();

        assertThat(waiting.get(20, TimeUnit.SECONDS)).isGreaterThanOrEqualTo(Duration.ofNanos(queuedFor));
        assertThat(running.get(20, TimeUnit.SECONDS)).isEqualTo("first");
    }

    @Test
    void interruptedCallerTakesItsWorkBack() throws Exception {
        CompletableFuture<String> running = occupyTheWorker();
        AtomicBoolean ran = new AtomicBoolean();
        CompletableFuture<Boolean> interruptRestored = new CompletableFuture<>();
        Thread caller = Thread.ofVirtual().start(() -> {
            try {
                workers.run("gauge", queueTime -> {
                    ran.set(true);
                    return "never";
                });
            } catch (InferenceException e) {
                interruptRestored.complete(Thread.currentThread().isInterrupted());
            }
        });
        awaitQueued();

        caller.interrupt();

        assertThat(interruptRestored.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(workers.waiting()).isZero();
        mayEnd.countDown();
        assertThat(workers.<String>run("gauge", queueTime -> "next")).isEqualTo("next");
        assertThat(ran).isFalse();
        assertThat(running).isCompletedWithValue("first");
    }

    @Test
    void closingLetsAcceptedWorkFinish() throws Exception {
        CompletableFuture<String> running = occupyTheWorker();
        CompletableFuture<String> waiting = fillTheQueue();
        CompletableFuture<Void> closing = CompletableFuture.runAsync(workers::close, Thread::startVirtualThread);
        while (!workers.isClosed()) {
            Thread.onSpinWait();
        }

        assertThatThrownBy(() -> workers.run("gauge", queueTime -> "late")).hasMessageContaining("engine is closed");
        mayEnd.countDown();

        closing.get(20, TimeUnit.SECONDS);
        assertThat(running).isCompletedWithValue("first");
        assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo("second");
    }

    @Test
    void workRunsOnNamedPlatformThreads() {
        Set<Thread> used = ConcurrentHashMap.newKeySet();
        workers.run("gauge", queueTime -> used.add(Thread.currentThread()));

        assertThat(used).singleElement().satisfies(thread -> {
            assertThat(thread.isVirtual()).isFalse();
            assertThat(thread.getName()).isEqualTo("inference-1");
        });
    }

    @Test
    void unexpectedFailureNamesTheModel() {
        assertThatThrownBy(() -> workers.run("gauge", queueTime -> {
                    throw new IllegalStateException("out of luck");
                }))
                .isInstanceOf(InferenceException.class)
                .hasMessageContaining("gauge failed")
                .hasMessageContaining("out of luck");
    }

    private CompletableFuture<String> occupyTheWorker() throws InterruptedException {
        CompletableFuture<String> running = CompletableFuture.supplyAsync(
                () -> workers.run("gauge", queueTime -> {
                    begun.countDown();
                    await(mayEnd);
                    return "first";
                }),
                Thread::startVirtualThread);
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        return running;
    }

    private CompletableFuture<String> fillTheQueue() {
        CompletableFuture<String> waiting = CompletableFuture.supplyAsync(
                () -> workers.run("gauge", queueTime -> "second"), Thread::startVirtualThread);
        awaitQueued();
        return waiting;
    }

    private void awaitQueued() {
        while (workers.waiting() == 0) {
            Thread.onSpinWait();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
