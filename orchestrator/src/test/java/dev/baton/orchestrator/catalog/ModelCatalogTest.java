package dev.baton.orchestrator.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.orchestrator.fleet.TestingClock;
import dev.baton.partitioning.divide.DivisionRequest;
import dev.baton.partitioning.divide.ModelDescription;
import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.partitioning.splitpackage.SplitPackage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ModelCatalogTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    private final List<CatalogEntry> published = new ArrayList<>();
    private final CountDownLatch dividing = new CountDownLatch(1);
    private final CountDownLatch mayFail = new CountDownLatch(1);

    @SuppressWarnings("NullAway.Init")
    private ModelCatalog catalog;

    @BeforeEach
    void open() {
        catalog = new ModelCatalog(
                new CatalogSettings(100, 8, 1),
                PackageStore.in(directory),
                this::failWhenAllowed,
                published::add,
                () -> URI.create("http://here"),
                new TestingClock());
    }

    private SplitPackage failWhenAllowed(
            DivisionRequest request, Path target, java.util.function.Consumer<String> progress)
            throws InvalidModelException, IOException {
        Files.createDirectories(target);
        Files.writeString(target.resolve("half.bin"), "half");
        dividing.countDown();
        try {
            if (!mayFail.await(30, TimeUnit.SECONDS)) {
                throw new AssertionError("nobody let the division go on");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
        throw new InvalidModelException(request.onnx().getFileName() + ": not a model");
    }

    private ModelImport model(String name, int bytes) {
        try {
            byte[] field = new byte[bytes];
            Arrays.fill(field, (byte) 8);
            Path file = Files.write(directory.resolve(name + "-upload"), field);
            return new ModelImport(name, file, List.of(), ModelDescription.none(), Optional.empty());
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    @Test
    void oneImportOfAModelAtATimeAndNoMoreThanMayRun() throws Exception {
        catalog.begin();
        CompletableFuture<Void> first = CompletableFuture.runAsync(() -> {
            assertThatThrownBy(() -> catalog.importModel(model("gauge", 10)))
                    .isInstanceOf(ModelRefusedException.class)
                    .hasMessage("the model: not a model");
        });
        assertThat(dividing.await(30, TimeUnit.SECONDS)).isTrue();

        assertThatThrownBy(() -> catalog.importModel(model("gauge", 10)))
                .isInstanceOf(ImportBusyException.class)
                .hasMessage("an import of gauge is running already");
        assertThatThrownBy(() -> catalog.importModel(model("other", 10)))
                .isInstanceOf(ImportBusyException.class)
                .hasMessage("1 imports are running, as many as may: try again later");

        mayFail.countDown();
        first.get(30, TimeUnit.SECONDS);
        assertThat(directory.resolve("work/gauge"))
                .as("what a failed division left")
                .doesNotExist();
        assertThatThrownBy(() -> catalog.importModel(model("gauge", 10)))
                .as("the next import is let in")
                .isInstanceOf(ModelRefusedException.class);
        assertThat(published).isEmpty();
    }

    @Test
    void aModelThatIsTooLargeIsRefusedWithTheLimit() {
        catalog.begin();

        assertThatThrownBy(() -> catalog.importModel(model("gauge", 101)))
                .isInstanceOf(ModelTooLargeException.class)
                .hasMessage("the model has 101 bytes; at most 100 are taken");
    }

    @Test
    void namesThatNoTopicMayHaveAreRefused() {
        catalog.begin();

        for (String name : new String[] {"", "a b", "..", "ä", "x".repeat(101)}) {
            assertThatThrownBy(() -> catalog.importModel(
                            new ModelImport(name, directory, List.of(), ModelDescription.none(), Optional.empty())))
                    .as(name)
                    .isInstanceOfSatisfying(ModelRefusedException.class, refused -> assertThat(refused.part())
                            .isEqualTo("name"));
        }
    }

    @Test
    void nothingIsKnownBeforeTheLogWasRead() {
        assertThatThrownBy(() -> catalog.entries()).isInstanceOf(CatalogUnavailableException.class);
        assertThatThrownBy(() -> catalog.importModel(model("gauge", 10)))
                .isInstanceOf(CatalogUnavailableException.class)
                .hasMessageContaining("has not been read from the broker yet");
    }

    @Test
    void whatTheLogSaysIsTheCatalog() {
        CatalogEntry entry =
                new CatalogEntry("gauge", "a".repeat(64), URI.create("http://elsewhere/packages/a"), 5, Instant.EPOCH);
        catalog.recover("gauge", Optional.of(entry));
        catalog.recover("gone", Optional.of(entry));
        catalog.recover("gone", Optional.empty());
        catalog.begin();

        assertThat(catalog.entries()).containsExactly(entry);
        assertThat(catalog.splitPackage(entry)).as("the package lies elsewhere").isEmpty();
        assertThat(published).as("an address that is not ours stays").isEmpty();
    }
}
