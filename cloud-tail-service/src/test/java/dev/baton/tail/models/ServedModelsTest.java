package dev.baton.tail.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.schemas.records.ModelRef;
import dev.baton.tail.failure.RefusedException;
import dev.baton.tail.failure.TailFailure;
import dev.baton.tail.measurement.TailMeasurements;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class ServedModelsTest {

    private static final Duration NOW = Duration.ZERO;
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final ModelRef V1 = TestingModels.ref("gauge", "1111");
    private static final ModelRef V2 = TestingModels.ref("gauge", "2222");
    private static final ModelRef V3 = TestingModels.ref("gauge", "3333");

    private final Map<ModelRef, TestingInferenceSession> sessions = new ConcurrentHashMap<>();
    private final BlockingQueue<Set<String>> changes = new LinkedBlockingQueue<>();
    private final TailMeasurements measurements = new TailMeasurements("tail", "cpu", System::nanoTime);
    private ServedModels models = models(this::open, LONG, LONG);

    @AfterEach
    void close() {
        models.close();
    }

    @Test
    void catalogModelIsServedOnceItIsOpen() throws Exception {
        want(V1);
        try (TailModel.Lease lease = models.lease(V1, NOW)) {
            assertThat(lease.tail(2).splitPoint()).isEqualTo(2);
            assertThatThrownBy(() -> lease.tail(7))
                    .isInstanceOf(RefusedException.class)
                    .hasMessage("gauge@1111 has no tail for split point 7, only for [2]");
        }
        assertThat(models.names()).containsExactly("gauge");
    }

    @Test
    void modelOutsideTheCatalogIsUnknown() {
        assertThat(failureOf(V1)).isEqualTo(new TailFailure.UnknownModel("this tail serves no model 'gauge'"));
    }

    @Test
    void otherVersionIsAMismatchAndSaysWhatIsOpen() throws Exception {
        want(V1);
        assertThat(failureOf(V2))
                .isEqualTo(new TailFailure.VersionMismatch("gauge@2222 is not open here; open are [gauge@1111]"));
    }

    @Test
    void previousVersionIsServedUntilItHasDrained() throws Exception {
        want(V1);
        want(V2);
        models.lease(V1, NOW).close();
        models.lease(V2, NOW).close();
        want(V3);
        assertThat(failureOf(V1)).isInstanceOf(TailFailure.VersionMismatch.class);
        assertThat(session(V1).closed()).isCompleted();
        assertThat(session(V2).closed()).isNotCompleted();
    }

    @Test
    void drainedVersionIsClosed() throws Exception {
        models.close();
        models = models(this::open, Duration.ofMillis(1), LONG);
        want(V1);
        want(V2);
        session(V1).closed().get(10, TimeUnit.SECONDS);
        assertThat(failureOf(V1)).isInstanceOf(TailFailure.VersionMismatch.class);
        models.lease(V2, NOW).close();
    }

    @Test
    void sessionInUseIsClosedWhenItsLeaseEnds() throws Exception {
        want(V1);
        TailModel.Lease lease = models.lease(V1, NOW);
        models.close();
        assertThat(session(V1).closed()).isNotCompleted();
        lease.close();
        assertThat(session(V1).closed()).isCompleted();
    }

    @Test
    void recordWaitsForTheVersionThatIsBeingLoaded() throws Exception {
        CountDownLatch mayOpen = new CountDownLatch(1);
        models.close();
        models = models(
                wanted -> {
                    mayOpen.await();
                    return open(wanted);
                },
                LONG,
                LONG);
        models.want(TestingModels.wanted(V1));
        assertThat(failureOf(V1).message())
                .isEqualTo("gauge@1111 is not open here and it is still being loaded; open are []");

        CompletableFuture<Integer> waiting = CompletableFuture.supplyAsync(() -> {
            try (TailModel.Lease lease = models.lease(V1, LONG)) {
                return lease.tail(2).splitPoint();
            } catch (RefusedException e) {
                throw new IllegalStateException(e);
            }
        });
        mayOpen.countDown();
        assertThat(waiting.get(10, TimeUnit.SECONDS)).isEqualTo(2);
    }

    @Test
    void packageThatCannotBeLoadedIsTriedAgainAndDelaysNobody() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        ModelRef broken = TestingModels.ref("broken", "bbbb");
        models.close();
        models = models(
                wanted -> {
                    if (wanted.ref().equals(broken) && attempts.incrementAndGet() < 3) {
                        throw new IOException("connection refused");
                    }
                    return open(wanted);
                },
                LONG,
                Duration.ofMillis(1));
        models.want(TestingModels.wanted(broken));
        models.want(TestingModels.wanted(V1));
        models.lease(V1, LONG).close();
        models.lease(broken, LONG).close();
        assertThat(attempts).hasValue(3);
    }

    @Test
    void newerVersionIsLoadedWithoutWaitingForTheNextAttempt() throws Exception {
        models.close();
        CountDownLatch failed = new CountDownLatch(1);
        models = models(
                wanted -> {
                    if (wanted.ref().equals(V1)) {
                        failed.countDown();
                        throw new IOException("not found");
                    }
                    return open(wanted);
                },
                LONG,
                LONG);
        models.want(TestingModels.wanted(V1));
        assertThat(failed.await(10, TimeUnit.SECONDS)).isTrue();
        models.want(TestingModels.wanted(V2));
        models.lease(V2, LONG).close();
    }

    @Test
    void modelThatLeftTheCatalogIsNoLongerNamed() throws Exception {
        want(V1);
        assertThat(models.isEmpty()).isFalse();
        models.unwant("gauge");
        assertThat(changes.poll(10, TimeUnit.SECONDS)).isEmpty();
        assertThat(models.isEmpty()).isTrue();
        models.lease(V1, NOW).close(); // for records on their way
    }

    private void want(ModelRef ref) throws InterruptedException, RefusedException {
        models.want(TestingModels.wanted(ref));
        assertThat(changes.poll(10, TimeUnit.SECONDS)).isEqualTo(Set.of(ref.getName()));
    }

    private TailFailure failureOf(ModelRef ref) {
        try (TailModel.Lease lease = models.lease(ref, NOW)) {
            throw new AssertionError("served: " + lease.model().ref());
        } catch (RefusedException e) {
            return e.failure();
        }
    }

    private TestingInferenceSession session(ModelRef ref) {
        return Objects.requireNonNull(sessions.get(ref));
    }

    private TailModel open(WantedModel wanted) {
        TestingInferenceSession session = TestingModels.doubling();
        sessions.put(wanted.ref(), session);
        return TestingModels.model(wanted.ref(), session);
    }

    private ServedModels models(ModelOpener opener, Duration drain, Duration retryDelay) {
        ServedModels created = new ServedModels(opener, measurements, new ServedModels.Handover(drain, retryDelay));
        created.onChange(() -> changes.add(created.names()));
        return created;
    }
}
