package dev.baton.edge.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.edge.TestingEngine;
import dev.baton.edge.TestingInference;
import dev.baton.edge.TestingPackage;
import dev.baton.edge.TestingSender;
import dev.baton.edge.cloud.Activation;
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
import dev.baton.openinference.Deadline;
import dev.baton.openinference.InferenceRequest;
import dev.baton.openinference.ModelInput;
import dev.baton.openinference.RequestRefusedException;
import dev.baton.openinference.RequestRefusedException.Reason;
import dev.baton.partitioning.Placement;
import dev.baton.partitioning.splitpackage.PackagePart;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.codec.Codec;
import dev.baton.tensor.codec.Codecs;
import dev.baton.tensor.image.ImageInput;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main path with a hand-written engine and a hand-written cloud. */
final class EdgeInferenceTest {

    private static final Shape SHAPE = Shape.of(1, 4);
    private static final Tensor X = Tensor.ofFloats(SHAPE, 1, 2, 3, 4);
    private static final float[] Y = {3, 5, 7, 9};
    private static final ImageInput IMAGE = new ImageInput(
            "x",
            4,
            1,
            ImageInput.Resize.STRETCH,
            ImageInput.Channels.GRAY,
            ImageInput.Layout.NCHW,
            List.of(0.0),
            List.of(255.0));

    @TempDir
    Path directory;

    private final Models models = new Models();
    private final TestingEngine engine = new TestingEngine();
    private final TestingSender cloud = new TestingSender();
    private final Arrivals arrivals = new Arrivals(System::nanoTime);
    private final EdgeInference inference = TestingInference.of(models, cloud, arrivals);

    @BeforeEach
    void serve() throws IOException {
        serve(Optional.empty());
    }

    private void serve(Optional<ImageInput> image) throws IOException {
        ModelServing.serve(models, ServedModel.open(TestingPackage.write(directory, 1, image), engine));
    }

    @Test
    void edgeOnlyRunsTheWholeModelHere() throws InterruptedException {
        InferenceAnswer answer = inference.infer(request());
        assertThat(floats(answer.outputs(), "y")).containsExactly(Y);
        Provenance provenance = answer.provenance();
        assertThat(provenance.placement().id()).isEqualTo("edge-only");
        assertThat(provenance.splitPoint()).isEqualTo(2);
        assertThat(provenance.completedBy()).isEqualTo(CompletedBy.EDGE);
        assertThat(provenance.reason()).isEqualTo("no plan yet");
        assertThat(provenance.bytesSent()).isZero();
        assertThat(provenance.sentAs()).isEmpty();
        assertThat(cloud.sent()).isEmpty();
    }

    @Test
    void splitRunsTheHeadHereAndTheTailInTheCloud() throws InterruptedException {
        plan(new Placement.Split(1), Codec.RAW);
        cloud.answer(activation -> outputs(activation, Duration.ofMillis(30)));
        int wholeRuns = engine.runs("whole.onnx");
        InferenceAnswer answer = inference.infer(request());
        assertThat(floats(answer.outputs(), "y")).containsExactly(Y);
        assertThat(engine.runs("whole.onnx")).isEqualTo(wholeRuns);
        Activation sent = cloud.sent().getFirst();
        assertThat(sent.splitPoint()).isEqualTo(1);
        assertThat(sent.planEpoch()).isEqualTo(7);
        assertThat(sent.version()).isEqualTo(answer.version());
        assertThat(Codecs.decode(Objects.requireNonNull(sent.tensors().get("doubled")), 1_000)
                        .toFloats())
                .containsExactly(2, 4, 6, 8);
        Provenance provenance = answer.provenance();
        assertThat(provenance.placement().id()).isEqualTo("split:1");
        assertThat(provenance.completedBy()).isEqualTo(CompletedBy.CLOUD);
        assertThat(provenance.tail()).contains("tail-1");
        assertThat(provenance.sentAs()).contains("raw");
        assertThat(provenance.bytesSent()).isEqualTo(100);
        assertThat(provenance.planEpoch()).isEqualTo(7);
        assertThat(cloud.openCalls()).isZero();
    }

    @Test
    void stageTimesAreTheTailsOwnAndAddUp() throws InterruptedException {
        plan(new Placement.Split(1), Codec.RAW);
        cloud.answer(activation -> outputs(activation, Duration.ofMillis(30)));
        StageTimes times = inference.infer(request()).provenance().times();
        assertThat(times.micros(Stage.TAIL_QUEUE)).isEqualTo(1_000);
        assertThat(times.micros(Stage.TAIL_DECODE)).isEqualTo(2_000);
        assertThat(times.micros(Stage.TAIL)).isEqualTo(7_000);
        assertThat(times.micros(Stage.NETWORK)).isEqualTo(20_000);
        assertThat(times.micros().values().stream().mapToLong(Long::longValue).sum())
                .isEqualTo(times.totalMicros());
    }

