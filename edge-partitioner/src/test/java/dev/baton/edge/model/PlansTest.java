package dev.baton.edge.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.edge.TestingEngine;
import dev.baton.edge.TestingPackage;
import dev.baton.partitioning.Placement;
import dev.baton.tensor.codec.Codec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PlansTest {

    @TempDir
    Path directory;

    private final Models models = new Models();
    private final TestingEngine engine = new TestingEngine();
    private final List<String> prepared = new ArrayList<>();
    private final Plans plans = new Plans(models, prepared::add, Runnable::run);
    private ServedModel model;

    @BeforeEach
    void open() throws IOException {
        model = ServedModel.open(TestingPackage.write(directory, 1, Optional.empty()), engine);
    }

    @Test
    void aPlanTakesEffectAndItsTailIsOpenForLocalCompletion() {
        models.serve(model);
        int sessions = engine.openSessions();
        EdgePlan split = plan(model.version(), new Placement.Split(1), 3);
        plans.offered(split);
        assertThat(model.plan()).isEqualTo(split);
        assertThat(prepared).containsExactly(TestingPackage.MODEL);
        assertThat(engine.openSessions()).isEqualTo(sessions + 1);
    }

    @Test
    void requestsFollowTheOldPlanWhileTheNewOneIsPrepared() {
        models.serve(model);
        List<Runnable> preparations = new ArrayList<>();
        Plans slow = new Plans(models, prepared::add, preparations::add);
        EdgePlan split = plan(model.version(), new Placement.Split(1), 3);
        slow.offered(split);
        assertThat(model.plan().epoch()).isZero();
        int tails = engine.runs("tail-01.onnx");
        preparations.removeFirst().run();
        assertThat(model.plan()).isEqualTo(split);
        assertThat(engine.runs("tail-01.onnx")).as("warm").isEqualTo(tails + 1);
    }

    @Test
    void aPlanThatWasReplacedMeanwhileIsNotActivated() {
        models.serve(model);
        List<Runnable> preparations = new ArrayList<>();
        Plans slow = new Plans(models, prepared::add, preparations::add);
        slow.offered(plan(model.version(), new Placement.Split(1), 3));
        EdgePlan here = plan(model.version(), new Placement.EdgeOnly(), 4);
        slow.offered(here);
        assertThat(model.plan()).isEqualTo(here);
        preparations.forEach(Runnable::run);
        assertThat(model.plan()).isEqualTo(here);
    }

    @Test
    void goingBackToASplitPointOpensNothingAgain() {
        models.serve(model);
        plans.offered(plan(model.version(), new Placement.Split(1), 3));
        int sessions = engine.openSessions();
        plans.offered(plan(model.version(), new Placement.CloudOnly(), 4));
        plans.offered(plan(model.version(), new Placement.Split(1), 5));
        assertThat(model.plan().epoch()).isEqualTo(5);
        assertThat(engine.openSessions()).isEqualTo(sessions);
    }

    @Test
    void aPlanWaitsForItsModel() {
        EdgePlan cloud = plan(model.version(), new Placement.CloudOnly(), 3);
        plans.offered(cloud);
        models.serve(model);
        assertThat(model.plan().epoch()).isZero();
        plans.serving(model);
        assertThat(model.plan()).isEqualTo(cloud);
    }

    @Test
    void aPlanThatDoesNotFitIsIgnored() {
        models.serve(model);
        EdgePlan good = plan(model.version(), new Placement.Split(1), 3);
        plans.offered(good);
        plans.offered(plan("0".repeat(64), new Placement.CloudOnly(), 4));
        plans.offered(plan(model.version(), new Placement.Split(2), 5));
        plans.offered(plan(model.version(), new Placement.Split(9), 6));
        assertThat(model.plan()).isEqualTo(good);
    }

    @Test
    void anOutdatedOrchestratorsPlanIsRefused() {
        models.serve(model);
        EdgePlan good = plan(model.version(), new Placement.Split(1), 7);
        plans.offered(good);
        assertThat(plans.offered(plan(model.version(), new Placement.EdgeOnly(), 6)))
                .isFalse();
        assertThat(model.plan()).isEqualTo(good);
        plans.serving(model);
        assertThat(model.plan()).isEqualTo(good);
    }

    @Test
    void aPlanIsRefusedAlsoWhileTheLaterOneWaitsForItsModel() {
        EdgePlan good = plan(model.version(), new Placement.Split(1), 7);
        plans.offered(good);
        assertThat(plans.offered(plan(model.version(), new Placement.EdgeOnly(), 6)))
                .isFalse();
        models.serve(model);
        plans.serving(model);
        assertThat(model.plan()).isEqualTo(good);
    }

    @Test
    void aPlanInForceCountsWhenTheNextVersionsPlanCameAlready() {
        models.serve(model);
        EdgePlan good = plan(model.version(), new Placement.Split(1), 7);
        plans.offered(good);
        plans.offered(plan("0".repeat(64), new Placement.CloudOnly(), 8));
        assertThat(plans.offered(plan(model.version(), new Placement.EdgeOnly(), 6)))
                .isFalse();
        assertThat(model.plan()).isEqualTo(good);
    }

    @Test
    void epochsOfAnotherVersionDoNotCount() {
        plans.offered(plan("0".repeat(64), new Placement.CloudOnly(), 8));
        models.serve(model);
        EdgePlan split = plan(model.version(), new Placement.Split(1), 3);
        assertThat(plans.offered(split)).isTrue();
        assertThat(model.plan()).isEqualTo(split);
    }

    @Test
    void theSamePlanIsTakenAgainAndAnyAfterItWasWithdrawn() {
        models.serve(model);
        assertThat(plans.offered(plan(model.version(), new Placement.Split(1), 7)))
                .isTrue();
        assertThat(plans.offered(plan(model.version(), new Placement.Split(1), 7)))
                .isTrue();
        plans.withdrawn(TestingPackage.MODEL);
        assertThat(plans.offered(plan(model.version(), new Placement.EdgeOnly(), 1)))
                .isTrue();
        assertThat(model.plan().epoch()).isEqualTo(1);
    }

    @Test
    void withoutAPlanEverythingRunsOnTheEdgeNode() {
        models.serve(model);
        plans.offered(plan(model.version(), new Placement.CloudOnly(), 3));
        plans.withdrawn(TestingPackage.MODEL);
        assertThat(model.plan()).isEqualTo(EdgePlan.none(TestingPackage.MODEL, model.version()));
    }

    private static EdgePlan plan(String version, Placement placement, long epoch) {
        return new EdgePlan(TestingPackage.MODEL, version, placement, Codec.RAW, epoch, "because");
    }
}
