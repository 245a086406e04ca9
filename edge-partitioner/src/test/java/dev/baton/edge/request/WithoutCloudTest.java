package dev.baton.edge.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.edge.TestingEngine;
import dev.baton.edge.TestingInference;
import dev.baton.edge.TestingPackage;
import dev.baton.edge.TestingSender;
import dev.baton.edge.cloud.CircuitBreaker;
import dev.baton.edge.cloud.CircuitBreakers;
import dev.baton.edge.cloud.CloudAnswer;
import dev.baton.edge.cloud.TailTimes;
import dev.baton.edge.measure.Arrivals;
import dev.baton.edge.measure.ModelMeasurements;
import dev.baton.edge.model.EdgePlan;
import dev.baton.edge.model.ModelServing;
import dev.baton.edge.model.Models;
import dev.baton.edge.model.ServedModel;
import dev.baton.edge.request.Provenance.CompletedBy;
import dev.baton.openinference.Claim;
import dev.baton.openinference.InferenceRequest;
import dev.baton.openinference.ModelInput;
import dev.baton.openinference.RequestRefusedException;
import dev.baton.openinference.RequestRefusedException.Reason;
import dev.baton.partitioning.Placement;
import dev.baton.partitioning.splitpackage.PackagePart;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.codec.Codec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main path while the cloud does not answer, by a clock that the breaker alone follows. */
final class WithoutCloudTest {

    private static final Shape SHAPE = Shape.of(1, 4);
    private static final float[] Y = {3, 5, 7, 9};

    @TempDir
    Path directory;

    private final AtomicLong breakerNanos = new AtomicLong();
    private final List<String> news = new ArrayList<>();
    private final Models models = new Models();
    private final TestingEngine engine = new TestingEngine();
    private final TestingSender cloud = new TestingSender();
    private final EdgeInference inference = TestingInference.of(
            models,
            cloud,
            new Arrivals(System::nanoTime),
            new CircuitBreakers(
                    new CircuitBreaker.Settings(2, Duration.ofSeconds(1), Duration.ofSeconds(2)),
                    this::listener,
                    breakerNanos::get));

    private CircuitBreaker.Listener listener(String model) {
        return new CircuitBreaker.Listener() {
            @Override
            public void opened(Duration pause) {
                news.add(model + " opened");
            }

            @Override
            public void closed() {
                news.add(model + " closed");
            }
        };
    }

    @BeforeEach
    void serve() throws Exception {
        serve(new PackagePart.Whole());
    }

    private void serve(PackagePart part) throws Exception {
        ServedModel model = ServedModel.open(TestingPackage.write(directory, 1, Optional.empty()), engine, part);
        ModelServing.serve(models, model);
        model.activate(new EdgePlan(model.name(), model.version(), new Placement.Split(1), Codec.RAW, 7, "because"));
    }

    @Test
    void aCloudThatDoesNotAnswerIsNoLongerAskedAndTheWholeModelRunsAtOnce() throws Exception {
        loseTheCloud();
        int heads = engine.runs("head-01.onnx");
        int whole = engine.runs("whole.onnx");
        int sent = cloud.sent().size();
        InferenceAnswer answer = inference.infer(request());
        assertThat(y(answer)).containsExactly(Y);
        assertThat(answer.provenance().completedBy()).isEqualTo(CompletedBy.EDGE);
        assertThat(answer.provenance().placement().id()).isEqualTo("split:1");
        assertThat(answer.provenance().bytesSent()).isZero();
        assertThat(answer.provenance().reason())
                .isEqualTo("the cloud did not answer 2 calls in a row; it is asked again in 1000 ms");
        assertThat(answer.provenance().times().micros(Stage.HEAD)).isZero();
        assertThat(engine.runs("head-01.onnx")).as("no head for nothing").isEqualTo(heads);
        assertThat(engine.runs("whole.onnx")).isEqualTo(whole + 1);
        assertThat(cloud.sent()).hasSize(sent);
        assertThat(news).containsExactly("toy opened");
        ModelMeasurements.Window window =
                models.served(TestingPackage.MODEL).orElseThrow().measurements().window();
        assertThat(window.completedLocally()).isEqualTo(3);
    }

