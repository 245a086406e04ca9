package dev.baton.edge.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.edge.TestingEngine;
import dev.baton.edge.TestingPackage;
import dev.baton.edge.model.EdgePlan;
import dev.baton.edge.model.FetchOrder;
import dev.baton.edge.model.ModelLoader;
import dev.baton.edge.model.ModelProfiler;
import dev.baton.edge.model.Models;
import dev.baton.edge.model.Plans;
import dev.baton.edge.model.ServedModel;
import dev.baton.embedded.FreePorts;
import dev.baton.messaging.KafkaConnection;
import dev.baton.messaging.Topics;
import dev.baton.partitioning.Placement;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.schemas.records.CatalogModel;
import dev.baton.schemas.records.ModelRef;
import dev.baton.schemas.records.Plan;
import dev.baton.tensor.codec.Codec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an edge node knows when it starts and nobody answers. */
final class RememberedTableTest {

    @TempDir
    Path directory;

    private final KafkaConnection nobody = new KafkaConnection("127.0.0.1:" + FreePorts.find(), 1 << 20, Map.of());

    @Test
    void servesTheLastCatalogAndPlanWithoutABroker() throws Exception {
        SplitPackage splitPackage = TestingPackage.write(directory, 1, Optional.empty());
        ModelRef reference = ModelRef.newBuilder()
                .setName(TestingPackage.MODEL)
                .setVersion(splitPackage.version())
                .build();
        new RememberedRecords(directory.resolve("catalog"))
                .remember(
                        TestingPackage.MODEL,
                        CatalogModel.newBuilder()
                                .setModel(reference)
                                .setPackageUrl("http://orchestrator/packages/x")
                                .build()
                                .toByteArray());
        new RememberedRecords(directory.resolve("plans"))
                .remember(
                        "camera/" + TestingPackage.MODEL,
                        Plan.newBuilder()
                                .setEdgeNode("camera")
                                .setModel(reference)
                                .setPlacement(dev.baton.schemas.records.Placement.newBuilder()
                                        .setSplitPoint(1))
                                .setCodec("int8")
                                .setEpoch(42)
                                .setReason("it was best")
                                .build()
                                .toByteArray());
        BlockingQueue<ServedModel> serving = new LinkedBlockingQueue<>();
        Models models = new Models();
        Plans plans = new Plans(models, _ -> {}, Runnable::run);
        try (ModelLoader loader = new ModelLoader(
                        models,
                        (entry, part) -> splitPackage,
                        FetchOrder.wholeAtOnce(),
                        plans::planned,
                        new TestingEngine(),
                        new ModelProfiler(System::nanoTime),
                        model -> {
                            plans.serving(model);
                            serving.add(model);
                        },
                        System::nanoTime);
                KafkaPlans kafkaPlans = new KafkaPlans(nobody, "camera", directory, "camera", plans);
                KafkaCatalog catalog = new KafkaCatalog(nobody, "camera", directory, loader)) {
            loader.start();
            kafkaPlans.start();
            catalog.start();
            ServedModel model = serving.poll(10, TimeUnit.SECONDS);
            assertThat(model).isNotNull();
            assertThat(model.plan())
                    .isEqualTo(new EdgePlan(
                            TestingPackage.MODEL,
                            splitPackage.version(),
                            new Placement.Split(1),
                            Codec.parse("int8"),
                            42,
                            "it was best"));
        }
    }

    @Test
    void whatIsRefusedDoesNotReplaceWhatIsRemembered() {
        Plans plans = new Plans(new Models(), _ -> {}, Runnable::run);
        RememberedTable<Plan> table = new RememberedTable<>(
                nobody,
                "camera",
                Topics.PLANS,
                directory.resolve("plans"),
                Plan::parseFrom,
                _ -> true,
                (_, plan) -> plans.offered(new EdgePlan(
                        TestingPackage.MODEL,
                        "1",
                        new Placement.EdgeOnly(),
                        Codec.RAW,
                        plan.orElseThrow().getEpoch(),
                        "because")));
        table.changed("camera/toy", Optional.of(Plan.newBuilder().setEpoch(7).build()));
        table.changed("camera/toy", Optional.of(Plan.newBuilder().setEpoch(6).build()));
        assertThat(new RememberedRecords(directory.resolve("plans")).all())
                .containsEntry(
                        "camera/toy", Plan.newBuilder().setEpoch(7).build().toByteArray());
    }

    @Test
    void keysSurviveWhateverTheyContain() {
        RememberedRecords records = new RememberedRecords(directory.resolve("state"));
        assertThat(records.all()).isEmpty();
        records.remember("camera 1/model", "a".getBytes(StandardCharsets.UTF_8));
        records.remember("camera 1/model", "b".getBytes(StandardCharsets.UTF_8));
        records.remember("../x", "c".getBytes(StandardCharsets.UTF_8));
        assertThat(records.all()).containsOnlyKeys("camera 1/model", "../x");
        assertThat(records.all().get("camera 1/model")).isEqualTo("b".getBytes(StandardCharsets.UTF_8));
        records.forget("../x");
        assertThat(records.all()).containsOnlyKeys("camera 1/model");
    }
}
