package dev.baton.tail;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.protobuf.ByteString;
import dev.baton.conformance.ConformanceKit;
import dev.baton.conformance.Outcome;
import dev.baton.conformance.Target;
import dev.baton.messaging.TensorRecords;
import dev.baton.messaging.TraceHeaders;
import dev.baton.partitioning.divide.DivisionRequest;
import dev.baton.partitioning.divide.ModelDescription;
import dev.baton.partitioning.divide.ModelDivider;
import dev.baton.partitioning.probe.GraphRunner.Optimization;
import dev.baton.partitioning.splitpackage.CodecMeasurement;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.partitioning.splitpackage.SplitPointEntry;
import dev.baton.schemas.inference.GRPCInferenceServiceGrpc;
import dev.baton.schemas.inference.InferParameter;
import dev.baton.schemas.inference.InferTensorContents;
import dev.baton.schemas.inference.ModelInferRequest;
import dev.baton.schemas.inference.ModelInferResponse;
import dev.baton.schemas.records.Activation;
import dev.baton.schemas.records.EncodedInput;
import dev.baton.schemas.records.EncodedTensor;
import dev.baton.schemas.records.FailureReason;
import dev.baton.schemas.records.MeasurementWindow;
import dev.baton.schemas.records.ModelRef;
import dev.baton.schemas.records.Result;
import dev.baton.schemas.records.TailModelWindow;
import dev.baton.tail.kafka.TestingEdge;
import dev.baton.tail.quota.QuotaSettings.Limit;
import dev.baton.tail.quota.TokenStore;
import dev.baton.tail.redis.RedisTokens;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.codec.Codec;
import dev.baton.tensor.codec.Codecs;
import dev.baton.tensor.image.ImagePreprocessor;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.quarkus.redis.datasource.RedisDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole service with a real broker and a real engine; the test plays the edge node and the orchestrator. */
@QuarkusTest
@TestProfile(CloudTailServiceTest.Profile.class)
@QuarkusTestResource(BrokerResource.class)
@Timeout(180)
class CloudTailServiceTest {

    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final int MAX_MESSAGE_BYTES = 40 << 20;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path directory;

    @ConfigProperty(name = "baton.tail.kafka.bootstrap-servers")
    @SuppressWarnings("NullAway.Init")
    String bootstrapServers;

    @Inject
    @SuppressWarnings("NullAway.Init")
    RedisDataSource redis;

    @Inject
    @SuppressWarnings("NullAway.Init")
    RecordedSpans spans;

    @SuppressWarnings("NullAway.Init")
    private TestingEdge edge;

    @SuppressWarnings("NullAway.Init")
    private PackageServer server;

    private final TestingGraphRunner runner = new TestingGraphRunner();
    private final String name = "tiny-" + NAMES.incrementAndGet();
    private final AtomicInteger requests = new AtomicInteger();

