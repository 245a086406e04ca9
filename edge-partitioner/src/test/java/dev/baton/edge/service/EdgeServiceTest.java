package dev.baton.edge.service;

import static dev.baton.edge.service.EdgeClient.millis;
import static dev.baton.edge.service.EdgeClient.number;
import static dev.baton.edge.service.EdgeClient.output;
import static dev.baton.edge.service.EdgeClient.pictureRequest;
import static dev.baton.edge.service.EdgeClient.tensorRequest;
import static dev.baton.edge.service.EdgeClient.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import com.google.protobuf.ByteString;
import com.google.rpc.ErrorInfo;
import dev.baton.conformance.ConformanceKit;
import dev.baton.conformance.Outcome;
import dev.baton.conformance.Target;
import dev.baton.edge.service.FakeTail.Behaviour;
import dev.baton.inference.EngineSettings;
import dev.baton.inference.InferenceSession;
import dev.baton.inference.OnnxRuntimeEngine;
import dev.baton.messaging.ClientSettings;
import dev.baton.messaging.KafkaConnection;
import dev.baton.messaging.Topics;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.schemas.inference.GRPCInferenceServiceGrpc;
import dev.baton.schemas.inference.InferParameter;
import dev.baton.schemas.inference.InferTensorContents;
import dev.baton.schemas.inference.ModelInferRequest;
import dev.baton.schemas.inference.ModelInferResponse;
import dev.baton.schemas.inference.ModelMetadataRequest;
import dev.baton.schemas.inference.ModelMetadataResponse;
import dev.baton.schemas.inference.ModelReadyRequest;
import dev.baton.schemas.inference.ModelStreamInferResponse;
import dev.baton.schemas.inference.ServerLiveRequest;
import dev.baton.schemas.inference.ServerMetadataRequest;
import dev.baton.schemas.inference.ServerReadyRequest;
import dev.baton.schemas.records.Activation;
import dev.baton.schemas.records.EdgeModelWindow;
import dev.baton.schemas.records.EncodingMeasurement;
import dev.baton.schemas.records.HeadMeasurement;
import dev.baton.schemas.records.MeasurementWindow;
import dev.baton.schemas.records.Placement;
import dev.baton.schemas.records.PlacementMeasurement;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.codec.Codec;
import dev.baton.tensor.image.ImagePreprocessor;
import grpc.health.v1.HealthGrpc;
import grpc.health.v1.HealthOuterClass.HealthCheckRequest;
import grpc.health.v1.HealthOuterClass.HealthCheckResponse;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The edge node over gRPC and a real broker, with a real model and a fake tail. */
@QuarkusTest
@QuarkusTestResource(value = BrokerResource.class, restrictToAnnotatedClass = true)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EdgeServiceTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final List<String> STAGES =
            List.of("preprocess", "head", "encode", "network", "tail_queue", "tail_decode", "tail", "local", "other");
    private static final Placement EDGE_ONLY = Placement.newBuilder()
            .setEdgeOnly(Placement.EdgeOnly.getDefaultInstance())
            .build();
    private static final Placement CLOUD_ONLY = Placement.newBuilder()
            .setCloudOnly(Placement.CloudOnly.getDefaultInstance())
            .build();

    @Inject
    CollectingSpans spans;

    @ConfigProperty(name = "quarkus.grpc.server.test-port")
    int port;

    @ConfigProperty(name = "baton.edge.kafka.bootstrap-servers")
    String bootstrapServers = "";

    private SplitPackage splitPackage;
    private TestingCloud cloud;
    private FakeTail tail;
    private EdgeClient client;
    private byte[] jpeg;
    private Tensor picture;
    private Tensor scores;

    @BeforeAll
    void start() throws Exception {
        Path packages = Files.createTempDirectory("packages");
        splitPackage = TinyModel.divide(packages, 1);
        KafkaConnection connection = TestingCloud.connection(bootstrapServers);
        cloud = new TestingCloud(connection, packages);
        cloud.publish(splitPackage);
        tail = new FakeTail(connection, splitPackage);
        tail.awaitReading();
        client = new EdgeClient(port);
        jpeg = TinyModel.picture(2);
        picture = new ImagePreprocessor(splitPackage.manifest().image().orElseThrow()).toTensor(jpeg);
        try (OnnxRuntimeEngine engine = new OnnxRuntimeEngine(EngineSettings.defaults());
                InferenceSession whole = engine.open(splitPackage.wholeFile())) {
            scores = Objects.requireNonNull(
                    whole.run(Map.of("picture", picture)).outputs().get("scores"));
        }
        await("the model is served", () -> client.stub()
                .modelReady(
                        ModelReadyRequest.newBuilder().setName(TinyModel.NAME).build())
                .getReady());
    }

    /** Between threads a request, its end or its answer may be lost: rarely, hence so many. */
    @Test
    void noneOfManyRequestsAtOnceIsForgotten() throws Exception {
        ModelInferRequest unknown =
                ModelInferRequest.newBuilder().setModelName("nobody").build();
        int clients = 16;
        int requests = 2_000;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> answered = IntStream.range(0, clients)
                    .mapToObj(_ -> threads.submit(() -> {
                        int refused = 0;
                        for (int i = 0; i < requests; i++) {
                            refused += refusal(unknown) == Status.Code.NOT_FOUND ? 1 : 0;
                        }
                        return refused;
                    }))
                    .toList();
            for (Future<Integer> one : answered) {
                assertThat(one.get()).isEqualTo(requests);
            }
        }
    }

    private Status.Code refusal(ModelInferRequest request) {
        try {
            client.stub()
                    .withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                    .modelInfer(request);
            return Status.Code.OK;
        } catch (StatusRuntimeException refused) {
            return refused.getStatus().getCode();
        }
    }

    @AfterAll
    void stop() throws Exception {
        client.close();
        tail.close();
        cloud.close();
    }

    @BeforeEach
    void wellBehaved() {
        tail.behave(Behaviour.ANSWER);
        tail.received().clear();
    }

    @Test
    void tellsWhatItIs() {
        assertThat(client.stub()
                        .serverLive(ServerLiveRequest.getDefaultInstance())
                        .getLive())
                .isTrue();
        assertThat(client.stub()
                        .serverReady(ServerReadyRequest.getDefaultInstance())
                        .getReady())
                .isTrue();
        assertThat(client.stub()
                        .serverMetadata(ServerMetadataRequest.getDefaultInstance())
                        .getName())
                .isEqualTo("baton-edge");
        ModelMetadataResponse model = client.stub()
                .modelMetadata(ModelMetadataRequest.newBuilder()
                        .setName(TinyModel.NAME)
                        .build());
        assertThat(model.getVersionsList()).containsExactly(splitPackage.version());
        assertThat(model.getInputs(0).getName()).isEqualTo("picture");
        assertThat(model.getInputs(0).getDatatype()).isEqualTo("FP32");
        assertThat(model.getInputs(0).getShapeList()).containsExactly(1L, 3L, 16L, 16L);
        assertThat(model.getOutputs(0).getName()).isEqualTo("scores");
        refused(
                () -> client.stub()
                        .modelMetadata(ModelMetadataRequest.newBuilder()
                                .setName("nobody")
                                .build()),
                Status.Code.NOT_FOUND,
                "'nobody'",
                "[tiny]");
    }

    @Test
    void answersHealthChecksAndReflection() throws Exception {
        HealthCheckResponse health =
                HealthGrpc.newBlockingStub(client.channel()).check(HealthCheckRequest.getDefaultInstance());
        assertThat(health.getStatus()).isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
        Answered<ServerReflectionResponse> now = new Answered<>();
        StreamObserver<ServerReflectionRequest> ask =
                ServerReflectionGrpc.newStub(client.channel()).serverReflectionInfo(now);
        ask.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
        assertThat(now.first.get(10, TimeUnit.SECONDS).getListServicesResponse().getServiceList())
                .extracting(service -> service.getName())
                .contains("inference.GRPCInferenceService");
        ask.onCompleted();
        // Older tools, grpcurl among them for long, ask the version before.
        Answered<grpc.reflection.v1alpha.Reflection.ServerReflectionResponse> before = new Answered<>();
        StreamObserver<grpc.reflection.v1alpha.Reflection.ServerReflectionRequest> askBefore =
                grpc.reflection.v1alpha.ServerReflectionGrpc.newStub(client.channel())
                        .serverReflectionInfo(before);
        askBefore.onNext(grpc.reflection.v1alpha.Reflection.ServerReflectionRequest.newBuilder()
                .setFileContainingSymbol("inference.GRPCInferenceService")
                .build());
        assertThat(before.first
                        .get(10, TimeUnit.SECONDS)
                        .getFileDescriptorResponse()
                        .getFileDescriptorProtoCount())
                .isPositive();
        askBefore.onCompleted();
    }

    /** The first answer of a stream. */
    private static final class Answered<T> implements StreamObserver<T> {

        private final CompletableFuture<T> first = new CompletableFuture<>();

        @Override
        public void onNext(T answer) {
            first.complete(answer);
        }

        @Override
        public void onError(Throwable failure) {
            first.completeExceptionally(failure);
        }

        @Override
        public void onCompleted() {}
    }

    @Test
    void edgeOnlyEqualsTheModelAndSaysSo() throws Exception {
        plan(EDGE_ONLY, "raw");
        ModelInferResponse response =
                client.stub().modelInfer(tensorRequest(picture).setId("mine").build());
        assertThat(output(response, 0).bitEquals(scores)).isTrue();
        assertThat(response.getId()).isEqualTo("mine");
        assertThat(response.getModelVersion()).isEqualTo(splitPackage.version());
        assertThat(text(response, "baton_placement")).isEqualTo("edge-only");
        assertThat(text(response, "baton_completed_by")).isEqualTo("edge");
        assertThat(text(response, "baton_reason")).isEqualTo("the test wants it");
        assertThat(text(response, "baton_device")).isEqualTo("cpu");
        assertThat(number(response, "baton_split_point"))
                .isEqualTo(splitPackage.manifest().lastIndex());
        assertThat(number(response, "baton_bytes_sent")).isZero();
        assertThat(response.getParametersMap()).doesNotContainKeys("baton_codec", "baton_tail");
        assertThat(millis(response, "baton_head_ms")).isPositive();
        assertStagesAddUp(response);
        assertThat(tail.received()).isEmpty();
    }

    @Test
    void makesUpAnIdWhereTheClientHasNone() {
        assertThat(client.stub().modelInfer(tensorRequest(picture).build()).getId())
                .hasSize(36);
    }

    @Test
    void takesTypedContentsAndAnswersRaw() {
        InferTensorContents.Builder contents = InferTensorContents.newBuilder();
        for (float value : picture.toFloats()) {
            contents.addFp32Contents(value);
        }
        ModelInferRequest.Builder request = tensorRequest(picture).clearRawInputContents();
        request.getInputsBuilder(0).setContents(contents);
        request.addOutputs(
                ModelInferRequest.InferRequestedOutputTensor.newBuilder().setName("scores"));
        ModelInferResponse response = client.stub().modelInfer(request.build());
        assertThat(response.getOutputs(0).hasContents()).isFalse();
        assertThat(output(response, 0).maxAbsoluteDifference(scores)).isLessThan(1e-6);
    }

    @Test
    void splitEqualsTheModelAtEverySplitPoint() throws Exception {
        for (int point = 1; point < splitPackage.manifest().lastIndex(); point++) {
            long epoch = plan(split(point), "raw");
            ModelInferResponse response =
                    client.stub().modelInfer(pictureRequest(jpeg).build());
            assertThat(output(response, 0).maxAbsoluteDifference(scores)).isLessThan(1e-5);
            assertThat(text(response, "baton_placement")).isEqualTo("split:" + point);
            assertThat(text(response, "baton_completed_by")).isEqualTo("cloud");
            assertThat(text(response, "baton_tail")).isEqualTo(FakeTail.ID);
            assertThat(text(response, "baton_codec")).isEqualTo("raw");
            assertThat(number(response, "baton_split_point")).isEqualTo(point);
            assertThat(number(response, "baton_plan_epoch")).isEqualTo(epoch);
            assertThat(millis(response, "baton_tail_queue_ms")).isEqualByComparingTo("0.010");
            assertThat(millis(response, "baton_tail_decode_ms")).isEqualByComparingTo("0.020");
            assertThat(millis(response, "baton_tail_ms")).isEqualByComparingTo("0.070");
            assertThat(millis(response, "baton_preprocess_ms")).isPositive();
            assertThat(millis(response, "baton_network_ms")).isPositive();
            assertStagesAddUp(response);
            Activation sent = Objects.requireNonNull(tail.received().poll());
            assertThat(sent.getSplitPoint()).isEqualTo(point);
            assertThat(sent.getEdgeNode()).isEqualTo(BrokerResource.EDGE);
            assertThat(sent.getReplyPartition()).isEqualTo(BrokerResource.REPLY_PARTITION);
            assertThat(sent.getModel().getVersion()).isEqualTo(splitPackage.version());
            assertThat(number(response, "baton_bytes_sent")).isEqualTo(sent.getSerializedSize());
            assertThat(sent.getBudgetMicros()).isBetween(1L, 2_000_000L);
        }
    }

    @Test
    void cloudOnlyShipsTheClientsVeryPicture() throws Exception {
        plan(CLOUD_ONLY, "int8+zstd");
        ModelInferResponse response =
                client.stub().modelInfer(pictureRequest(jpeg).build());
        assertThat(output(response, 0).maxAbsoluteDifference(scores)).isLessThan(1e-6);
        Activation sent = Objects.requireNonNull(tail.received().poll());
        assertThat(sent.getTensorsCount()).isZero();
        assertThat(sent.getEncodedInputs(0).getMediaType()).isEqualTo("image/jpeg");
        assertThat(sent.getEncodedInputs(0).getPayload()).isEqualTo(ByteString.copyFrom(jpeg));
        assertThat(text(response, "baton_codec")).isEqualTo("image/jpeg");
        assertStagesAddUp(response);
    }

    @Test
    void oneTraceFromTheClientThroughKafkaAndBack() throws Exception {
        plan(split(1), "fp16");
        String traceId = "0af7651916cd43dd8448eb211c80319c";
        Metadata headers = new Metadata();
        headers.put(
                Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER),
                "00-" + traceId + "-b7ad6b7169203331-01");
        ModelInferResponse response = client.stub()
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .modelInfer(pictureRequest(jpeg).build());
        assertThat(text(response, "baton_codec")).isEqualTo("fp16");
        spans.trace(traceId, "edge.receive"); // ends on the receiver's thread, maybe after the request
        List<SpanData> trace = spans.trace(traceId, "inference.GRPCInferenceService/ModelInfer");
        assertThat(trace)
                .extracting(SpanData::getName)
                .contains(
                        "inference.GRPCInferenceService/ModelInfer",
                        "edge.preprocess",
                        "edge.head",
                        "edge.encode",
                        "edge.send",
                        "edge.await",
                        "edge.receive");
        SpanData server = span(trace, "inference.GRPCInferenceService/ModelInfer");
        assertThat(server.getParentSpanId()).isEqualTo("b7ad6b7169203331");
        assertThat(span(trace, "edge.head").getParentSpanId()).isEqualTo(server.getSpanId());
        assertThat(span(trace, "edge.receive").getParentSpanId())
                .isEqualTo(span(trace, "edge.send").getSpanId());
    }

    @Test
    void completesHereWhatTheTailRefuses() throws Exception {
        plan(split(1), "raw");
        tail.behave(Behaviour.REFUSE);
        ModelInferResponse response =
                client.stub().modelInfer(pictureRequest(jpeg).build());
        assertCompletedHere(response, "VERSION_MISMATCH made to refuse");
    }

    @Test
    void completesHereWhereTheResultIsCorrupt() throws Exception {
        plan(split(1), "raw");
        tail.behave(Behaviour.CORRUPT);
        ModelInferResponse response =
                client.stub().modelInfer(pictureRequest(jpeg).build());
        assertCompletedHere(response, "cannot be read");
    }

    @Test
    void completesHereInTimeWhatTheTailDoesNotAnswer() throws Exception {
        plan(split(1), "raw");
        tail.behave(Behaviour.SILENT);
        ModelInferResponse response = client.stub()
                .withDeadlineAfter(1, TimeUnit.SECONDS)
                .modelInfer(pictureRequest(jpeg).build());
        assertCompletedHere(response, "no answer from the cloud within");
        assertThat(millis(response, "baton_total_ms")).isLessThan(new BigDecimal("1000"));
    }

    @Test
    void duplicateAndForeignResultsAreDropped() throws Exception {
        plan(split(1), "raw");
        tail.behave(Behaviour.ANSWER_TWICE);
        for (int i = 0; i < 5; i++) {
            ModelInferResponse response =
                    client.stub().modelInfer(pictureRequest(jpeg).setId("same").build());
            assertThat(text(response, "baton_completed_by")).isEqualTo("cloud");
            assertThat(output(response, 0).maxAbsoluteDifference(scores)).isLessThan(1e-5);
        }
    }

    @Test
    void aDeadlineShorterThanTheWorkIsExceeded() throws Exception {
        plan(split(1), "raw");
        tail.behave(Behaviour.SILENT);
        refused(
                pictureRequest(jpeg)
                        .putParameters(
                                "timeout",
                                InferParameter.newBuilder().setInt64Param(1).build()),
                Status.Code.DEADLINE_EXCEEDED,
                "deadline");
        assertThatThrownBy(() -> client.stub()
                        .withDeadlineAfter(1, TimeUnit.MICROSECONDS)
                        .modelInfer(pictureRequest(jpeg).build()))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
    }

    @Test
    void refusesBadRequestsAndSaysWhy() {
        refused(tensorRequest(picture).setModelName("nobody"), Status.Code.NOT_FOUND, "'nobody'", "[tiny]");
        refused(tensorRequest(picture).setModelVersion("9"), Status.Code.NOT_FOUND, "'9'", splitPackage.version());
        refused(
                tensorRequest(Tensor.ofFloats(Shape.of(1, 3, 2, 2), new float[12])),
                Status.Code.INVALID_ARGUMENT,
                "[1, 3, 2, 2]",
                "[1, 3, 16, 16]");
        refused(
                tensorRequest(Tensor.of(ElementType.INT32, picture.shape(), picture.data())),
                Status.Code.INVALID_ARGUMENT,
                "INT32",
                "FP32");
        ModelInferRequest.Builder truncated = tensorRequest(picture);
        truncated.setRawInputContents(0, truncated.getRawInputContents(0).substring(1));
        refused(truncated, Status.Code.INVALID_ARGUMENT, "needs 3072 bytes", "has 3071");
        ModelInferRequest.Builder both = tensorRequest(picture);
        both.getInputsBuilder(0).setContents(InferTensorContents.newBuilder().addFp32Contents(1));
        refused(both, Status.Code.INVALID_ARGUMENT, "one of the two");
        refused(pictureRequest(new byte[] {1, 2, 3}), Status.Code.INVALID_ARGUMENT, "3 bytes");
        ModelInferRequest.Builder unknownName = tensorRequest(picture);
        unknownName.getInputsBuilder(0).setName("image");
        refused(unknownName, Status.Code.INVALID_ARGUMENT, "no input 'image'", "picture FP32");
        refused(
                tensorRequest(picture)
                        .addOutputs(ModelInferRequest.InferRequestedOutputTensor.newBuilder()
                                .setName("nothing")),
                Status.Code.INVALID_ARGUMENT,
                "no output 'nothing'");
        refused(ModelInferRequest.newBuilder(), Status.Code.INVALID_ARGUMENT, "model_name is empty");
    }

    @Test
    void errorsCarryTheirReason() {
        assertThatThrownBy(() -> client.stub()
                        .modelInfer(
                                tensorRequest(picture).setModelName("nobody").build()))
                .isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
                    com.google.rpc.Status status = Objects.requireNonNull(StatusProto.fromThrowable(e));
                    ErrorInfo info;
                    try {
                        info = status.getDetails(0).unpack(ErrorInfo.class);
                    } catch (com.google.protobuf.InvalidProtocolBufferException unreadable) {
                        throw new AssertionError(unreadable);
                    }
                    assertThat(info.getReason()).isEqualTo("UNKNOWN_MODEL");
                    assertThat(info.getDomain()).isEqualTo("baton.dev");
                });
    }

    @Test
    void takesMessagesOfManyMegabytes() {
        Tensor large =
                Tensor.of(ElementType.FP32, Shape.of(1, 3, 1024, 1024), ByteBuffer.allocateDirect(3 * 1024 * 1024 * 4));
        refused(tensorRequest(large), Status.Code.INVALID_ARGUMENT, "[1, 3, 1024, 1024]");
    }

    @Test
    void streamsAnswerInOrderAndKeepErrorsInside() throws Exception {
        plan(EDGE_ONLY, "raw");
        BlockingQueue<ModelStreamInferResponse> answers = new LinkedBlockingQueue<>();
        StreamObserver<ModelInferRequest> requests = GRPCInferenceServiceGrpc.newStub(client.channel())
                .modelStreamInfer(new StreamObserver<>() {
                    @Override
                    public void onNext(ModelStreamInferResponse response) {
                        answers.add(response);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        answers.add(ModelStreamInferResponse.newBuilder()
                                .setErrorMessage("ended: " + failure)
                                .build());
                    }

                    @Override
                    public void onCompleted() {}
                });
        for (int i = 0; i < 20; i++) {
            ModelInferRequest.Builder request =
                    (i % 2 == 0 ? tensorRequest(picture) : pictureRequest(jpeg)).setId("frame-" + i);
            requests.onNext((i == 7 ? request.setModelName("nobody") : request).build());
        }
        requests.onCompleted();
        for (int i = 0; i < 20; i++) {
            ModelStreamInferResponse answer = Objects.requireNonNull(answers.poll(20, TimeUnit.SECONDS));
            assertThat(answer.getInferResponse().getId()).isEqualTo("frame-" + i);
            if (i == 7) {
                assertThat(answer.getErrorMessage()).contains("'nobody'");
            } else {
                assertThat(answer.getErrorMessage()).isEmpty();
                assertThat(output(answer.getInferResponse(), 0).maxAbsoluteDifference(scores))
                        .isLessThan(1e-5);
            }
        }
    }

    @Test
    void whatTheClientCancelsIsCancelledInTheCloud() throws Exception {
        plan(split(1), "raw");
        tail.behave(Behaviour.SILENT);
        Future<ModelInferResponse> call = GRPCInferenceServiceGrpc.newFutureStub(client.channel())
                .modelInfer(pictureRequest(jpeg).build());
        Activation sent = Objects.requireNonNull(tail.received().poll(10, TimeUnit.SECONDS));
        call.cancel(true);
        assertCancels(Objects.requireNonNull(tail.received().poll(10, TimeUnit.SECONDS)), sent);
    }

    @Test
    void whoClosesTheConnectionCancelsInTheCloud() throws Exception {
        plan(split(1), "raw");
        tail.behave(Behaviour.SILENT);
        Activation sent;
        try (Socket connection = new Socket(InetAddress.getLoopbackAddress(), RestAssured.port)) {
            connection
                    .getOutputStream()
                    .write(
                            ("POST /v2/models/tiny/infer HTTP/1.1\r\nHost: edge\r\nInference-Header-Content-Length: 0\r\n"
                                            + "Content-Length: " + jpeg.length + "\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            connection.getOutputStream().write(jpeg);
            sent = Objects.requireNonNull(tail.received().poll(10, TimeUnit.SECONDS));
            assertThat(sent.getCancelled()).isFalse();
        }
        assertCancels(Objects.requireNonNull(tail.received().poll(10, TimeUnit.SECONDS)), sent);
    }

    @Test
    void whoClosesAStreamCancelsAllOfItInTheCloud() throws Exception {
        plan(split(1), "raw");
        tail.behave(Behaviour.SILENT);
        ClientCallStreamObserver<ModelInferRequest> stream = (ClientCallStreamObserver<ModelInferRequest>)
                GRPCInferenceServiceGrpc.newStub(client.channel()).modelStreamInfer(new Answered<>());
        Set<String> sent = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            stream.onNext(pictureRequest(jpeg).build());
            sent.add(Objects.requireNonNull(tail.received().poll(10, TimeUnit.SECONDS))
                    .getRequestId());
        }
        stream.cancel("enough", null);
        Set<String> cancelled = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            Activation cancel = Objects.requireNonNull(tail.received().poll(10, TimeUnit.SECONDS));
            assertThat(cancel.getCancelled()).isTrue();
            cancelled.add(cancel.getRequestId());
        }
        assertThat(cancelled).isEqualTo(sent);
    }

    private static void assertCancels(Activation cancel, Activation sent) {
        assertThat(cancel.getCancelled()).isTrue();
        assertThat(cancel.getRequestId()).isEqualTo(sent.getRequestId());
        assertThat(cancel.getEdgeNode()).isEqualTo(sent.getEdgeNode());
        assertThat(cancel.getSerializedSize()).isLessThan(200);
    }

    @Test
    void restAnswersWhatGrpcAnswers() throws Exception {
        plan(EDGE_ONLY, "raw");
        String json = "{\"id\": \"mine\", \"inputs\": [{\"name\": \"picture\", \"datatype\": \"FP32\","
                + " \"shape\": [1, 3, 16, 16], \"data\": %s}]}".formatted(Arrays.toString(picture.toFloats()));
        List<Float> values = RestAssured.given()
                .contentType("application/json")
                .body(json)
                .post("/v2/models/tiny/infer")
                .then()
                .statusCode(200)
                .body("id", equalTo("mine"))
                .body("model_version", equalTo(splitPackage.version()))
                .body("parameters.baton_placement", equalTo("edge-only"))
                .body("outputs[0].name", equalTo("scores"))
                .extract()
                .path("outputs[0].data");
        float[] expected = scores.toFloats();
        for (int i = 0; i < expected.length; i++) {
            assertThat(values.get(i)).isEqualTo(expected[i]);
        }
        byte[] header = ("{\"inputs\": [{\"name\": \"picture\", \"datatype\": \"FP32\", \"shape\": [1, 3, 16, 16],"
                        + " \"parameters\": {\"binary_data_size\": 3072}}],"
                        + " \"parameters\": {\"binary_data_output\": true}}")
                .getBytes(StandardCharsets.UTF_8);
        byte[] raw = new byte[3072];
        picture.data().get(raw);
        Response binary = RestAssured.given()
                .contentType("application/octet-stream")
                .header("Inference-Header-Content-Length", header.length)
                .body(ByteBuffer.allocate(header.length + raw.length)
                        .put(header)
                        .put(raw)
                        .array())
                .post("/v2/models/tiny/infer");
        int length = Integer.parseInt(binary.header("Inference-Header-Content-Length"));
        ByteBuffer answered = ByteBuffer.wrap(binary.asByteArray()).slice(length, expected.length * Float.BYTES);
        assertThat(Tensor.of(ElementType.FP32, scores.shape(), answered).bitEquals(scores))
                .isTrue();
    }

    @Test
    void restTellsStatisticsConfigurationIndexAndHealth() {
        RestAssured.get("/v2/health/live").then().statusCode(200).body("live", equalTo(true));
        RestAssured.get("/v2/health/ready").then().statusCode(200).body("ready", equalTo(true));
        RestAssured.get("/v2/models/tiny").then().statusCode(200).body("inputs[0].shape", contains(1, 3, 16, 16));
        RestAssured.get("/v2/models/tiny/config")
                .then()
                .statusCode(200)
                .body("input[0].data_type", equalTo("TYPE_FP32"));
        client.stub().modelInfer(tensorRequest(picture).build());
        JsonPath statistics = RestAssured.get("/v2/models/tiny/stats").jsonPath();
        assertThat(statistics.getLong("model_stats[0].inference_stats.success.count"))
                .isPositive();
        assertThat(statistics.getLong("model_stats[0].inference_stats.compute_infer.ns"))
                .isPositive();
        RestAssured.given()
                .post("/v2/repository/index")
                .then()
                .statusCode(200)
                .body("[0].name", equalTo("tiny"))
                .body("[0].state", equalTo("READY"));
        RestAssured.get("/v2/models/nobody")
                .then()
                .statusCode(404)
                .body("error", containsString("'nobody'"))
                .body("details[0].value.reason", equalTo("UNKNOWN_MODEL"));
    }

    @Test
    void curlSendsThePictureAsItIs() throws Exception {
        Path file = Files.write(Files.createTempFile("picture", ".jpg"), jpeg);
        Process curl = new ProcessBuilder(
                        "curl",
                        "-sS",
                        "--compressed",
                        "-H",
                        "Inference-Header-Content-Length: 0",
                        "--data-binary",
                        "@" + file,
                        "http://127.0.0.1:%d/v2/models/tiny/infer".formatted(RestAssured.port))
                .redirectErrorStream(true)
                .start();
        byte[] answer = curl.getInputStream().readAllBytes();
        assertThat(curl.waitFor())
                .as(new String(answer, StandardCharsets.UTF_8))
                .isZero();
        int bytes = Math.toIntExact(scores.byteSize());
        Tensor output = Tensor.of(
                ElementType.FP32, scores.shape(), ByteBuffer.wrap(answer).slice(answer.length - bytes, bytes));
        assertThat(output.maxAbsoluteDifference(scores)).isLessThan(1e-5);
    }

    @Test
    void takes32MegabytesOverBothCarriers() throws Exception {
        byte[] body = new byte[32 << 20];
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(
                                        "http://127.0.0.1:%d/v2/models/tiny/infer".formatted(RestAssured.port)))
                                .header("Inference-Header-Content-Length", "0")
                                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("needs 3072 bytes", "has 33554432");
        Tensor large = Tensor.of(ElementType.FP32, Shape.of(1, 2, 1024, 4096), ByteBuffer.wrap(body));
        refused(tensorRequest(large), Status.Code.INVALID_ARGUMENT, "[1, 2, 1024, 4096]");
    }

    @Test
    void everyRowOfTheErrorContractHolds() throws Exception {
        plan(EDGE_ONLY, "raw");
        Target target = new Target(
                client.channel(),
                Optional.of(URI.create("http://127.0.0.1:" + RestAssured.port)),
                TinyModel.NAME,
                true,
                BrokerResource.MAX_MESSAGE_BYTES,
                Set.of(),
                PATIENCE);
        List<Outcome> outcomes = new ConformanceKit(target).run(_ -> {});
        assertThat(outcomes).hasSizeGreaterThan(90);
        assertThat(outcomes.stream().filter(outcome -> !outcome.isFine())).isEmpty();
    }

    @Test
    void publishesWhatThePlannerNeeds() throws Exception {
        plan(split(1), "int8");
        client.stub().modelInfer(pictureRequest(jpeg).build());
        List<MeasurementWindow> windows =
                windowsUntil(w -> w.getEdge().getLink().getUplinkBytesPerSecond() > 0
                        && w.getEdge().getModelsCount() == 1
                        && w.getEdge().getModels(0).hasBrokerMicros());
        MeasurementWindow window = windows.getLast();
        assertThat(window.getSequence()).isPositive();
        assertThat(window.getLengthMicros()).isGreaterThan(100_000);
        assertThat(window.getEdge().getPressure().hasCpuShare()).isTrue();
        assertThat(window.getEdge().getDeviceProfile()).isEqualTo("raspberry-pi-4");
        assertThat(window.getEdge().getLink().getUplinkErrorBytesPerSecond()).isPositive();
        assertThat(window.getEdge().getLink().getProbeShare()).isBetween(0.0, 1.0);
        assertThat(window.getEdge().getEdgeNode()).isEqualTo(BrokerResource.EDGE);
        assertThat(window.getEdge().getLink().getSamples()).isGreaterThanOrEqualTo(4);
        EdgeModelWindow model = window.getEdge().getModels(0);
        assertThat(model.getModel().getVersion()).isEqualTo(splitPackage.version());
        int last = splitPackage.manifest().lastIndex();
        List<EdgeModelWindow> told = windows.stream()
                .flatMap(each -> each.getEdge().getModelsList().stream())
                .toList();
        List<HeadMeasurement> heads =
                told.stream().flatMap(each -> each.getHeadsList().stream()).toList();
        assertThat(heads)
                .extracting(HeadMeasurement::getSplitPoint)
                .containsOnly(IntStream.rangeClosed(1, last).boxed().toArray(Integer[]::new));
        assertThat(heads).allSatisfy(head -> {
            assertThat(head.getRunMicros().getCount()).isPositive();
            assertThat(head.getRunMicros().getMean()).isPositive();
        });
        List<EncodingMeasurement> encodings =
                told.stream().flatMap(each -> each.getEncodingsList().stream()).toList();
        assertThat(encodings.stream().map(e -> e.getSplitPoint() + e.getCodec()).distinct())
                .hasSize(last * Codec.all().size());
        assertThat(encodings)
                .filteredOn(e -> e.getSplitPoint() == 0 && e.getCodec().equals("raw"))
                .extracting(EncodingMeasurement::getBytes)
                .allSatisfy(bytes -> assertThat(bytes.getP50()).isEqualTo(3072));
        assertThat(model.getPreprocessMicros().getMean()).isPositive();
        assertThat(model.getEncodedInputBytes().getMean()).isPositive();
        assertThat(model.getTotalMicros().getMean()).isPositive();
        assertThat(model.getReadySplitPointsList())
                .containsExactly(IntStream.rangeClosed(1, last).boxed().toArray(Integer[]::new));
    }

    @Test
    void windowsTellOfEachPlanTermByTerm() throws Exception {
        long epoch = plan(split(1), "int8");
        List<MeasurementWindow> windows = windowsUntil(
                w -> of(w, epoch).filter(PlacementMeasurement::hasUplinkMicros).isPresent());
        PlacementMeasurement placement = of(windows.getLast(), epoch).orElseThrow();
        assertThat(placement.getPlacement().getSplitPoint()).isEqualTo(1);
        assertThat(placement.getCodec()).isEqualTo("int8");
        assertThat(placement.getInFlight()).isZero();
        assertThat(placement.getTotalMicros().getMean()).isPositive();
        assertThat(placement.getHeadMicros().getMean()).isPositive();
        assertThat(placement.getEncodeMicros().getMean()).isPositive();
        assertThat(placement.getBytes().getMean()).isPositive();
        assertThat(placement.getUplinkMicros().getMean()).isPositive();
        assertThat(placement.hasResultMicros()).isTrue();
        assertThat(placement.hasTailMicros()).isTrue();
        assertThat(placement.hasLocalCompletionMicros()).isFalse();
    }

    @Test
    void joulesOfWhatStaysHereAreKnown() throws Exception {
        plan(EDGE_ONLY, "raw");
        ModelInferResponse response =
                client.stub().modelInfer(pictureRequest(jpeg).build());
        assertThat(Double.parseDouble(
                        response.getParametersOrThrow("baton_joules").getStringParam()))
                .isPositive();
        assertThat(response.getParametersOrThrow("baton_joules_transmit").getStringParam())
                .isEqualTo("0.000000");
    }

    @Test
    void switchesCostNoRequest() throws Exception {
        List<Placement> placements = List.of(split(1), EDGE_ONLY, CLOUD_ONLY);
        long first = plan(EDGE_ONLY, "raw");
        AtomicBoolean switching = new AtomicBoolean(true);
        CompletableFuture<List<ModelInferResponse>> answers = CompletableFuture.supplyAsync(() -> {
            List<ModelInferResponse> all = new ArrayList<>();
            while (switching.get()) {
                all.add(client.stub().modelInfer(tensorRequest(picture).build()));
            }
            return all;
        });
        for (int i = 0; i < 12; i++) {
            plan(placements.get(i % placements.size()), "raw");
        }
        switching.set(false);
        long last = 0;
        for (ModelInferResponse answer : answers.get(30, TimeUnit.SECONDS)) {
            long epoch = number(answer, "baton_plan_epoch");
            assertThat(epoch).as("plans follow one another").isGreaterThanOrEqualTo(Math.max(first, last));
            last = epoch;
            String placement = answer.getParametersOrThrow("baton_placement").getStringParam();
            assertThat(answer.getParametersOrThrow("baton_completed_by").getStringParam())
                    .isEqualTo(placement.equals("edge-only") ? "edge" : "cloud");
        }
        assertThat(last).isEqualTo(first + 12);
    }

    private static Optional<PlacementMeasurement> of(MeasurementWindow window, long epoch) {
        return window.getEdge().getModelsList().stream()
                .flatMap(model -> model.getPlacementsList().stream())
                .filter(placement -> placement.getPlanEpoch() == epoch && placement.hasTotalMicros())
                .findFirst();
    }

    @Test
    void aPlanThatDoesNotFitIsIgnored() throws Exception {
        long epoch = plan(EDGE_ONLY, "raw");
        cloud.plan(splitPackage, split(99), "raw");
        cloud.plan(splitPackage, split(1), "no-such-codec");
        long next = plan(EDGE_ONLY, "raw");
        assertThat(next).isEqualTo(epoch + 3);
    }

    private List<MeasurementWindow> windowsUntil(java.util.function.Predicate<MeasurementWindow> wanted)
            throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(ClientSettings.tableConsumer(TestingCloud.connection(bootstrapServers), "test"))) {
            List<TopicPartition> partitions = consumer.partitionsFor(Topics.MEASUREMENTS).stream()
                    .map(p -> new TopicPartition(p.topic(), p.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            List<MeasurementWindow> windows = new ArrayList<>();
            while (System.nanoTime() < deadline) {
                for (ConsumerRecord<String, byte[]> message : consumer.poll(Duration.ofMillis(200))) {
                    windows.add(MeasurementWindow.parseFrom(message.value()));
                    if (wanted.test(windows.getLast())) {
                        return windows;
                    }
                }
            }
            throw new AssertionError("no such window; the last was " + windows.getLast());
        }
    }

    private static Placement split(int point) {
        return Placement.newBuilder().setSplitPoint(point).build();
    }

    /** Publishes a plan and waits until a request follows it. */
    private long plan(Placement placement, String codec) throws Exception {
        long epoch = cloud.plan(splitPackage, placement, codec);
        await(
                "plan %d is active".formatted(epoch),
                () -> number(client.stub().modelInfer(tensorRequest(picture).build()), "baton_plan_epoch") == epoch);
        tail.received().clear();
        return epoch;
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    /** Asks again and again; each question is a call that takes its time. */
    private static void await(String what, Condition condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within %s: %s".formatted(PATIENCE, what));
            }
        }
    }

    private void assertCompletedHere(ModelInferResponse response, String reason) {
        assertThat(output(response, 0).maxAbsoluteDifference(scores)).isLessThan(1e-5);
        assertThat(text(response, "baton_placement")).isEqualTo("split:1");
        assertThat(text(response, "baton_completed_by")).isEqualTo("edge");
        assertThat(text(response, "baton_reason")).contains(reason);
        assertThat(number(response, "baton_bytes_sent")).isPositive();
        assertThat(millis(response, "baton_local_ms")).isPositive();
        assertStagesAddUp(response);
    }

    private static void assertStagesAddUp(ModelInferResponse response) {
        BigDecimal sum = STAGES.stream()
                .map(stage -> millis(response, "baton_" + stage + "_ms"))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
        assertThat(sum).isEqualByComparingTo(millis(response, "baton_total_ms"));
        assertThat(millis(response, "baton_other_ms")).isNotNegative();
    }

    private static SpanData span(List<SpanData> trace, String name) {
        return trace.stream()
                .filter(span -> span.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private void refused(ModelInferRequest.Builder request, Status.Code code, String... parts) {
        refused(() -> client.stub().modelInfer(request.build()), code, parts);
    }

    private static void refused(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable call, Status.Code code, String... parts) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(StatusRuntimeException.class, e -> assertThat(
                                e.getStatus().getCode())
                        .as(e.getMessage())
                        .isEqualTo(code))
                .message()
                .contains(parts);
    }
}
