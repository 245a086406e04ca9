package dev.baton.edge.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.edge.TestingEngine;
import dev.baton.edge.TestingPackage;
import dev.baton.partitioning.Placement;
import dev.baton.partitioning.splitpackage.PackagePart;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.codec.Codec;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that serve before all of their package is here. */
final class GrowingModelTest {

    private static final FetchOrder PART_BY_PART = new FetchOrder(OptionalLong.empty(), 0);

    @TempDir
    Path directory;

    private final Models models = new Models();
    private final TestingEngine engine = new TestingEngine();
    private final Plans plans = new Plans(models, model -> {}, Runnable::run);
    private final BlockingQueue<Boolean> wholeAtEachChange = new LinkedBlockingQueue<>();
    private final CountDownLatch restMayCome = new CountDownLatch(1);
    private final AtomicInteger failuresLeft = new AtomicInteger();
    private Optional<ModelLoader> loader = Optional.empty();
    private SplitPackage complete;
    private CatalogEntry entry;

    @BeforeEach
    void write() throws IOException {
        complete = TestingPackage.write(directory.resolve("served"), 1, Optional.empty());
        entry = new CatalogEntry(TestingPackage.MODEL, complete.version(), URI.create("http://orchestrator/"));
    }

    @AfterEach
    void close() {
        loader.ifPresent(ModelLoader::close);
        models.close();
        assertThat(engine.openSessions()).isZero();
    }

    @Test
    void plannedHeadRunsBeforeTheRestIsHere() throws Exception {
        EdgePlan split = plan(new Placement.Split(TestingPackage.SPLIT_POINT), 3);
        plans.offered(split);
        load(PART_BY_PART);
        assertThat(changed()).as("whole").isFalse();
        ServedModel model = models.served(TestingPackage.MODEL).orElseThrow();
        assertThat(model.plan()).isEqualTo(split);
        assertThat(model.runs(TestingPackage.SPLIT_POINT)).isTrue();
        assertThat(model.measurements().window().heads())
                .extracting(head -> head.splitPoint())
                .containsExactly(TestingPackage.SPLIT_POINT);
        restMayCome.countDown();
        assertThat(changed()).as("whole").isTrue();
        assertThat(model.plan()).isEqualTo(split);
        assertThat(model.measurements().window().heads())
                .extracting(head -> head.splitPoint())
                .contains(model.manifest().lastIndex());
        assertThat(model.runTail(1, crossing(model)).outputs()).containsKey("y");
    }

    @Test
    void planThatNeedsTheRestTakesEffectWhenItIsHere() throws Exception {
        plans.offered(plan(new Placement.EdgeOnly(), 4));
        load(PART_BY_PART);
        assertThat(changed()).as("whole").isFalse();
        ServedModel model = models.served(TestingPackage.MODEL).orElseThrow();
        assertThat(model.plan().epoch()).isZero();
        assertThat(model.plan().placement()).isEqualTo(new Placement.CloudOnly());
        restMayCome.countDown();
        assertThat(changed()).as("whole").isTrue();
        assertThat(model.plan().epoch()).isEqualTo(4);
    }

    @Test
    void withoutAPlanTheCloudAnswersUntilAllIsHere() throws Exception {
        load(PART_BY_PART);
        assertThat(changed()).as("whole").isFalse();
        ServedModel model = models.served(TestingPackage.MODEL).orElseThrow();
        assertThat(model.plan().placement()).isEqualTo(new Placement.CloudOnly());
        assertThat(model.plan().reason()).contains("only a part of the model is on this edge node");
        restMayCome.countDown();
        assertThat(changed()).as("whole").isTrue();
        assertThat(model.plan()).isEqualTo(EdgePlan.none(TestingPackage.MODEL, complete.version()));
    }

    @Test
    void restIsTriedAgain() throws Exception {
        restMayCome.countDown();
        failuresLeft.set(1);
        load(PART_BY_PART);
        assertThat(changed()).as("whole").isFalse();
        assertThat(changed()).as("whole").isTrue();
    }

