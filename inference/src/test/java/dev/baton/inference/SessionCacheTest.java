package dev.baton.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every model counts as 100 bytes, so that a bound of 250 has room for two. */
@Timeout(60)
final class SessionCacheTest {

    private static final long EACH = 100;
    private static final Tensor ONE_TWO = Tensor.ofFloats(Shape.of(1, 2), 1, 2);
    private static final Tensor TEN_TWENTY = Tensor.ofFloats(Shape.of(1, 2), 10, 20);

    private final SessionCache sessions = cache(250);

    @TempDir
    Path directory;

    private static SessionCache cache(long maxBytes) {
        return new SessionCache(
                new OnnxRuntimeEngine(EngineSettings.defaults().withIntraOpThreads(1)),
                maxBytes,
                file -> EACH,
                System::nanoTime);
    }

    @AfterEach
    void close() {
        sessions.close();
    }

    @Test
    void sessionUnusedForLongestMakesRoom() throws Exception {
        InferenceSession first = open(sessions, "first");
        InferenceSession second = open(sessions, "second");
        run(first);

        open(sessions, "third");

        assertThat(sessions.usage()).isEqualTo(new SessionCache.Usage(2, 2 * EACH, 0));
        run(first);
        assertThat(sessions.usage().reopened())
                .as("the first was used after the second")
                .isZero();
        run(second);
        assertThat(sessions.usage()).isEqualTo(new SessionCache.Usage(2, 2 * EACH, 1));
    }

    @Test
    void sessionThatIsClosedForRoomIsStillDescribed() throws Exception {
        InferenceSession first = open(sessions, "first");
        open(sessions, "second");
        open(sessions, "third");

        assertThat(first.inputs()).hasSize(2);
        assertThat(first.outputs()).hasSize(2);
        assertThat(sessions.usage().reopened()).isZero();
    }

    @Test
    void modelAboveTheBoundRunsAlone() throws Exception {
        try (SessionCache small = cache(EACH / 2)) {
            InferenceSession session = open(small, "large");

            run(session);

            assertThat(small.usage()).isEqualTo(new SessionCache.Usage(0, 0, 1));
        }
    }

    @Test
    void closedSessionNeitherCountsNorRuns() throws Exception {
        InferenceSession session = open(sessions, "only");

        session.close();

        assertThat(sessions.usage()).isEqualTo(new SessionCache.Usage(0, 0, 0));
        assertThatThrownBy(() -> run(session))
                .isInstanceOf(InferenceException.class)
                .hasMessageContaining("is closed");
    }

    @Test
    void sessionClosedForRoomStaysClosedAfterItsOwnerClosedIt() throws Exception {
        InferenceSession first = open(sessions, "first");
        open(sessions, "second");
        open(sessions, "third");

        first.close();

        assertThatThrownBy(() -> run(first))
                .isInstanceOf(InferenceException.class)
                .hasMessageContaining("is closed");
        assertThat(sessions.usage().open()).isEqualTo(2);
    }

    @Test
    void runsNeverLoseTheirSessionToOthers() throws Exception {
        List<InferenceSession> models = new ArrayList<>();
        for (int number = 0; number < 4; number++) {
            models.add(open(sessions, "model-" + number));
        }
        try (ExecutorService callers = Executors.newFixedThreadPool(8)) {
            List<Future<?>> runs = new ArrayList<>();
            for (int number = 0; number < 400; number++) {
                InferenceSession model = models.get(number % models.size());
                runs.add(callers.submit(() -> run(model)));
            }
            for (Future<?> run : runs) {
                run.get();
            }
        }

        assertThat(sessions.usage().bytes()).isLessThanOrEqualTo(250);
        assertThat(sessions.usage().reopened()).isPositive();
    }

    private InferenceSession open(SessionCache in, String name) throws IOException {
        return in.open(TinyModels.sumAndDifference(Files.createDirectory(directory.resolve(name))));
    }

    private static void run(InferenceSession session) {
        Inference inference = session.run(Map.of("a", TEN_TWENTY, "b", ONE_TWO));
        assertThat(Objects.requireNonNull(inference.outputs().get("sum")).toFloats())
                .containsExactly(11, 22);
    }
}