    @Test
    void theRequestThatAsksAgainIsFinishedHereMeanwhile() throws Exception {
        loseTheCloud();
        CompletableFuture<CloudAnswer> back = new CompletableFuture<>();
        cloud.answerLater(_ -> back);
        pass(Duration.ofMillis(1_001));
        InferenceAnswer beside = inference.infer(request());
        assertThat(y(beside)).containsExactly(Y);
        assertThat(beside.provenance().completedBy()).isEqualTo(CompletedBy.EDGE);
        assertThat(beside.provenance().reason()).contains("asks it again beside");
        assertThat(beside.provenance().bytesSent()).isEqualTo(100);
        int sent = cloud.sent().size();
        assertThat(inference.infer(request()).provenance().reason()).contains("one of them is asking now");
        assertThat(cloud.sent()).as("one at a time").hasSize(sent);
        assertThat(cloud.openCalls()).isEqualTo(1);

        back.complete(outputs());
        assertThat(cloud.openCalls()).isZero();
        assertThat(news).containsExactly("toy opened", "toy closed");
        assertThat(inference.infer(request()).provenance().completedBy()).isEqualTo(CompletedBy.CLOUD);
    }

    @Test
    void aProbeWithoutAnAnswerDoublesThePause() throws Exception {
        loseTheCloud();
        pass(Duration.ofMillis(1_001));
        inference.infer(request()); // asks in vain
        assertThat(inference.infer(request()).provenance().reason()).contains("asked again in 2000 ms");
        assertThat(news).containsExactly("toy opened");
    }

    @Test
    void whoCannotFinishByItselfSaysWhenToAskAgain() throws Exception {
        serve(new PackagePart.Head(1));
        cloud.answer(_ -> new CloudAnswer.NotSent("the broker is away"));
        for (int i = 0; i < 2; i++) {
            assertRefused("the broker is away", Duration.ofSeconds(1));
        }
        pass(Duration.ofMillis(400));
        int heads = engine.runs("head-01.onnx");
        assertRefused("did not answer 2 calls in a row", Duration.ofMillis(600));
        assertThat(engine.runs("head-01.onnx")).isEqualTo(heads);
        pass(Duration.ofMillis(601));
        cloud.answer(_ -> outputs());
        assertThat(inference.infer(request()).provenance().completedBy())
                .as("nothing but the cloud can answer it")
                .isEqualTo(CompletedBy.CLOUD);
        assertThat(news).containsExactly("toy opened", "toy closed");
    }

    @Test
    void refusalsAreAnswersAndWhatDoesNotFitSaysNothing() throws Exception {
        for (int i = 0; i < 5; i++) {
            cloud.answer(_ -> new CloudAnswer.Refused("tail-1", "OVERLOADED no room"));
            inference.infer(request());
            cloud.answer(_ -> new CloudAnswer.Unfit("too large"));
            assertThat(inference.infer(request()).provenance().reason()).isEqualTo("too large");
        }
        assertThat(news).isEmpty();
        assertThat(cloud.sent()).hasSize(10);
    }

    private void loseTheCloud() throws InterruptedException {
        cloud.answer(activation -> new CloudAnswer.Silence(activation.budget()));
        inference.infer(request());
        inference.infer(request());
    }

    private void assertRefused(String why, Duration retryAfter) {
        assertThatThrownBy(() -> inference.infer(request()))
                .isInstanceOfSatisfying(RequestRefusedException.class, refused -> {
                    assertThat(refused.reason()).isEqualTo(Reason.NOT_READY);
                    assertThat(refused.retryAfter()).contains(retryAfter);
                })
                .hasMessageContainingAll(why, "only a part of model toy is on this edge node");
    }

    private void pass(Duration time) {
        breakerNanos.addAndGet(time.toNanos());
    }

    private static CloudAnswer outputs() {
        return new CloudAnswer.Outputs(
                "tail-1",
                Map.of("y", Tensor.ofFloats(SHAPE, Y)),
                new TailTimes(Duration.ZERO, Duration.ZERO, Duration.ofMillis(1), Duration.ZERO),
                Duration.ofMillis(5),
                400);
    }

    private static float[] y(InferenceAnswer answer) {
        return Optional.ofNullable(answer.outputs().get("y")).orElseThrow().toFloats();
    }

    private static InferenceRequest request() {
        return new InferenceRequest(
                "1",
                TestingPackage.MODEL,
                Optional.empty(),
                Map.of("x", new ModelInput.OfTensor(Tensor.ofFloats(SHAPE, 1, 2, 3, 4))),
                List.of(),
                Optional.empty(),
                System.nanoTime(),
                Claim.NONE);
    }
}