    @Test
    void boundLeavesOutWhatIsLarger() throws Exception {
        SplitPackage known = SplitPackage.open(complete.directory(), new PackagePart.Head(0));
        Optional<Placement> split = Optional.of(new Placement.Split(1));
        assertThat(PART_BY_PART.parts(empty(), split))
                .containsExactly(new PackagePart.Head(1), new PackagePart.Whole());
        assertThat(PART_BY_PART.parts(empty(), Optional.of(new Placement.CloudOnly())))
                .containsExactly(new PackagePart.Head(0), new PackagePart.Head(1), new PackagePart.Whole());
        assertThat(PART_BY_PART.parts(known, split))
                .as("what is here needs no order")
                .containsExactly(new PackagePart.Whole());
        long whole = new PackagePart.Whole().bytes(known.manifest());
        long head = new PackagePart.Head(1).bytes(known.manifest());
        assertThat(head).isLessThan(whole);
        assertThat(new FetchOrder(OptionalLong.of(whole), whole + 1).parts(empty(), split))
                .containsExactly(new PackagePart.Whole());
        assertThat(new FetchOrder(OptionalLong.of(whole - 1), whole + 1).parts(empty(), split))
                .containsExactly(new PackagePart.Head(1));
        assertThat(new FetchOrder(OptionalLong.of(head - 1), 0).parts(empty(), split))
                .containsExactly(new PackagePart.Head(0));
    }

    @Test
    void edgeNodeThatTakesOnlyAHeadNeverRunsTheWhole() throws Exception {
        long head = new PackagePart.Head(1).bytes(complete.manifest());
        load(new FetchOrder(OptionalLong.of(head), 0));
        assertThat(changed()).as("whole").isFalse();
        ServedModel model = models.served(TestingPackage.MODEL).orElseThrow();
        plans.offered(plan(new Placement.Split(1), 5));
        plans.offered(plan(new Placement.EdgeOnly(), 6));
        assertThat(model.plan().epoch())
                .as("the plan that it cannot follow is ignored")
                .isEqualTo(5);
    }

    private static Map<String, Tensor> crossing(ServedModel model) throws IOException {
        return model.splitPackage()
                .crossing(
                        1,
                        Map.of(),
                        model.runHead(1, model.splitPackage().probeInputs()).outputs());
    }

    private boolean changed() throws InterruptedException {
        Boolean isWhole = wholeAtEachChange.poll(10, TimeUnit.SECONDS);
        assertThat(isWhole).isNotNull();
        return isWhole;
    }

    private void load(FetchOrder order) {
        ModelLoader started = new ModelLoader(
                models,
                this::fetch,
                order,
                plans::planned,
                engine,
                new ModelProfiler(System::nanoTime),
                model -> {
                    plans.serving(model);
                    wholeAtEachChange.add(model.isWhole());
                },
                System::nanoTime);
        loader = Optional.of(started);
        started.start();
        started.wanted(entry);
    }

    private SplitPackage empty() throws IOException {
        Path target = Files.createDirectories(directory.resolve("empty"));
        copy(SplitPackage.MANIFEST_FILE, target);
        return SplitPackage.open(target, new PackagePart.Head(0));
    }

    /** Copies just the part, as a cache would download it. */
    private SplitPackage fetch(CatalogEntry wanted, PackagePart part) throws IOException, InterruptedException {
        if (part instanceof PackagePart.Whole) {
            assertThat(restMayCome.await(10, TimeUnit.SECONDS)).isTrue();
            if (failuresLeft.getAndDecrement() > 0) {
                throw new IOException("the orchestrator is away");
            }
        }
        Path target = Files.createDirectories(directory.resolve("cache"));
        copy(SplitPackage.MANIFEST_FILE, target);
        for (String file : part.files(complete.manifest())) {
            copy(file, target);
        }
        if (part.weightBytes(complete.manifest()) > 0 || part instanceof PackagePart.Whole) {
            copy(SplitPackage.WEIGHTS_FILE, target);
        }
        return SplitPackage.open(target, part);
    }

    private void copy(String file, Path target) throws IOException {
        if (!Files.exists(target.resolve(file))) {
            Files.copy(complete.directory().resolve(file), target.resolve(file));
        }
    }

    private EdgePlan plan(Placement placement, long epoch) {
        return new EdgePlan(TestingPackage.MODEL, complete.version(), placement, Codec.RAW, epoch, "because");
    }
}
