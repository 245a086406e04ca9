package dev.baton.tail.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.inference.InvalidInputException;
import dev.baton.tail.batch.BatchSettings.Limits;
import dev.baton.tail.batch.Batches.Batched;
import dev.baton.tail.failure.RefusedException;
import dev.baton.tail.failure.TailFailure;
import dev.baton.tail.lateness.Deadline;
import dev.baton.tail.models.TailSession;
import dev.baton.tail.models.TestingModels;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Rows;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One worker, which a test holds and lets go; so what waits, and what runs together, is known. */
@Timeout(30)
final class BatchesTest {

    private static final Duration NONE = Duration.ZERO;
    private static final Claimant SOMEBODY = Claimant.ofEdgeNode("edge-1", 0);
    private static final Claimant GREEDY = Claimant.ofEdgeNode("greedy", 0);
    private static final Claimant MODEST = Claimant.ofEdgeNode("modest", 0);
    private static final BatchSettings.Priorities LEVELS = new BatchSettings.Priorities(3, 2);

    private final AtomicLong nanos = new AtomicLong(Duration.ofHours(1).toNanos());
    private final Semaphore mayRun = new Semaphore(0);
    private final Semaphore running = new Semaphore(0);
    private final ConcurrentLinkedQueue<Tensor> runs = new ConcurrentLinkedQueue<>();
    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
    private final TailSession tail = tail(1);
    private @Nullable Batches open;

    @BeforeEach
    void runsTakeThreeMillisecondsWhateverTheirRows() {
        tail.serviceTime().ran(1, TimeUnit.MILLISECONDS.toNanos(3));
        tail.serviceTime().ran(2, TimeUnit.MILLISECONDS.toNanos(3));
    }

    @AfterEach
    void close() {
        mayRun.release(1_000);
        if (open != null) {
            open.close();
        }
        clients.close();
    }

    @Test
    void whatWaitsWhileTheEngineIsBusyRunsTogetherAndEachGetsItsOwn() throws Exception {
        Batches batches = open(8, 64, WhenFull.REFUSE_NEW);
        Future<Batched> first = ask(batches, 1, forever());
        awaitRunning();
        List<Future<Batched>> others = IntStream.rangeClosed(2, 5)
                .mapToObj(value -> askAndAwaitWaiting(batches, value, forever(), value - 1))
                .toList();
        mayRun.release(2);

        assertThat(first.get().requests()).isEqualTo(1);
        for (int i = 0; i < others.size(); i++) {
            Batched one = others.get(i).get();
            assertThat(one.requests()).isEqualTo(4);
            assertThat(output(one)).containsExactly(doubled(i + 2));
        }
        assertThat(runs).extracting(Rows::of).containsExactly(1, 4);
    }

    @Test
    void noBatchIsLargerThanItsLimit() throws Exception {
        Batches batches = open(2, 64, WhenFull.REFUSE_NEW);
        List<Future<Batched>> all = holdOneAndAsk(batches, 5);
        mayRun.release(10);
        for (Future<Batched> one : all) {
            one.get();
        }
        assertThat(runs).extracting(Rows::of).containsExactly(1, 2, 2, 1);
    }