    /** Fast windows, traces on, a name of its own. */
    public static final class Profile implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.ofEntries(
                    Map.entry("baton.tail.id", "tail-under-test"),
                    Map.entry("baton.tail.measurement-window", "200ms"),
                    Map.entry("quarkus.grpc.server.max-inbound-message-size", Integer.toString(MAX_MESSAGE_BYTES)),
                    Map.entry("baton.tail.inference.intra-op-threads", "1"),
                    Map.entry("baton.tail.quotas.tenants.\"limited\".per-second", "0.001"),
                    Map.entry("baton.tail.quotas.tenants.\"limited\".burst", "2"),
                    Map.entry("quarkus.redis.timeout", "30s"), // else quotas stay open where the machine is slow
                    Map.entry("quarkus.http.test-port", "0"),
                    Map.entry("quarkus.otel.sdk.disabled", "false"),
                    Map.entry("quarkus.otel.simple", "true"),
                    Map.entry("quarkus.otel.exporter.otlp.enabled", "false"));
        }
    }

    @BeforeEach
    void connect() throws InterruptedException {
        edge = new TestingEdge(bootstrapServers);
        server = new PackageServer(directory);
    }

    @AfterEach
    void disconnect() {
        edge.close();
        server.close();
    }

    @Test
    void everySplitPointAnswersAsTheWholeModelWithEachCodec() throws Exception {
        SplitPackage pack = servedModel(1);
        Map<String, Tensor> inputs = pack.probeInputs();
        Map<String, Tensor> whole = runner.run(pack.wholeFile(), inputs, Optimization.ALL);
        assertThat(pack.manifest().lastIndex())
                .as("a split point between the ends")
                .isGreaterThan(1);

        for (SplitPointEntry split : pack.manifest().splitPoints()) {
            if (split.tailFile().isEmpty()) {
                continue;
            }
            Map<String, Tensor> crossing = crossing(pack, split, inputs);
            for (Codec codec : Codec.all()) {
                Result result = edge.ask(
                        activation(pack, split.index(), crossing, codec).build());
                assertThat(result.getFailure().getMessage()).isEmpty();
                assertThat(result.getTail()).isEqualTo("tail-under-test");
                Map<String, Tensor> answer = pack.answer(split.index(), crossing, outputs(result));
                assertThat(answer.keySet()).isEqualTo(whole.keySet());
                assertThat(relativeError(answer, whole))
                        .as("split point %d with %s", split.index(), codec)
                        .isLessThanOrEqualTo(tolerance(split, codec));
                assertThat(result.getTimes().getRunMicros()).isPositive();
            }
        }
    }

    @Test
    void compressedPictureIsAnsweredAsItsTensor() throws Exception {
        SplitPackage pack = servedModel(2);
        byte[] picture = TinyImageModel.jpeg(77);
        Tensor tensor = new ImagePreprocessor(pack.manifest().image().orElseThrow()).toTensor(picture);
        Map<String, Tensor> whole = runner.run(pack.wholeFile(), Map.of("image", tensor), Optimization.ALL);

        Result result = edge.ask(empty(pack, 0)
                .addEncodedInputs(EncodedInput.newBuilder()
                        .setInputName("image")
                        .setMediaType("image/jpeg")
                        .setPayload(ByteString.copyFrom(picture)))
                .build());

        assertThat(relativeError(outputs(result), whole)).isLessThanOrEqualTo(1e-6);

        Result unreadable = edge.ask(empty(pack, 0)
                .addEncodedInputs(EncodedInput.newBuilder()
                        .setInputName("image")
                        .setMediaType("image/jpeg")
                        .setPayload(ByteString.copyFrom(picture, 0, 20)))
                .build());
        assertThat(unreadable.getFailure().getReason()).isEqualTo(FailureReason.MALFORMED);
        assertThat(unreadable.getFailure().getMessage()).startsWith("picture 'image': ");
    }

    @Test
    void wantedOutputsAreAnsweredAndNoOthers() throws Exception {
        SplitPackage pack = servedModel(3);
        Result result = edge.ask(activation(pack, 0, pack.probeInputs(), Codec.RAW)
                .addOutputs("confidence")
                .build());
        assertThat(result.getOutputsList()).extracting(EncodedTensor::getName).containsExactly("confidence");
    }

    @Test
    void clientsAreServedWholeModelsWithoutAnEdgeNode() throws Exception {
        SplitPackage pack = servedModel(7);
        byte[] picture = TinyImageModel.jpeg(78);
        Tensor tensor = new ImagePreprocessor(pack.manifest().image().orElseThrow()).toTensor(picture);
        Map<String, Tensor> whole = runner.run(pack.wholeFile(), Map.of("image", tensor), Optimization.ALL);
        ManagedChannel channel = ManagedChannelBuilder.forAddress("127.0.0.1", RestAssured.port)
                .usePlaintext()
                .build();
        try {
            ModelInferResponse response = GRPCInferenceServiceGrpc.newBlockingStub(channel)
                    .modelInfer(ModelInferRequest.newBuilder()
                            .setModelName(name)
                            .addInputs(ModelInferRequest.InferInputTensor.newBuilder()
                                    .setName("image")
                                    .setDatatype("BYTES")
                                    .addShape(1)
                                    .setContents(InferTensorContents.newBuilder()
                                            .addBytesContents(ByteString.copyFrom(picture))))
                            .build());
            Map<String, Tensor> outputs = new LinkedHashMap<>();
            for (int i = 0; i < response.getOutputsCount(); i++) {
                ModelInferResponse.InferOutputTensor output = response.getOutputs(i);
                outputs.put(
                        output.getName(),
                        Tensor.of(
                                ElementType.ofName(output.getDatatype()),
                                new Shape(output.getShapeList()),
                                response.getRawOutputContents(i).asReadOnlyByteBuffer()));
            }
            assertThat(outputs.keySet()).isEqualTo(whole.keySet());
            assertThat(relativeError(outputs, whole)).isLessThanOrEqualTo(1e-6);
            assertThat(response.getModelVersion()).isEqualTo(pack.version());
            assertThat(response.getParametersOrThrow("baton_tail").getStringParam())
                    .isEqualTo("tail-under-test");

            List<Outcome> outcomes = new ConformanceKit(new Target(
                            channel,
                            Optional.of(URI.create("http://127.0.0.1:" + RestAssured.port)),
                            name,
                            true,
                            MAX_MESSAGE_BYTES,
                            Set.of(),
                            Duration.ofSeconds(30)))
                    .run(_ -> {});
            assertThat(outcomes).hasSizeGreaterThan(90);
            assertThat(outcomes.stream().filter(outcome -> !outcome.isFine())).isEmpty();
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void aTenantGetsItsQuotaOfEdgeNodesAndOfClientsTogether() throws Exception {
        SplitPackage pack = servedModel(12);
        Activation limited = activation(pack, 0, pack.probeInputs(), Codec.RAW)
                .setTenant("limited")
                .build();
        assertThat(edge.ask(limited).hasFailure()).isFalse();
        ModelInferRequest.Builder request = ModelInferRequest.newBuilder()
                .setModelName(name)
                .putParameters(
                        "tenant",
                        InferParameter.newBuilder().setStringParam("limited").build())
                .addInputs(ModelInferRequest.InferInputTensor.newBuilder()
                        .setName("image")
                        .setDatatype("BYTES")
                        .addShape(1)
                        .setContents(InferTensorContents.newBuilder()
                                .addBytesContents(ByteString.copyFrom(TinyImageModel.jpeg(3)))));
        ManagedChannel channel = ManagedChannelBuilder.forAddress("127.0.0.1", RestAssured.port)
                .usePlaintext()
                .build();
        try {
            var stub = GRPCInferenceServiceGrpc.newBlockingStub(channel);
            assertThat(stub.modelInfer(request.build()).getModelName()).isEqualTo(name);
            assertThatThrownBy(() -> stub.modelInfer(request.build()))
                    .isInstanceOfSatisfying(StatusRuntimeException.class, refused -> assertThat(
                                    refused.getStatus().getCode())
                            .isEqualTo(Status.Code.RESOURCE_EXHAUSTED))
                    .hasMessageContaining(
                            "tenant limited has asked for more than 0.001 requests a second and 2 at once");
            request.clearParameters();
            assertThat(stub.modelInfer(request.build()).getModelName()).isEqualTo(name);
        } finally {
            channel.shutdownNow();
        }
        Result refused = edge.ask(limited.toBuilder()
                .setRequestId(limited.getRequestId() + "-again")
                .build());
        assertThat(refused.getFailure().getReason()).isEqualTo(FailureReason.OVER_QUOTA);
    }

    @Test
    void tokensAreMadeAtTheRateAndNoMoreThanTheBurstIsKept() throws Exception {
        RedisTokens tokens = new RedisTokens(() -> redis);
        Limit limit = new Limit(20, 5);
        assertThat(tokens.take("a bucket", limit, 3).tokens()).isEqualTo(3);
        assertThat(tokens.take("a bucket", limit, 9).tokens()).isBetween(2, 5);
        TokenStore.Grant none = tokens.take("a bucket", limit, 1);
        if (none.tokens() == 0) { // else this machine took 50 ms for it
            assertThat(none.next()).isBetween(Duration.ZERO, Duration.ofMillis(50));
        }
        assertThat(tokens.take("another bucket", limit, 9).tokens()).isEqualTo(5);
    }

    @Test
    void tailsAreMeasuredBeforeAnyRequest() throws Exception {
        SplitPackage pack = servedModel(4);
        MeasurementWindow window = edge.window(candidate -> modelWindow(candidate, pack)
                .filter(model -> model.getTailsCount() == pack.manifest().lastIndex())
                .isPresent());
        edge.awaitInEveryPartition(window);
        assertThat(window.getTail().getTail()).isEqualTo("tail-under-test");
        assertThat(window.getTail().getWorkers()).isEqualTo(1);
        assertThat(window.getTail().getPressure().hasCpuShare()).isTrue();
        assertThat(window.getTail().getDevice()).isEqualTo("cpu");
        TailModelWindow model = modelWindow(window, pack).orElseThrow();
        assertThat(model.getRequests()).isZero();
        assertThat(model.getTailsList()).allSatisfy(tail -> {
            assertThat(tail.getRunMicros().getCount()).isPositive();
            assertThat(tail.getRunMicros().getMean()).isPositive();
            assertThat(tail.getDecodeMicros().getMean()).isPositive();
        });

        edge.ask(activation(pack, 0, pack.probeInputs(), Codec.RAW).build());
        edge.window(later -> modelWindow(later, pack)
                .filter(measured -> measured.getRequests() == 1)
                .isPresent());
    }

    @Test
    void whatDoesNotMatchThePackageIsRefused() throws Exception {
        SplitPackage pack = servedModel(5);
        Activation good = activation(pack, 1, crossing(pack, 1), Codec.RAW).build();

        Result otherVersion = edge.ask(next(good)
                .setModel(good.getModel().toBuilder().setVersion("0".repeat(64)))
                .build());
        assertThat(otherVersion.getFailure().getReason()).isEqualTo(FailureReason.VERSION_MISMATCH);

        Result otherSplitPoint = edge.ask(next(good).setSplitPoint(99).build());
        assertThat(otherSplitPoint.getFailure().getReason()).isEqualTo(FailureReason.VERSION_MISMATCH);

        Result nothingCrossed = edge.ask(next(good).clearTensors().build());
        assertThat(nothingCrossed.getFailure().getReason()).isEqualTo(FailureReason.MALFORMED);

        EncodedTensor whole = good.getTensors(0);
        Result otherShape = edge.ask(next(good)
                .clearTensors()
                .addTensors(whole.toBuilder()
                        .clearShape()
                        .addShape(1)
                        .addShape(whole.getPayload().size() / 4))
                .build());
        assertThat(otherShape.getFailure().getReason()).isEqualTo(FailureReason.MALFORMED);

        assertThat(edge.ask(next(good).build()).hasFailure()).isFalse();
    }

    @Test
    void lateActivationIsRefused() throws Exception {
        SplitPackage pack = servedModel(6);
        Activation onTime = activation(pack, 1, crossing(pack, 1), Codec.RAW)
                .setEdgeNode("late-cam")
                .setBudgetMicros(30_000_000)
                .setSentAtMicros(1_000_000_000)
                .build();
        assertThat(edge.ask(onTime).hasFailure()).isFalse();
        // By this edge node's clock it was sent 40 s before the first one, but it arrives after it.
        Result late = edge.ask(next(onTime).setSentAtMicros(960_000_000).build());
        assertThat(late.getFailure().getReason()).isEqualTo(FailureReason.LATE);
    }

    @Test
    void newVersionTakesOverWhileTheOldOneIsStillAnswered() throws Exception {
        SplitPackage old = servedModel(7);
        SplitPackage renewed = servedModel(8);
        assertThat(renewed.version()).isNotEqualTo(old.version());
        for (SplitPackage pack : List.of(old, renewed, old)) {
            Result result =
                    edge.ask(activation(pack, 1, crossing(pack, 1), Codec.RAW).build());
            assertThat(result.getFailure().getMessage()).isEmpty();
        }
    }

    @Test
    void answerContinuesTheTraceOfItsActivation() throws Exception {
        SplitPackage pack = servedModel(9);
        SpanContext sent = SpanContext.create(
                "0af7651916cd43dd8448eb211c80319c",
                "b7ad6b7169203331",
                TraceFlags.getSampled(),
                TraceState.getDefault());
        Activation activation =
                activation(pack, 1, crossing(pack, 1), Codec.RAW).build();
        edge.send(activation, Context.root().with(Span.wrap(sent)));
        SpanContext answered = Span.fromContext(TraceHeaders.extract(
                        edge.resultRecord(activation.getRequestId()).headers()))
                .getSpanContext();

        List<SpanData> answering = spans.ofTrace(sent.getTraceId(), 4);
        assertThat(answering)
                .extracting(SpanData::getName)
                .containsExactlyInAnyOrder("tail.receive", "tail.decode", "tail.run", "tail.send");
        SpanData receive = named("tail.receive", answering);
        SpanData send = named("tail.send", answering);
        assertThat(receive.getParentSpanId()).isEqualTo(sent.getSpanId());
        assertThat(receive.getKind()).isEqualTo(SpanKind.CONSUMER);
        assertThat(send.getKind()).isEqualTo(SpanKind.PRODUCER);
        assertThat(answered.getTraceId()).isEqualTo(sent.getTraceId());
        assertThat(answered.getSpanId()).isEqualTo(send.getSpanId());
        for (String child : List.of("tail.decode", "tail.run", "tail.send")) {
            assertThat(named(child, answering).getParentSpanId()).isEqualTo(receive.getSpanId());
        }
    }

    @Test
    void serviceIsReadyOnceItReceives() throws Exception {
        SplitPackage pack = servedModel(10);
        edge.ask(activation(pack, 1, crossing(pack, 1), Codec.RAW).build());
        given().get("/q/health/ready").then().statusCode(200);
        given().get("/q/health/live").then().statusCode(200);
    }

    @Test
    void realModelAnswersAsTheWhole() throws Exception {
        Path mnist = Path.of(System.getProperty("baton.models", ""), "mnist_8", "model.onnx");
        assumeThat(mnist).as("the real models").exists();
        SplitPackage pack = served(DivisionRequest.of(mnist, name).withCodecs(List.of(Codec.RAW)));
        Map<String, Tensor> inputs = pack.probeInputs();
        Map<String, Tensor> whole = runner.run(pack.wholeFile(), inputs, Optimization.ALL);
        for (SplitPointEntry split : pack.manifest().splitPoints()) {
            if (split.tailFile().isPresent()) {
                Map<String, Tensor> crossing = crossing(pack, split, inputs);
                Result result = edge.ask(
                        activation(pack, split.index(), crossing, Codec.RAW).build());
                assertThat(relativeError(pack.answer(split.index(), crossing, outputs(result)), whole))
                        .as("split point %d", split.index())
                        .isLessThanOrEqualTo(1e-4);
            }
        }
    }

    private static SpanData named(String name, List<SpanData> spans) {
        return spans.stream()
                .filter(span -> span.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private SplitPackage servedModel(long seed) throws Exception {
        Path onnx = TinyImageModel.write(directory, seed);
        return served(DivisionRequest.of(onnx, name)
                .withDescription(ModelDescription.parse(TinyImageModel.description()))
                .withSampleImage(TinyImageModel.jpeg(seed)));
    }

    /** Divides the model and enters it into the catalog. */
    private SplitPackage served(DivisionRequest request) throws Exception {
        Path target = directory.resolve("package-" + NAMES.incrementAndGet());
        SplitPackage pack = ModelDivider.divide(request, runner, target, progress -> {});
        edge.createTopicOf(name);
        edge.publish(ref(pack), server.urlOf(target.getFileName().toString()));
        edge.window(window -> modelWindow(window, pack)
                .filter(model -> model.getTailsCount() == pack.manifest().lastIndex())
                .isPresent());
        return pack;
    }

    private Map<String, Tensor> crossing(SplitPackage pack, int splitPoint) throws Exception {
        return crossing(pack, pack.manifest().splitPoint(splitPoint), pack.probeInputs());
    }

    private Map<String, Tensor> crossing(SplitPackage pack, SplitPointEntry split, Map<String, Tensor> inputs) {
        Map<String, Tensor> headOutputs = split.headFile().isEmpty()
                ? Map.of()
                : runner.run(pack.headFile(split.index()), inputs, Optimization.ALL);
        return pack.crossing(split.index(), inputs, headOutputs);
    }

    private Activation.Builder activation(
            SplitPackage pack, int splitPoint, Map<String, Tensor> crossing, Codec codec) {
        Activation.Builder activation = empty(pack, splitPoint);
        crossing.forEach(
                (tensor, value) -> activation.addTensors(TensorRecords.toRecord(tensor, Codecs.encode(value, codec))));
        return activation;
    }

    private Activation.Builder empty(SplitPackage pack, int splitPoint) {
        return Activation.newBuilder()
                .setRequestId("%s-%d".formatted(name, requests.incrementAndGet()))
                .setEdgeNode("cam-of-" + name)
                .setModel(ref(pack))
                .setSplitPoint(splitPoint)
                .setReplyPartition(TestingEdge.REPLY_PARTITION);
    }

    private Activation.Builder next(Activation activation) {
        return activation.toBuilder().setRequestId("%s-%d".formatted(name, requests.incrementAndGet()));
    }

    private ModelRef ref(SplitPackage pack) {
        return ModelRef.newBuilder().setName(name).setVersion(pack.version()).build();
    }

    private Optional<TailModelWindow> modelWindow(MeasurementWindow window, SplitPackage pack) {
        return window.getTail().getModelsList().stream()
                .filter(model -> model.getModel().equals(ref(pack)))
                .findFirst();
    }

    private static Map<String, Tensor> outputs(Result result) {
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        result.getOutputsList()
                .forEach(output -> outputs.put(
                        output.getName(), Codecs.decode(TensorRecords.fromRecord(output), Integer.MAX_VALUE)));
        return outputs;
    }

    /** What the package promises of the codec, and a little for rounding. */
    private static double tolerance(SplitPointEntry split, Codec codec) {
        return split.codecs().stream()
                        .filter(measured -> measured.codec().equals(codec.id()))
                        .mapToDouble(CodecMeasurement::maxOutputRelativeError)
                        .findFirst()
                        .orElse(0)
                + 1e-4;
    }

    /** The largest over the outputs of max|a−b| / max|b|. */
    private static double relativeError(Map<String, Tensor> answer, Map<String, Tensor> whole) {
        double largest = 0;
        for (Map.Entry<String, Tensor> output : answer.entrySet()) {
            Tensor expected = Objects.requireNonNull(whole.get(output.getKey()));
            double scale = 0;
            for (float value : expected.toFloats()) {
                scale = Math.max(scale, Math.abs(value));
            }
            largest = Math.max(largest, output.getValue().maxAbsoluteDifference(expected) / scale);
        }
        return largest;
    }
}