    @Test
    void cloudOnlySendsTheInputsAsTheyAre() throws InterruptedException {
        plan(new Placement.CloudOnly(), Codec.parse("fp16"));
        cloud.answer(activation -> outputs(activation, Duration.ofMillis(30)));
        InferenceAnswer answer = inference.infer(request());
        Activation sent = cloud.sent().getFirst();
        assertThat(sent.splitPoint()).isZero();
        assertThat(sent.tensors()).containsOnlyKeys("x");
        assertThat(sent.picture()).isEmpty();
        assertThat(answer.provenance().sentAs()).contains("fp16");
        assertThat(answer.provenance().splitPoint()).isZero();
    }

    @Test
    void cloudOnlySendsTheClientsVeryPicture() throws Exception {
        serve(Optional.of(IMAGE));
        plan(new Placement.CloudOnly(), Codec.RAW);
        cloud.answer(activation -> outputs(activation, Duration.ofMillis(30)));
        byte[] picture = picture();
        InferenceAnswer answer = inference.infer(request(Map.of("x", new ModelInput.OfPicture(picture))));
        Activation sent = cloud.sent().getFirst();
        assertThat(sent.tensors()).isEmpty();
        assertThat(sent.picture().orElseThrow().bytes()).isEqualTo(picture);
        assertThat(sent.picture().orElseThrow().mediaType()).isEqualTo("image/png");
        assertThat(answer.provenance().sentAs()).contains("image/png");
        assertThat(answer.provenance().times().micros(Stage.PREPROCESS)).isZero();
    }

    @Test
    void aPictureBecomesTheInputOnTheEdgeNode() throws Exception {
        serve(Optional.of(IMAGE));
        InferenceAnswer answer = inference.infer(request(Map.of("x", new ModelInput.OfPicture(picture()))));
        assertThat(floats(answer.outputs(), "y")).containsExactly(3, 3, 3, 3);
        assertThat(answer.provenance().times().micros(Stage.PREPROCESS)).isPositive();
    }

    @Test
    void whatTheTailRefusesIsCompletedHere() throws InterruptedException {
        plan(new Placement.Split(1), Codec.RAW);
        cloud.answer(_ -> new CloudAnswer.Refused("tail-1", "VERSION_MISMATCH no such version"));
        int heads = engine.runs("head-01.onnx");
        InferenceAnswer answer = inference.infer(request());
        assertThat(floats(answer.outputs(), "y")).containsExactly(Y);
        assertThat(answer.provenance().completedBy()).isEqualTo(CompletedBy.EDGE);
        assertThat(answer.provenance().placement().id()).isEqualTo("split:1");
        assertThat(answer.provenance().reason()).isEqualTo("tail tail-1: VERSION_MISMATCH no such version");
        assertThat(engine.runs("head-01.onnx")).as("the head runs once").isEqualTo(heads + 1);
        assertThat(engine.runs("tail-01.onnx")).isEqualTo(1);
        ServedModel model = models.served(TestingPackage.MODEL).orElseThrow();
        assertThat(model.measurements().window().completedLocally()).isEqualTo(1);
    }

    @Test
    void whatCannotBeSentIsCompletedHere() throws InterruptedException {
        plan(new Placement.CloudOnly(), Codec.RAW);
        cloud.answer(_ -> new CloudAnswer.NotSent("no connection"));
        InferenceAnswer answer = inference.infer(request());
        assertThat(floats(answer.outputs(), "y")).containsExactly(Y);
        assertThat(answer.provenance().reason()).isEqualTo("no connection");
    }

    @Test
    void silenceIsCompletedHere() throws InterruptedException {
        plan(new Placement.Split(1), Codec.RAW);
        cloud.answer(activation -> new CloudAnswer.Silence(activation.budget()));
        InferenceAnswer answer = inference.infer(request());
        assertThat(floats(answer.outputs(), "y")).containsExactly(Y);
        assertThat(answer.provenance().completedBy()).isEqualTo(CompletedBy.EDGE);
        assertThat(answer.provenance().reason()).isEqualTo("no answer from the cloud within 5000 ms");
        assertThat(cloud.openCalls()).isZero();
    }

