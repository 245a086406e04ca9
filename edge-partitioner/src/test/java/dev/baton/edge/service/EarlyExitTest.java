package dev.baton.edge.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.edge.TestingInference;
import dev.baton.edge.TestingSender;
import dev.baton.edge.cloud.CloudAnswer;
import dev.baton.edge.measure.Arrivals;
import dev.baton.edge.measure.ModelMeasurements;
import dev.baton.edge.measure.PlacementMeasurements.PlanWindow;
import dev.baton.edge.measure.PlacementMeasurements.Quantity;
import dev.baton.edge.model.EdgePlan;
import dev.baton.edge.model.ModelServing;
import dev.baton.edge.model.Models;
import dev.baton.edge.model.ServedModel;
import dev.baton.edge.request.EdgeInference;
import dev.baton.edge.request.InferenceAnswer;
import dev.baton.edge.request.Provenance;
import dev.baton.edge.request.Provenance.CompletedBy;
import dev.baton.inference.EngineSettings;
import dev.baton.inference.OnnxRuntimeEngine;
import dev.baton.openinference.Claim;
import dev.baton.openinference.InferenceRequest;
import dev.baton.openinference.ModelInput;
import dev.baton.partitioning.Placement;
import dev.baton.partitioning.splitpackage.EarlyExit;
import dev.baton.partitioning.splitpackage.EarlyExit.Measure;
import dev.baton.partitioning.splitpackage.EarlyExit.Scores;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.codec.Codec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A branched model, divided and run by the real engine, before a hand-written cloud. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EarlyExitTest {

    private static final Tensor SURE = picture(1, 10);
    private static final Tensor UNSURE = picture(1, 0.01f);

    @TempDir
    static Path directory;

    private final OnnxRuntimeEngine engine = new OnnxRuntimeEngine(EngineSettings.defaults());
    private SplitPackage splitPackage;
    private Models models;
    private TestingSender cloud;
    private ServedModel model;
    private EdgeInference inference;

    @BeforeAll
    void divide() throws Exception {
        splitPackage = BranchedModel.divide(directory, new EarlyExit("early", 0.9, Measure.PROBABILITY, Scores.LOGITS));
    }

    @AfterAll
    void close() {
        engine.close();
    }

    @BeforeEach
    void serve() throws Exception {
        models = new Models();
        cloud = new TestingSender();
        model = ServedModel.open(splitPackage, engine);
        ModelServing.serve(models, model);
        inference = TestingInference.of(models, cloud, new Arrivals(System::nanoTime));
        cloud.answer(_ -> new CloudAnswer.Refused("tail-1", "made to refuse"));
    }

    @Test
    void theManifestSaysWhereItMayExit() {
        assertThat(splitPackage.manifest().exitPoints()).isNotEmpty();
        for (int point = 1; point < splitPackage.manifest().lastIndex(); point++) {
            boolean made = splitPackage.manifest().splitPoint(point).crossing().stream()
                    .anyMatch(tensor -> tensor.name().equals("early"));
            assertThat(splitPackage.manifest().exitPoints().contains(point)).isEqualTo(made);
        }
    }

    @Test
    void aSureBranchIsTheAnswerAndNothingIsSent() throws Exception {
        splitWithExit();
        InferenceAnswer answer = inference.infer(request(SURE));
        assertThat(answer.outputs()).containsOnlyKeys("early");
        assertThat(answer.outputs().get("early"))
                .usingComparator((a, b) -> a.maxAbsoluteDifference(b) < 1e-3 ? 0 : 1)
                .isEqualTo(model.runWhole(Map.of("x", SURE)).outputs().get("early"));
        Provenance provenance = answer.provenance();
        assertThat(provenance.completedBy()).isEqualTo(CompletedBy.EARLY_EXIT);
        assertThat(provenance.reason())
                .matches("early exit: output 'early' is (1.0|0.9)\\d+ sure \\(probability\\), 0.9 is enough");
        assertThat(provenance.remarks())
                .containsEntry("baton_completed_by", "early-exit")
                .containsEntry("baton_bytes_sent", 0L)
                .doesNotContainKeys("baton_codec", "baton_tail");
        assertThat(cloud.sent()).isEmpty();
    }

    @Test
    void anUnsureBranchGoesOn() throws Exception {
        splitWithExit();
        InferenceAnswer answer = inference.infer(request(UNSURE));
        assertThat(answer.outputs()).containsOnlyKeys("early", "late");
        assertThat(answer.provenance().completedBy()).isEqualTo(CompletedBy.EDGE);
        assertThat(answer.provenance().reason()).contains("made to refuse");
        assertThat(cloud.sent()).hasSize(1);
    }

    @Test
    void theLeastSureOfABatchDecides() throws Exception {
        splitWithExit();
        assertThat(inference.infer(request(picture(3, 10, 10, 10))).provenance().completedBy())
                .isEqualTo(CompletedBy.EARLY_EXIT);
        assertThat(inference
                        .infer(request(picture(3, 10, 0.01f, 10)))
                        .provenance()
                        .completedBy())
                .isEqualTo(CompletedBy.EDGE);
    }

    @Test
    void whoAsksForALaterOutputGetsIt() throws Exception {
        splitWithExit();
        assertThat(inference.infer(request(SURE, "late")).outputs()).containsOnlyKeys("late");
        assertThat(inference.infer(request(SURE, "late", "early")).outputs()).containsOnlyKeys("late", "early");
        assertThat(cloud.sent()).hasSize(2);
        InferenceAnswer early = inference.infer(request(SURE, "early"));
        assertThat(early.provenance().completedBy()).isEqualTo(CompletedBy.EARLY_EXIT);
        assertThat(cloud.sent()).hasSize(2);
    }

    @Test
    void whereTheWholeModelRunsAnywayItAnswers() throws Exception {
        plan(new Placement.EdgeOnly());
        assertThat(inference.infer(request(SURE)).outputs()).containsOnlyKeys("early", "late");
        plan(new Placement.CloudOnly());
        assertThat(inference.infer(request(SURE)).outputs()).containsOnlyKeys("early", "late");
        assertThat(cloud.sent()).hasSize(1);
    }

    @Test
    void thePlannerIsToldOnlyWhatEarlyExitsShareWithOtherRequests() throws Exception {
        splitWithExit();
        inference.infer(request(SURE));
        inference.infer(request(SURE));
        inference.infer(request(UNSURE));
        ModelMeasurements.Window window = model.measurements().window();
        assertThat(window.requests()).isEqualTo(3);
        assertThat(window.earlyExits()).isEqualTo(2);
        assertThat(window.completedLocally()).isEqualTo(1);
        PlanWindow plan = window.placements().getFirst();
        assertThat(plan.earlyExits()).isEqualTo(2);
        assertThat(plan.completedLocally()).isEqualTo(1);
        assertThat(plan.inFlight()).isZero();
        assertThat(count(plan, Quantity.HEAD)).isEqualTo(3);
        assertThat(count(plan, Quantity.TOTAL)).as("of the one that went on").isEqualTo(1);
        assertThat(count(plan, Quantity.OTHER)).isEqualTo(1);
        inference.infer(request(SURE));
        PlanWindow next = model.measurements().window().placements().getFirst();
        assertThat(next.values()).containsOnlyKeys(Quantity.HEAD);
        assertThat(next.earlyExits()).isEqualTo(1);
    }

    private static long count(PlanWindow plan, Quantity quantity) {
        return Optional.ofNullable(plan.values().get(quantity)).orElseThrow().count();
    }

    private void splitWithExit() {
        plan(new Placement.Split(splitPackage.manifest().exitPoints().getFirst()));
    }

    private void plan(Placement placement) {
        model.activate(new EdgePlan(model.name(), model.version(), placement, Codec.RAW, 7, "because"));
    }

    private static InferenceRequest request(Tensor x, String... outputs) {
        return new InferenceRequest(
                "1",
                BranchedModel.NAME,
                Optional.empty(),
                Map.of("x", new ModelInput.OfTensor(x)),
                List.of(outputs),
                Optional.empty(),
                System.nanoTime(),
                Claim.NONE);
    }

    /** One after the other, each as large as said. */
    private static Tensor picture(int count, float... sizes) {
        Random random = new Random(3);
        float[] one = new float[3 * 16 * 16];
        for (int i = 0; i < one.length; i++) {
            one[i] = (float) random.nextGaussian();
        }
        float[] all = new float[count * one.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = one[i % one.length] * sizes[i / one.length];
        }
        return Tensor.ofFloats(Shape.of(count, 3, 16, 16), all);
    }
}