    @Test
    void wherePartsOfARunGrowWithItsRowsRequestsRunAloneUntilMoreThanABatchWaits() throws Exception {
        TailSession processor = tail(7);
        processor.serviceTime().ran(1, TimeUnit.MILLISECONDS.toNanos(3));
        processor.serviceTime().ran(2, TimeUnit.MILLISECONDS.toNanos(60));
        Batches batches = open(2, 64, WhenFull.REFUSE_NEW);
        Future<Batched> first = ask(batches, processor, 1, forever());
        awaitRunning();
        List<Future<Batched>> others = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            others.add(ask(batches, processor, i, forever()));
            awaitWaiting(batches, i);
        }
        mayRun.release(10);
        first.get();
        for (Future<Batched> other : others) {
            other.get();
        }
        assertThat(runs).extracting(Rows::of).containsExactly(1, 2, 1);
    }

    @Test
    void requestsOfOtherShapesAndTailsRunOnTheirOwn() throws Exception {
        Batches batches = open(8, 64, WhenFull.REFUSE_NEW);
        TailSession other = tail(2);
        Future<Batched> first = ask(batches, 1, forever());
        awaitRunning();
        Future<Batched> two = askAndAwaitWaiting(batches, 2, forever(), 1);
        Future<Batched> long3 = clients.submit(
                () -> batches.run(tail, Map.of("x", Tensor.ofFloats(Shape.of(1, 2), 3, 3)), forever(), SOMEBODY));
        awaitWaiting(batches, 2);
        Future<Batched> elsewhere = ask(batches, other, 4, forever());
        awaitWaiting(batches, 3);
        Future<Batched> five = askAndAwaitWaiting(batches, 5, forever(), 4);
        mayRun.release(10);
        assertThat(first.get().requests()).isEqualTo(1);
        assertThat(two.get().requests()).isEqualTo(2);
        assertThat(five.get().requests()).isEqualTo(2);
        assertThat(long3.get().requests()).isEqualTo(1);
        assertThat(elsewhere.get().requests()).isEqualTo(1);
    }

    @Test
    void theEarliestDeadlineRunsFirst() throws Exception {
        Batches batches = open(1, 64, WhenFull.REFUSE_NEW);
        Future<Batched> first = ask(batches, 1, forever());
        awaitRunning();
        List<Future<Batched>> others = List.of(
                askAndAwaitWaiting(batches, 2, in(9_000), 1),
                askAndAwaitWaiting(batches, 3, in(500), 2),
                askAndAwaitWaiting(batches, 4, in(3_000), 3));
        mayRun.release(10);
        first.get();
        for (Future<Batched> other : others) {
            other.get();
        }
        assertThat(runs).extracting(run -> run.toFloats()[0]).containsExactly(1f, 3f, 4f, 2f);
    }

    @Test
    void whatWouldBeLateIsRefusedBeforeItRuns() throws Exception {
        Batches batches = open(8, 64, WhenFull.REFUSE_NEW);
        Future<Batched> first = ask(batches, 1, forever());
        awaitRunning();
        Future<Batched> urgent = askAndAwaitWaiting(batches, 2, in(50), 1);
        Future<Batched> calm = askAndAwaitWaiting(batches, 3, in(5_000), 2);
        nanos.addAndGet(Duration.ofMillis(48).toNanos()); // 2 ms are left, and a run takes 3
        mayRun.release(10);
        first.get();
        assertRefused(urgent::get, TailFailure.Late.class);
        assertThat(calm.get().requests()).isEqualTo(1);
    }

    @Test
    void whoComesWhenThereIsNoRoomIsRefused() throws Exception {
        Batches batches = open(8, 2, WhenFull.REFUSE_NEW);
        List<Future<Batched>> all = holdOneAndAsk(batches, 2);
        assertRefused(() -> batches.run(tail, input(9), in(1), SOMEBODY), TailFailure.Overloaded.class);
        mayRun.release(10);
        for (Future<Batched> one : all) {
            one.get();
        }
    }

    @Test
    void whoHasTheMostTimeLeftMakesRoom() throws Exception {
        Batches batches = open(8, 2, WhenFull.SHED_LATEST_DEADLINE);
        Future<Batched> first = ask(batches, 1, forever());
        awaitRunning();
        Future<Batched> calm = askAndAwaitWaiting(batches, 2, in(8_000), 1);
        Future<Batched> urgent = askAndAwaitWaiting(batches, 3, in(2_000), 2);
        Future<Batched> newcomer = ask(batches, 4, in(1_000));
        assertRefused(calm::get, TailFailure.Overloaded.class);
        assertRefused(() -> batches.run(tail, input(9), in(9_000), SOMEBODY), TailFailure.Overloaded.class);
        mayRun.release(10);
        first.get();
        urgent.get();
        newcomer.get();
    }

    @Test
    void anEdgeNodeWithManyUrgentRequestsDoesNotStarveAnother() throws Exception {
        TailSession slow = tail(4);
        slow.serviceTime().ran(1, TimeUnit.MILLISECONDS.toNanos(300));
        Batches batches = open(1, 64, WhenFull.REFUSE_NEW);
        List<Future<Batched>> all = new ArrayList<>();
        all.add(ask(batches, slow, 0, in(2_000), GREEDY));
        awaitRunning();
        for (int i = 1; i <= 6; i++) {
            all.add(ask(batches, slow, i, in(2_000), GREEDY));
            awaitWaiting(batches, i);
        }
        all.add(ask(batches, slow, 100, in(9_000), MODEST));
        awaitWaiting(batches, 7);
        mayRun.release(20);
        for (Future<Batched> one : all) {
            one.get();
        }
        assertThat(runs)
                .extracting(run -> run.toFloats()[0])
                .as("a run of 300 ms puts who had it behind one who had nothing")
                .containsExactly(0f, 1f, 100f, 2f, 3f, 4f, 5f, 6f);
    }

    @Test
    void whoHasMostRequestsWaitingMakesRoomWhoeverComes() throws Exception {
        Batches batches = open(1, 3, WhenFull.REFUSE_NEW);
        Future<Batched> first = ask(batches, tail, 0, forever(), GREEDY);
        awaitRunning();
        List<Future<Batched>> greedy = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            greedy.add(ask(batches, tail, i, in(1_000), GREEDY));
            awaitWaiting(batches, i);
        }
        Future<Batched> modest = ask(batches, tail, 9, in(5_000), MODEST);
        assertRefused(greedy.get(2)::get, TailFailure.Overloaded.class);
        mayRun.release(20);
        first.get();
        modest.get();
        greedy.get(0).get();
        greedy.get(1).get();
    }

    @Test
    void higherPrioritiesRunFirstAndLowerOnesMakeRoom() throws Exception {
        Batches batches = open(1, 3, WhenFull.SHED_LATEST_DEADLINE);
        Future<Batched> first = ask(batches, tail, 0, forever(), SOMEBODY);
        awaitRunning();
        Future<Batched> low = ask(batches, tail, 3, in(1_000), Claimant.ofEdgeNode("edge-1", 3));
        awaitWaiting(batches, 1);
        Future<Batched> usual = ask(batches, tail, 2, in(1_000), Claimant.ofEdgeNode("edge-1", 99));
        awaitWaiting(batches, 2);
        Future<Batched> high = ask(batches, tail, 1, in(9_000), Claimant.ofEdgeNode("edge-1", 1));
        awaitWaiting(batches, 3);
        Future<Batched> another = ask(batches, tail, 4, in(9_000), Claimant.ofEdgeNode("edge-1", 0));
        assertRefused(low::get, TailFailure.Overloaded.class);
        mayRun.release(20);
        for (Future<Batched> one : List.of(first, usual, high, another)) {
            one.get();
        }
        assertThat(runs)
                .extracting(run -> run.toFloats()[0])
                .as("a level that does not exist is the usual one")
                .containsExactly(0f, 1f, 2f, 4f);
    }

    @Test
    void requestThatIsGivenUpLeavesTheLine() throws Exception {
        Batches batches = open(8, 64, WhenFull.REFUSE_NEW);
        Future<Batched> first = ask(batches, 1, forever());
        awaitRunning();
        Future<Batched> givenUp = askAndAwaitWaiting(batches, 2, forever(), 1);
        givenUp.cancel(true);
        awaitWaiting(batches, 0);
        mayRun.release(10);
        first.get();
        batches.close();
        assertThat(runs).hasSize(1);
    }

    @Test
    void requestThatTheEngineRefusesFailsAlone() throws Exception {
        Batches batches = open(8, 64, WhenFull.REFUSE_NEW);
        Future<Batched> first = ask(batches, 1, forever());
        awaitRunning();
        Future<Batched> good = askAndAwaitWaiting(batches, 2, forever(), 1);
        Future<Batched> bad = askAndAwaitWaiting(batches, -1, forever(), 2);
        mayRun.release(10);
        first.get();
        assertThat(output(good.get())).containsExactly(doubled(2));
        assertRefused(bad::get, TailFailure.Malformed.class);
    }

    @Test
    void anErrorIsAnsweredAndEndsNoWorker() throws Exception {
        Batches batches = open(8, 64, WhenFull.REFUSE_NEW);
        mayRun.release(10);
        TailSession broken = TestingModels.batchable(TestingModels.ref("m", "1"), 3, x -> {
            throw new OutOfMemoryError("no direct memory");
        });
        assertRefused(() -> batches.run(broken, input(1), forever(), SOMEBODY), TailFailure.EngineFailed.class);
        assertThat(output(batches.run(tail, input(2), forever(), SOMEBODY))).containsExactly(doubled(2));
    }

    @Test
    void freeEngineWaitsForCompanyWhereGapsAreShortAndGoesOnWhenItsDelayIsOver() throws Exception {
        Batches batches = new Batches(
                new BatchSettings(_ -> new Limits(4, Duration.ofMillis(20)), 64, 1 << 20, WhenFull.REFUSE_NEW, LEVELS),
                1,
                System::nanoTime);
        open = batches;
        mayRun.release(1_000);
        long begin = System.nanoTime();
        List<Future<Batched>> three =
                IntStream.range(0, 3).mapToObj(i -> ask(batches, i, forever())).toList();
        int together = 0;
        for (Future<Batched> one : three) {
            together = Math.max(together, one.get().requests());
        }
        assertThat(together).isGreaterThan(1);
        assertThat(System.nanoTime() - begin)
                .as("three do not fill the batch, so it began only when the delay was over")
                .isGreaterThan(Duration.ofMillis(20).toNanos());
    }

    @Test
    void closingRunsWhatWaitsAndRefusesWhatComes() throws Exception {
        Batches batches = open(8, 64, WhenFull.REFUSE_NEW);
        List<Future<Batched>> all = holdOneAndAsk(batches, 3);
        CountDownLatch closed = new CountDownLatch(1);
        clients.execute(() -> {
            batches.close();
            closed.countDown();
        });
        mayRun.release(10);
        closed.await();
        for (Future<Batched> one : all) {
            one.get();
        }
        assertRefused(() -> batches.run(tail, input(9), forever(), SOMEBODY), TailFailure.Overloaded.class);
    }

    private TailSession tail(int splitPoint) {
        return TestingModels.batchable(TestingModels.ref("m", "1"), splitPoint, x -> {
            runs.add(x);
            running.release();
            mayRun.acquireUninterruptibly();
            float[] values = x.toFloats();
            for (int i = 0; i < values.length; i++) {
                if (values[i] < 0) {
                    throw new InvalidInputException("negative");
                }
                values[i] *= 2;
            }
            return Tensor.ofFloats(x.shape(), values);
        });
    }

    private Batches open(int maxRows, int capacity, WhenFull whenFull) {
        open = new Batches(
                new BatchSettings(_ -> new Limits(maxRows, NONE), capacity, 1 << 20, whenFull, LEVELS), 1, nanos::get);
        return open;
    }

    private List<Future<Batched>> holdOneAndAsk(Batches batches, int more) throws InterruptedException {
        Future<Batched> first = ask(batches, 0, forever());
        awaitRunning();
        List<Future<Batched>> others = IntStream.rangeClosed(1, more)
                .mapToObj(value -> askAndAwaitWaiting(batches, value, forever(), value))
                .toList();
        return Stream.concat(Stream.of(first), others.stream()).toList();
    }

    private Future<Batched> ask(Batches batches, float value, Deadline deadline) {
        return ask(batches, tail, value, deadline);
    }

    private Future<Batched> ask(Batches batches, TailSession of, float value, Deadline deadline) {
        return ask(batches, of, value, deadline, SOMEBODY);
    }

    private Future<Batched> ask(Batches batches, TailSession of, float value, Deadline deadline, Claimant claimant) {
        return clients.submit(() -> batches.run(of, input(value), deadline, claimant));
    }

    private Future<Batched> askAndAwaitWaiting(Batches batches, float value, Deadline deadline, int waiting) {
        Future<Batched> asked = ask(batches, value, deadline);
        awaitWaiting(batches, waiting);
        return asked;
    }

    private void awaitRunning() throws InterruptedException {
        running.acquire();
    }

    private static void awaitWaiting(Batches batches, int count) {
        while (batches.waiting() != count) {
            Thread.onSpinWait();
        }
    }

    private static Map<String, Tensor> input(float value) {
        return Map.of("x", Tensor.ofFloats(Shape.of(1, 4), value, value, value, value));
    }

    private static float[] output(Batched batched) {
        Tensor y = Objects.requireNonNull(batched.inference().outputs().get("y"));
        assertThat(y.type()).isEqualTo(ElementType.FP32);
        assertThat(y.shape()).isEqualTo(Shape.of(1, 4));
        return y.toFloats();
    }

    private static float[] doubled(float value) {
        return new float[] {2 * value, 2 * value, 2 * value, 2 * value};
    }

    private Deadline forever() {
        return Deadline.of(0, Duration.ZERO, nanos.get(), nanos::get);
    }

    private Deadline in(long millis) {
        return Deadline.of(millis * 1_000, Duration.ZERO, nanos.get(), nanos::get);
    }

    private static void assertRefused(ThrowingCallable call, Class<? extends TailFailure> reason) {
        assertThatThrownBy(call).satisfies(thrown -> {
            Throwable cause = thrown instanceof ExecutionException || thrown instanceof CompletionException
                    ? Objects.requireNonNull(thrown.getCause())
                    : thrown;
            assertThat(cause).isInstanceOfSatisfying(RefusedException.class, refused -> assertThat(refused.failure())
                    .isInstanceOf(reason));
        });
    }
}