    @Test
    void whatTheClientNoLongerWantsIsFreedAndIsNoFailure() throws Exception {
        plan(new Placement.Split(1), Codec.RAW);
        CountDownLatch sent = new CountDownLatch(1);
        cloud.answerLater(_ -> {
            sent.countDown();
            return new CompletableFuture<>();
        });
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        Thread asking = Thread.ofVirtual().start(() -> {
            try {
                inference.infer(request());
            } catch (RuntimeException | InterruptedException e) {
                end.complete(e);
            }
        });
        assertThat(sent.await(10, TimeUnit.SECONDS)).isTrue();
        asking.interrupt();
        assertThat(end.get(10, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        assertThat(cloud.openCalls()).isZero();
        ModelMeasurements.Window window =
                models.served(TestingPackage.MODEL).orElseThrow().measurements().window();
        assertThat(window.failures()).isZero();
        assertThat(window.requests()).isZero();
        assertThat(models.served(TestingPackage.MODEL)
                        .orElseThrow()
                        .measurements()
                        .placements()
                        .inFlight())
                .isZero();
    }

    @Test
    void waitsForTheCloudOnlySoLongThatThereIsTimeToFinishHere() throws Exception {
        TestingEngine slow = new TestingEngine().taking(Duration.ofMillis(400));
        ModelServing.serve(models, ServedModel.open(TestingPackage.write(directory, 3, Optional.empty()), slow));
        plan(new Placement.CloudOnly(), Codec.RAW);
        cloud.answer(activation -> new CloudAnswer.Silence(activation.budget()));
        assertThat(inference.infer(request(Duration.ofSeconds(3))).outputs()).containsKey("y");
        assertThat(cloud.sent().getFirst().budget())
                .as("3 s without 1.2 times 400 ms")
                .isBetween(Duration.ofMillis(1_500), Duration.ofMillis(2_520));
    }

    @Test
    void waitsToTheEndWhenThereIsNoTimeToFinishHere() throws Exception {
        TestingEngine slow = new TestingEngine().taking(Duration.ofSeconds(10));
        ModelServing.serve(models, ServedModel.open(TestingPackage.write(directory, 3, Optional.empty()), slow));
        plan(new Placement.CloudOnly(), Codec.RAW);
        cloud.answer(activation -> outputs(activation, Duration.ofMillis(30)));
        assertThat(inference.infer(request(Duration.ofSeconds(3))).provenance().completedBy())
                .isEqualTo(CompletedBy.CLOUD);
        assertThat(cloud.sent().getFirst().budget()).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(3));
    }

    @Test
    void cannotFinishHereWhileOnlyAPartOfTheModelIs() throws Exception {
        ModelServing.serve(
                models,
                ServedModel.open(
                        TestingPackage.write(directory, 4, Optional.empty()), engine, new PackagePart.Head(1)));
        plan(new Placement.Split(1), Codec.RAW);
        cloud.answer(activation -> new CloudAnswer.NotSent("the broker is away"));
        refused(request(), Reason.NOT_READY, "the broker is away; and only a part of model toy is on this edge node");
        cloud.answer(activation -> outputs(activation, Duration.ofMillis(30)));
        assertThat(inference.infer(request()).provenance().completedBy()).isEqualTo(CompletedBy.CLOUD);
    }

    @Test
    void aPassedDeadlineRunsNothing() {
        int runs = engine.runs("whole.onnx");
        InferenceRequest late = new InferenceRequest(
                "1",
                TestingPackage.MODEL,
                Optional.empty(),
                Map.of("x", new ModelInput.OfTensor(X)),
                List.of(),
                Optional.of(new Deadline(System.nanoTime() - 1)),
                System.nanoTime(),
                Claim.NONE);
        refused(late, Reason.DEADLINE_PASSED, "deadline");
        assertThat(engine.runs("whole.onnx")).isEqualTo(runs);
        assertThat(models.served(TestingPackage.MODEL)
                        .orElseThrow()
                        .measurements()
                        .window()
                        .failures())
                .isEqualTo(1);
    }

    @Test
    void refusesWhatTheModelDoesNotTake() {
        refused(
                request(Map.of("x", new ModelInput.OfTensor(Tensor.ofFloats(Shape.of(1, 3), 1, 2, 3)))),
                Reason.INVALID_INPUT,
                "[1, 3]",
                "[1, 4]");
        refused(
                request(Map.of("x", new ModelInput.OfTensor(Tensor.ofInts(SHAPE, 1, 2, 3, 4)))),
                Reason.INVALID_INPUT,
                "INT32",
                "FP32");
        refused(request(Map.of()), Reason.INVALID_INPUT, "input 'x' is missing");
        refused(
                request(Map.of("x", new ModelInput.OfTensor(X), "z", new ModelInput.OfTensor(X))),
                Reason.INVALID_INPUT,
                "no input 'z'");
        refused(
                request(Map.of("x", new ModelInput.OfPicture(new byte[3]))),
                Reason.INVALID_INPUT,
                "does not say how a picture becomes");
        InferenceRequest unknownOutput = new InferenceRequest(
                "1",
                TestingPackage.MODEL,
                Optional.empty(),
                Map.of("x", new ModelInput.OfTensor(X)),
                List.of("z"),
                Optional.empty(),
                System.nanoTime(),
                Claim.NONE);
        refused(unknownOutput, Reason.INVALID_INPUT, "no output 'z'");
    }

    @Test
    void refusesAnUnreadablePictureWhereverItWouldBeDecoded() throws IOException {
        serve(Optional.of(IMAGE));
        InferenceRequest request = request(Map.of("x", new ModelInput.OfPicture(new byte[] {1, 2, 3})));
        refused(request, Reason.INVALID_INPUT, "3 bytes");
        plan(new Placement.CloudOnly(), Codec.RAW);
        refused(request, Reason.INVALID_INPUT, "3 bytes");
        assertThat(cloud.sent()).isEmpty();
    }

    @Test
    void refusesUnknownModelsAndVersions() {
        refused(request("nobody", Optional.empty()), Reason.NOT_READY, "catalog has not been read");
        ModelServing.catalogRead(models);
        refused(request("nobody", Optional.empty()), Reason.UNKNOWN_MODEL, "'nobody'", "[toy]");
        refused(request(TestingPackage.MODEL, Optional.of("9")), Reason.UNKNOWN_MODEL, "version '9'");
        ModelServing.preparing(models, "soon", "being fetched");
        refused(request("soon", Optional.empty()), Reason.NOT_READY, "being fetched");
    }

    @Test
    void tellsAFailingEngineFromABadRequest() {
        engine.fail("whole.onnx");
        refused(request(), Reason.ENGINE_FAILED, "whole.onnx is made to fail");
    }

    @Test
    void aNewVersionServesWhileTheOldOneFinishes() throws IOException {
        ServedModel old = models.served(TestingPackage.MODEL).orElseThrow();
        int sessions = engine.openSessions();
        try (ServedModel.Lease _ = old.lease().orElseThrow()) {
            ModelServing.serve(models, ServedModel.open(TestingPackage.write(directory, 2, Optional.empty()), engine));
            assertThat(engine.openSessions()).isEqualTo(2 * sessions);
            assertThat(old.lease()).isEmpty();
        }
        assertThat(engine.openSessions()).isEqualTo(sessions);
        assertThat(models.served(TestingPackage.MODEL).orElseThrow().version()).isNotEqualTo(old.version());
    }

    private static float[] floats(Map<String, Tensor> tensors, String name) {
        return Objects.requireNonNull(tensors.get(name)).toFloats();
    }

    private void plan(Placement placement, Codec codec) {
        ServedModel model = models.served(TestingPackage.MODEL).orElseThrow();
        model.activate(new EdgePlan(model.name(), model.version(), placement, codec, 7, "because"));
    }

    private static CloudAnswer outputs(Activation activation, Duration roundTrip) {
        assertThat(activation.requestId()).isEqualTo("1");
        return new CloudAnswer.Outputs(
                "tail-1",
                Map.of("y", Tensor.ofFloats(SHAPE, Y)),
                new TailTimes(Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofMillis(3), Duration.ofMillis(4)),
                roundTrip,
                400);
    }

    private void refused(InferenceRequest request, Reason reason, String... parts) {
        assertThatThrownBy(() -> inference.infer(request))
                .isInstanceOfSatisfying(RequestRefusedException.class, e -> assertThat(e.reason())
                        .isEqualTo(reason))
                .message()
                .contains(parts);
    }

    private static InferenceRequest request() {
        return request(TestingPackage.MODEL, Optional.empty());
    }

    private static InferenceRequest request(String model, Optional<String> version) {
        return new InferenceRequest(
                "1",
                model,
                version,
                Map.of("x", new ModelInput.OfTensor(X)),
                List.of(),
                Optional.empty(),
                System.nanoTime(),
                Claim.NONE);
    }

    private static InferenceRequest request(Map<String, ModelInput> inputs) {
        return new InferenceRequest(
                "1",
                TestingPackage.MODEL,
                Optional.empty(),
                inputs,
                List.of(),
                Optional.empty(),
                System.nanoTime(),
                Claim.NONE);
    }

    private static InferenceRequest request(Duration budget) {
        return new InferenceRequest(
                "1",
                TestingPackage.MODEL,
                Optional.empty(),
                Map.of("x", new ModelInput.OfTensor(X)),
                List.of(),
                Optional.of(Deadline.in(budget, System.nanoTime())),
                System.nanoTime(),
                Claim.NONE);
    }

    /** Four white pixels. */
    private static byte[] picture() throws IOException {
        BufferedImage image = new BufferedImage(4, 1, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setSamples(0, 0, 4, 1, 0, new int[] {255, 255, 255, 255});
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }
}
