package dev.baton.edge.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.edge.TestingEngine;
import dev.baton.edge.TestingPackage;
import dev.baton.edge.measure.ModelMeasurements;
import dev.baton.edge.model.Models.Standing;
import dev.baton.partitioning.splitpackage.PackagePart;
import dev.baton.partitioning.splitpackage.SplitPackage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ModelLoaderTest {

    @TempDir
    Path directory;

    private final Models models = new Models();
    private final TestingEngine engine = new TestingEngine();
    private final AtomicInteger fetches = new AtomicInteger();
    private final AtomicInteger failuresLeft = new AtomicInteger();
    private final BlockingQueue<ServedModel> serving = new LinkedBlockingQueue<>();
    private final ModelLoader loader = new ModelLoader(
            models,
            this::fetch,
            FetchOrder.wholeAtOnce(),
            entry -> Optional.empty(),
            engine,
            new ModelProfiler(System::nanoTime),
            serving::add,
            System::nanoTime);

    private SplitPackage fetch(CatalogEntry entry, PackagePart part) throws IOException {
        fetches.incrementAndGet();
        if (failuresLeft.getAndDecrement() > 0) {
            throw new IOException("the orchestrator is away");
        }
        int generation = Integer.parseInt(entry.packageUrl().getPath().substring(1));
        return TestingPackage.write(directory, generation, Optional.empty());
    }

    @AfterEach
    void close() {
        loader.close();
    }

    @Test
    void servesWhatTheCatalogWants() throws Exception {
        loader.start();
        loader.wanted(entry(1));
        ServedModel model = served();
        assertThat(model.version()).isEqualTo(entry(1).version());
        assertThat(models.standing(TestingPackage.MODEL)).isInstanceOf(Standing.Serving.class);
        loader.wanted(entry(1));
        assertThat(fetches).hasValue(1);
    }

    @Test
    void knowsTheTimesOfHeadsBeforeAnyTraffic() throws Exception {
        loader.start();
        loader.wanted(entry(1));
        ModelMeasurements.Window window = served().measurements().window();
        assertThat(window.heads())
                .extracting(ModelMeasurements.HeadTimes::splitPoint)
                .containsExactly(1, 2);
        assertThat(window.heads()).allSatisfy(head -> {
            assertThat(head.micros().count()).as("the faster half of six").isEqualTo(3);
            assertThat(head.micros().mean()).isEqualTo(1_000);
        });
    }

    @Test
    void triesAgainWhatFailed() throws Exception {
        failuresLeft.set(1);
        loader.start();
        loader.wanted(entry(1));
        assertThat(served().version()).isEqualTo(entry(1).version());
        assertThat(fetches).hasValue(2);
    }

    @Test
    void replacesAVersionWithoutAGap() throws Exception {
        loader.start();
        loader.wanted(entry(1));
        ServedModel first = served();
        loader.wanted(entry(2));
        assertThat(models.served(TestingPackage.MODEL)).isPresent();
        ServedModel second = served();
        assertThat(models.served(TestingPackage.MODEL)).contains(second);
        assertThat(first.lease()).isEmpty();
    }

    @Test
    void forgetsWhatLeftTheCatalog() throws Exception {
        loader.start();
        loader.wanted(entry(1));
        served();
        loader.catalogRead();
        loader.unwanted(TestingPackage.MODEL);
        assertThat(models.standing(TestingPackage.MODEL)).isEqualTo(new Standing.Unknown());
    }

    private ServedModel served() throws InterruptedException {
        ServedModel model = serving.poll(10, TimeUnit.SECONDS);
        assertThat(model).isNotNull();
        return model;
    }

    private CatalogEntry entry(int generation) throws IOException {
        String version =
                TestingPackage.write(directory, generation, Optional.empty()).version();
        return new CatalogEntry(TestingPackage.MODEL, version, URI.create("http://orchestrator/" + generation));
    }
}
