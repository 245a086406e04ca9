package dev.baton.openinference.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.baton.openinference.RequestRefusedException;
import dev.baton.openinference.RequestRefusedException.Reason;
import dev.baton.openinference.TestingModelServer;
import dev.baton.openinference.protocol.DeadlineWatch;
import dev.baton.openinference.protocol.ErrorContract;
import dev.baton.openinference.protocol.InferenceCalls;
import dev.baton.openinference.protocol.OpenInference;
import dev.baton.openinference.protocol.RequestThreads;
import dev.baton.schemas.inference.DataType;
import dev.baton.schemas.inference.GRPCInferenceServiceGrpc;
import dev.baton.schemas.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.baton.schemas.inference.InferParameter;
import dev.baton.schemas.inference.LogSettingsRequest;
import dev.baton.schemas.inference.ModelConfig;
import dev.baton.schemas.inference.ModelConfigRequest;
import dev.baton.schemas.inference.ModelInferRequest;
import dev.baton.schemas.inference.ModelInferRequest.InferInputTensor;
import dev.baton.schemas.inference.ModelInferRequest.InferRequestedOutputTensor;
import dev.baton.schemas.inference.ModelInferResponse;
import dev.baton.schemas.inference.ModelReadyRequest;
import dev.baton.schemas.inference.ModelStatistics;
import dev.baton.schemas.inference.ModelStatisticsRequest;
import dev.baton.schemas.inference.ModelStreamInferResponse;
import dev.baton.schemas.inference.RepositoryIndexRequest;
import dev.baton.schemas.inference.RepositoryIndexResponse.ModelIndex;
import dev.baton.schemas.inference.RepositoryModelLoadRequest;
import dev.baton.schemas.inference.RepositoryModelUnloadRequest;
import dev.baton.schemas.inference.ServerMetadataRequest;
import dev.baton.schemas.inference.SystemSharedMemoryRegisterRequest;
import dev.baton.schemas.inference.SystemSharedMemoryUnregisterRequest;
import dev.baton.schemas.inference.TraceSettingRequest;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The protocol over gRPC, in one process. */
final class OpenInferenceGrpcTest {

    private static final int WINDOW = 3;
    private static final Tensor X = Tensor.ofFloats(Shape.of(2, 4), 1, 4, 2, 3, 8, 7, 6, 5);

    private final TestingModelServer models = new TestingModelServer();
    private final OpenInference protocol = new OpenInference(models, InstantSource.system(), System::nanoTime);
    private final RequestThreads threads = new RequestThreads(Duration.ofSeconds(1));
    private final DeadlineWatch deadlines = new DeadlineWatch();
    private Server server;
    private ManagedChannel channel;

    @BeforeEach
    void serve() throws Exception {
        String name = UUID.randomUUID().toString();
        server = InProcessServerBuilder.forName(name)
                .addService(
                        new OpenInferenceGrpc(
                                protocol,
                                new InferenceCalls(threads, deadlines, System::nanoTime),
                                new ErrorContract(false),
                                StreamSettings.ofWindow(WINDOW),
                                System::nanoTime) {})
                .intercept(new StreamErrorsInterceptor())
                .build()
                .start();
        channel = InProcessChannelBuilder.forName(name).build();
    }

    @AfterEach
    void stop() {
        models.letGo.release(1_000);
        channel.shutdownNow();
        server.shutdownNow();
        threads.close();
        deadlines.close();
    }

    @Test
    void answersRawWithWhatTheServerRemarks() {
        ModelInferResponse response = stub().modelInfer(echo(X).setId("mine").build());
        assertThat(response.getId()).isEqualTo("mine");
        assertThat(response.getModelVersion()).isEqualTo(TestingModelServer.VERSION);
        assertThat(response.getOutputs(0).getShapeList()).containsExactly(2L, 4L);
        assertThat(response.getRawOutputContents(0).asReadOnlyByteBuffer()).isEqualTo(X.data());
        assertThat(response.getParametersOrThrow("seen").getStringParam()).isEqualTo("here");
        assertThat(response.getParametersOrThrow("number").getInt64Param()).isEqualTo(3);
        assertThat(response.getParametersOrThrow("flag").getBoolParam()).isTrue();
    }

    @Test
    void classificationGivesTheHighestOfEachRow() {
        ModelInferResponse response =
                stub().modelInfer(echo(X).addOutputs(classified("y", 2)).build());
        assertThat(response.getOutputs(0).getDatatype()).isEqualTo("BYTES");
        assertThat(response.getOutputs(0).getShapeList()).containsExactly(2L, 2L);
        assertThat(texts(response.getRawOutputContents(0)))
                .containsExactly("4.000000:1:one", "3.000000:3", "8.000000:0:zero", "7.000000:1:one");
        assertThat(texts(stub().modelInfer(
                                echo(X).addOutputs(classified("y", 99)).build())
                        .getRawOutputContents(0)))
                .hasSize(8);
    }

    @Test
    void aClassificationOfNoneIsRefused() {
        refused(
                () -> stub().modelInfer(echo(X).addOutputs(classified("y", 0)).build()),
                Status.Code.INVALID_ARGUMENT,
                "'classification' is 0");
    }

    @Test
    void tellsWhatItOffers() {
        assertThat(stub().serverMetadata(ServerMetadataRequest.getDefaultInstance()))
                .satisfies(metadata -> {
                    assertThat(metadata.getName()).isEqualTo("testing");
                    assertThat(metadata.getVersion()).isEqualTo("1.2");
                    assertThat(metadata.getExtensionsList())
                            .containsExactly(
                                    "classification",
                                    "model_configuration",
                                    "binary_tensor_data",
                                    "parameters",
                                    "statistics");
                });
    }

    @Test
    void configurationIsTritons() {
        ModelConfig config = stub().modelConfig(
                        ModelConfigRequest.newBuilder().setName("echo").build())
                .getConfig();
        assertThat(config.getPlatform()).isEqualTo("onnxruntime_onnx");
        assertThat(config.getMaxBatchSize()).isZero();
        assertThat(config.getInput(0).getDataType()).isEqualTo(DataType.TYPE_FP32);
        assertThat(config.getInput(0).getDimsList()).containsExactly(-1L, 4L);
        assertThat(config.getModelTransactionPolicy().getDecoupled()).isFalse();
    }

    @Test
    void statisticsCountBatchElementsRunsAndFailures() {
        stub().modelInfer(echo(X).build());
        stub().modelInfer(echo(X).build());
        stub().modelInfer(echo(Tensor.ofFloats(Shape.of(1, 4), 1, 2, 3, 4)).build());
        models.failure = new RequestRefusedException(Reason.BUSY, "no room");
        refused(() -> stub().modelInfer(echo(X).build()), Status.Code.RESOURCE_EXHAUSTED, "no room");
        ModelStatistics statistics = stub().modelStatistics(
                        ModelStatisticsRequest.newBuilder().setName("echo").build())
                .getModelStats(0);
        assertThat(statistics.getInferenceCount()).isEqualTo(5);
        assertThat(statistics.getExecutionCount()).isEqualTo(3);
        assertThat(statistics.getLastInference()).isPositive();
        assertThat(statistics.getInferenceStats().getSuccess().getCount()).isEqualTo(3);
        assertThat(statistics.getInferenceStats().getSuccess().getNs()).isPositive();
        assertThat(statistics.getInferenceStats().getFail().getCount()).isEqualTo(1);
        assertThat(statistics.getInferenceStats().getQueue().getNs()).isEqualTo(3);
        assertThat(statistics.getInferenceStats().getComputeInput().getNs()).isEqualTo(6);
        assertThat(statistics.getInferenceStats().getComputeInfer().getNs()).isEqualTo(9);
        assertThat(statistics.getBatchStatsList())
                .extracting(batch -> batch.getBatchSize(), batch -> batch.getComputeInfer()
                        .getCount())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(1L, 1L), org.assertj.core.groups.Tuple.tuple(2L, 2L));
        assertThat(stub().modelStatistics(ModelStatisticsRequest.getDefaultInstance())
                        .getModelStatsList())
                .extracting(ModelStatistics::getName)
                .containsExactly("echo", "slow");
    }

    @Test
    void theIndexSaysHowEachModelStands() {
        assertThat(stub().repositoryIndex(RepositoryIndexRequest.getDefaultInstance())
                        .getModelsList())
                .extracting(ModelIndex::getName, ModelIndex::getState, ModelIndex::getReason)
                .contains(org.assertj.core.groups.Tuple.tuple("loading", "LOADING", "fetching its package"));
        assertThat(stub().repositoryIndex(RepositoryIndexRequest.newBuilder()
                                .setReady(true)
                                .build())
                        .getModelsList())
                .extracting(ModelIndex::getName)
                .containsExactly("echo", "slow");
        assertThat(stub().modelReady(ModelReadyRequest.newBuilder()
                                .setName("loading")
                                .build())
                        .getReady())
                .isFalse();
    }

    @Test
    void modelsAreNotTheClientsToBringOrTakeAway() {
        stub().repositoryModelLoad(RepositoryModelLoadRequest.newBuilder()
                .setModelName("echo")
                .build());
        stub().repositoryModelUnload(RepositoryModelUnloadRequest.newBuilder()
                .setModelName("gone")
                .build());
        refused(
                () -> stub().repositoryModelLoad(RepositoryModelLoadRequest.newBuilder()
                        .setModelName("new")
                        .build()),
                Status.Code.UNIMPLEMENTED,
                "'new'");
        refused(
                () -> stub().repositoryModelUnload(RepositoryModelUnloadRequest.newBuilder()
                        .setRepositoryName("echo") // as KServe's client has it
                        .build()),
                Status.Code.UNIMPLEMENTED,
                "'echo'");
    }

    @Test
    void whatIsNotOfferedIsUnimplemented() {
        stub().systemSharedMemoryUnregister(SystemSharedMemoryUnregisterRequest.getDefaultInstance());
        refused(
                () -> stub().systemSharedMemoryRegister(SystemSharedMemoryRegisterRequest.getDefaultInstance()),
                Status.Code.UNIMPLEMENTED,
                "shared memory");
        refused(
                () -> stub().traceSetting(TraceSettingRequest.getDefaultInstance()),
                Status.Code.UNIMPLEMENTED,
                "OpenTelemetry");
        refused(
                () -> stub().logSettings(LogSettingsRequest.getDefaultInstance()),
                Status.Code.UNIMPLEMENTED,
                "logging");
        ModelInferRequest.Builder shared = echo(X);
        shared.getInputsBuilder(0)
                .putParameters(
                        "shared_memory_region",
                        InferParameter.newBuilder().setStringParam("r").build());
        refused(() -> stub().modelInfer(shared.build()), Status.Code.UNIMPLEMENTED, "'x' is in shared memory");
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void everyRefusalHasItsReasonAndSaysWhetherToTryAgain(Reason reason) throws Exception {
        models.failure = new RequestRefusedException(reason, "because");
        com.google.rpc.Status status = status(() -> stub().modelInfer(echo(X).build()));
        assertThat(status.getMessage()).isEqualTo("because");
        assertThat(detail(status, ErrorInfo.class).getReason()).isEqualTo(reason.name());
        assertThat(detail(status, ErrorInfo.class).getDomain()).isEqualTo("baton.dev");
        assertThat(status.getDetailsList().stream().anyMatch(any -> any.is(RetryInfo.class)))
                .isEqualTo(reason.retryAfter().isPresent());
    }

    @Test
    void theWrongFieldIsNamed() throws Exception {
        ModelInferRequest.Builder request = echo(X);
        request.getInputsBuilder(0).clearShape().addShape(-2);
        com.google.rpc.Status status = status(() -> stub().modelInfer(request.build()));
        BadRequest.FieldViolation violation = detail(status, BadRequest.class).getFieldViolations(0);
        assertThat(violation.getField()).isEqualTo("inputs[0].shape");
        assertThat(violation.getDescription()).contains("-2");
    }

    @Test
    void whatFailsInsideIsInternal() {
        models.failure = new StackOverflowError("deep");
        refused(() -> stub().modelInfer(echo(X).build()), Status.Code.INTERNAL, "deep");
    }

    @Test
    void theTimeoutOfTheRequestIsKept() {
        ModelInferRequest request = echo(X).setModelName("slow")
                .putParameters(
                        "timeout",
                        InferParameter.newBuilder().setInt64Param(20_000).build())
                .build();
        refused(() -> stub().modelInfer(request), Status.Code.DEADLINE_EXCEEDED, "deadline passed");
    }

    @Test
    void streamsAnswerInOrderThoughWorkedOnAtTheSameTime() throws Exception {
        Answers answers = new Answers();
        StreamObserver<ModelInferRequest> requests =
                GRPCInferenceServiceGrpc.newStub(channel).modelStreamInfer(answers);
        requests.onNext(echo(X).setModelName("slow").setId("first").build());
        requests.onNext(echo(X).setId("second").build());
        requests.onNext(echo(X).setModelName("nobody").setId("third").build());
        assertThat(models.requests.poll(10, TimeUnit.SECONDS)).isNotNull();
        assertThat(models.requests.poll(10, TimeUnit.SECONDS))
                .as("the second is worked on while the first waits")
                .isNotNull();
        models.letGo.release();
        assertThat(answers.next().getInferResponse().getId()).isEqualTo("first");
        ModelStreamInferResponse second = answers.next();
        assertThat(second.getInferResponse().getId()).isEqualTo("second");
        assertThat(second.getErrorMessage()).isEmpty();
        assertThat(second.getInferResponse()
                        .getParametersOrThrow("triton_final_response")
                        .getBoolParam())
                .isTrue();
        ModelStreamInferResponse third = answers.next();
        assertThat(third.getErrorMessage()).contains("'nobody' is unknown");
        assertThat(third.getInferResponse()
                        .getParametersOrThrow("baton_error_status")
                        .getStringParam())
                .isEqualTo("NOT_FOUND");
        assertThat(third.getInferResponse()
                        .getParametersOrThrow("baton_error_reason")
                        .getStringParam())
                .isEqualTo("UNKNOWN_MODEL");
        assertThat(third.getInferResponse().getId()).isEqualTo("third");
        requests.onNext(echo(X).setId("fourth").build());
        assertThat(answers.next().getInferResponse().getId()).isEqualTo("fourth");
        requests.onCompleted();
        assertThat(answers.end()).isEqualTo("completed");
    }

    @Test
    void noMoreOfAStreamIsWorkedOnThanItsWindow() throws Exception {
        Answers answers = new Answers();
        StreamObserver<ModelInferRequest> requests =
                GRPCInferenceServiceGrpc.newStub(channel).modelStreamInfer(answers);
        for (int i = 0; i < 10; i++) {
            requests.onNext(echo(X).setModelName("slow").setId("" + i).build());
        }
        requests.onCompleted();
        for (int i = 0; i < WINDOW; i++) {
            assertThat(models.requests.poll(10, TimeUnit.SECONDS)).isNotNull();
        }
        assertThat(models.requests.poll(50, TimeUnit.MILLISECONDS)).isNull();
        models.letGo.release(10);
        for (int i = 0; i < 10; i++) {
            assertThat(answers.next().getInferResponse().getId()).isEqualTo("" + i);
        }
        assertThat(answers.end()).isEqualTo("completed");
    }

    @Test
    void aClientThatDoesNotReadIsNotWorkedFor() throws Exception {
        Answers answers = new Answers();
        answers.readsByHand = true;
        StreamObserver<ModelInferRequest> requests =
                GRPCInferenceServiceGrpc.newStub(channel).modelStreamInfer(answers);
        for (int i = 0; i < 20; i++) {
            requests.onNext(echo(X).setId("" + i).build());
        }
        requests.onCompleted();
        List<Object> worked = new ArrayList<>();
        Object next = models.requests.poll(10, TimeUnit.SECONDS);
        while (next != null) {
            worked.add(next);
            next = models.requests.poll(100, TimeUnit.MILLISECONDS);
        }
        assertThat(worked).hasSizeLessThan(20);
        answers.call().request(20);
        for (int i = 0; i < 20; i++) {
            assertThat(answers.next().getInferResponse().getId()).isEqualTo("" + i);
        }
        assertThat(answers.end()).isEqualTo("completed");
    }

    @Test
    void aStreamEndsWithTheStatusWhereTheClientWantsThat() throws Exception {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("triton_grpc_error", Metadata.ASCII_STRING_MARSHALLER), "true");
        Answers answers = new Answers();
        StreamObserver<ModelInferRequest> requests = GRPCInferenceServiceGrpc.newStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .modelStreamInfer(answers);
        requests.onNext(echo(X).setModelName("nobody").build());
        assertThat(answers.end()).startsWith("NOT_FOUND").contains("'nobody' is unknown");
    }

    @Test
    void theWorkForACancelledCallIsStopped() throws Exception {
        Future<ModelInferResponse> call = GRPCInferenceServiceGrpc.newFutureStub(channel)
                .modelInfer(echo(X).setModelName("slow").build());
        assertThat(models.requests.poll(10, TimeUnit.SECONDS)).isNotNull();
        call.cancel(true);
        assertThat(models.interrupted.poll(10, TimeUnit.SECONDS)).isEqualTo("slow");
    }

    @Test
    void theWorkForACancelledStreamIsStopped() throws Exception {
        Answers answers = new Answers();
        ClientCallStreamObserver<ModelInferRequest> requests = (ClientCallStreamObserver<ModelInferRequest>)
                GRPCInferenceServiceGrpc.newStub(channel).modelStreamInfer(answers);
        for (int i = 0; i < WINDOW; i++) {
            requests.onNext(echo(X).setModelName("slow").build());
            assertThat(models.requests.poll(10, TimeUnit.SECONDS)).isNotNull();
        }
        requests.cancel("enough", null);
        for (int i = 0; i < WINDOW; i++) {
            assertThat(models.interrupted.poll(10, TimeUnit.SECONDS)).isEqualTo("slow");
        }
    }

    @Test
    void answersComeAsTheyAreReadyWhereTheFirstRequestAsksForThat() throws Exception {
        Answers answers = new Answers();
        StreamObserver<ModelInferRequest> requests =
                GRPCInferenceServiceGrpc.newStub(channel).modelStreamInfer(answers);
        requests.onNext(asking("baton_stream_order", "as-ready")
                .setModelName("slow")
                .setId("first")
                .build());
        requests.onNext(echo(X).setId("second").build());
        requests.onNext(echo(X).setModelName("nobody").setId("third").build());
        assertThat(List.of(
                        answers.next().getInferResponse().getId(),
                        answers.next().getInferResponse().getId()))
                .containsExactlyInAnyOrder("second", "third");
        models.letGo.release();
        assertThat(answers.next().getInferResponse().getId()).isEqualTo("first");
        requests.onCompleted();
        assertThat(answers.end()).isEqualTo("completed");
    }

    @Test
    void aStreamThatDropsKeepsTheNewestOfThoseThatWait() throws Exception {
        Answers answers = new Answers();
        StreamObserver<ModelInferRequest> requests =
                GRPCInferenceServiceGrpc.newStub(channel).modelStreamInfer(answers);
        requests.onNext(asking("baton_stream_when_full", "drop-oldest")
                .putParameters("baton_stream_order", text("as-ready"))
                .setModelName("slow")
                .setId("0")
                .build());
        for (int i = 1; i < 8; i++) {
            requests.onNext(echo(X).setModelName("slow").setId("" + i).build());
        }
        for (int dropped = WINDOW; dropped < 7; dropped++) {
            ModelStreamInferResponse answer = answers.next();
            assertThat(answer.getInferResponse().getId()).isEqualTo("" + dropped);
            assertThat(answer.getErrorMessage()).contains("a newer request of the stream came");
            assertThat(answer.getInferResponse()
                            .getParametersOrThrow("baton_error_reason")
                            .getStringParam())
                    .isEqualTo("DROPPED");
        }
        requests.onCompleted();
        models.letGo.release(WINDOW + 1);
        List<String> answered = new ArrayList<>();
        for (int i = 0; i <= WINDOW; i++) {
            ModelStreamInferResponse answer = answers.next();
            assertThat(answer.getErrorMessage()).isEmpty();
            answered.add(answer.getInferResponse().getId());
        }
        assertThat(answered).containsExactlyInAnyOrder("0", "1", "2", "7");
        assertThat(answers.end()).isEqualTo("completed");
        assertThat(protocol.dropped()).containsEntry("slow", 4L);
        assertThat(models.requests).as("what was dropped was never worked on").hasSize(WINDOW + 1);
    }

    @Test
    void whatWasDroppedKeepsItsPlaceInOrder() throws Exception {
        Answers answers = new Answers();
        StreamObserver<ModelInferRequest> requests =
                GRPCInferenceServiceGrpc.newStub(channel).modelStreamInfer(answers);
        requests.onNext(asking("baton_stream_when_full", "drop-oldest")
                .putParameters(
                        "baton_stream_window",
                        InferParameter.newBuilder().setInt64Param(1).build())
                .setModelName("slow")
                .setId("0")
                .build());
        requests.onNext(echo(X).setModelName("slow").setId("1").build());
        requests.onNext(echo(X).setModelName("slow").setId("2").build());
        requests.onCompleted();
        assertThat(models.requests.poll(10, TimeUnit.SECONDS)).isNotNull();
        for (int i = 0; i < 1_000 && dropped() == 0; i++) {
            assertThat(models.requests.poll(10, TimeUnit.MILLISECONDS)).isNull();
        }
        models.letGo.release(2);
        for (int i = 0; i < 3; i++) {
            ModelStreamInferResponse answer = answers.next();
            assertThat(answer.getInferResponse().getId()).isEqualTo("" + i);
            assertThat(answer.getErrorMessage().isEmpty()).isEqualTo(i != 1);
        }
        assertThat(answers.end()).isEqualTo("completed");
    }

    @Test
    void aStreamThatDropsIsReadFromOnlyWhileItsAnswersAreTaken() throws Exception {
        Answers answers = new Answers();
        answers.readsByHand = true;
        StreamObserver<ModelInferRequest> requests =
                GRPCInferenceServiceGrpc.newStub(channel).modelStreamInfer(answers);
        int frames = 2_000;
        requests.onNext(asking("baton_stream_when_full", "drop-oldest")
                .setModelName("slow")
                .setId("0")
                .build());
        for (int i = 1; i < frames; i++) {
            requests.onNext(echo(X).setModelName("slow").setId("" + i).build());
        }
        requests.onCompleted();
        for (int i = 0; i < WINDOW; i++) {
            assertThat(models.requests.poll(10, TimeUnit.SECONDS)).isNotNull();
        }
        long before = -1;
        while (before != dropped()) { // until no more is read
            before = dropped();
            assertThat(models.requests.poll(200, TimeUnit.MILLISECONDS)).isNull();
        }
        assertThat(before).isLessThan(300);
        models.letGo.release(frames);
        answers.call().request(frames);
        for (int i = 0; i < frames; i++) {
            assertThat(answers.next().getInferResponse().getId()).isEqualTo("" + i);
        }
        assertThat(answers.end()).isEqualTo("completed");
    }

    private long dropped() {
        return protocol.dropped().getOrDefault("slow", 0L);
    }

    @Test
    void parametersOfAStreamThatMakeNoSenseAreRefusedAndItGoesOn() throws Exception {
        Answers answers = new Answers();
        StreamObserver<ModelInferRequest> requests =
                GRPCInferenceServiceGrpc.newStub(channel).modelStreamInfer(answers);
        requests.onNext(asking("baton_stream_order", "at random").setId("odd").build());
        ModelStreamInferResponse refused = answers.next();
        assertThat(refused.getInferResponse().getId()).isEqualTo("odd");
        assertThat(refused.getErrorMessage())
                .isEqualTo("parameter 'baton_stream_order' is 'at random'; expected one of [in-order, as-ready]");
        requests.onNext(echo(X).setId("next").build());
        assertThat(answers.next().getInferResponse().getId()).isEqualTo("next");
        requests.onCompleted();
        assertThat(answers.end()).isEqualTo("completed");
    }

    @Test
    void theRestOfAStreamThatEndsWithAStatusIsStopped() throws Exception {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("triton_grpc_error", Metadata.ASCII_STRING_MARSHALLER), "true");
        Answers answers = new Answers();
        StreamObserver<ModelInferRequest> requests = GRPCInferenceServiceGrpc.newStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .modelStreamInfer(answers);
        requests.onNext(
                asking("baton_stream_order", "as-ready").setModelName("slow").build());
        assertThat(models.requests.poll(10, TimeUnit.SECONDS)).isNotNull();
        requests.onNext(echo(X).setModelName("nobody").build());
        assertThat(answers.end()).startsWith("NOT_FOUND");
        assertThat(models.interrupted.poll(10, TimeUnit.SECONDS)).isEqualTo("slow");
    }

    private static ModelInferRequest.Builder asking(String parameter, String value) {
        return echo(X).putParameters(parameter, text(value));
    }

    private static InferParameter text(String text) {
        return InferParameter.newBuilder().setStringParam(text).build();
    }

    private GRPCInferenceServiceBlockingStub stub() {
        return GRPCInferenceServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    private static ModelInferRequest.Builder echo(Tensor x) {
        return ModelInferRequest.newBuilder()
                .setModelName("echo")
                .addInputs(InferInputTensor.newBuilder()
                        .setName("x")
                        .setDatatype(x.type().name())
                        .addAllShape(x.shape().dimensions()))
                .addRawInputContents(ByteString.copyFrom(x.data()));
    }

    private static InferRequestedOutputTensor classified(String output, long count) {
        return InferRequestedOutputTensor.newBuilder()
                .setName(output)
                .putParameters(
                        "classification",
                        InferParameter.newBuilder().setInt64Param(count).build())
                .build();
    }

    private static List<String> texts(ByteString raw) {
        List<String> texts = new ArrayList<>();
        ByteBuffer bytes = raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            byte[] text = new byte[bytes.getInt()];
            bytes.get(text);
            texts.add(new String(text, StandardCharsets.UTF_8));
        }
        return texts;
    }

    private static void refused(ThrowingCallable call, Status.Code code, String part) {
        StatusRuntimeException refused = catchThrowableOfType(StatusRuntimeException.class, call);
        assertThat(refused.getStatus().getCode()).as(refused.getMessage()).isEqualTo(code);
        assertThat(refused).hasMessageContaining(part);
    }

    private static com.google.rpc.Status status(ThrowingCallable call) {
        return Objects.requireNonNull(
                StatusProto.fromThrowable(catchThrowableOfType(StatusRuntimeException.class, call)));
    }

    private static <T extends com.google.protobuf.Message> T detail(com.google.rpc.Status status, Class<T> type)
            throws InvalidProtocolBufferException {
        for (Any any : status.getDetailsList()) {
            if (any.is(type)) {
                return any.unpack(type);
            }
        }
        throw new AssertionError("no %s in %s".formatted(type.getSimpleName(), status));
    }

    /** What a stream brought. */
    private static final class Answers implements ClientResponseObserver<ModelInferRequest, ModelStreamInferResponse> {

        private final BlockingQueue<ModelStreamInferResponse> answers = new LinkedBlockingQueue<>();
        private final BlockingQueue<String> end = new LinkedBlockingQueue<>();
        private final BlockingQueue<ClientCallStreamObserver<ModelInferRequest>> call = new LinkedBlockingQueue<>();
        private boolean readsByHand;

        @Override
        public void beforeStart(ClientCallStreamObserver<ModelInferRequest> started) {
            if (readsByHand) {
                started.disableAutoRequestWithInitial(0);
            }
            call.add(started);
        }

        @Override
        public void onNext(ModelStreamInferResponse response) {
            answers.add(response);
        }

        @Override
        public void onError(Throwable failure) {
            end.add(String.valueOf(failure.getMessage()));
        }

        @Override
        public void onCompleted() {
            end.add("completed");
        }

        ClientCallStreamObserver<ModelInferRequest> call() throws InterruptedException {
            return call.take();
        }

        ModelStreamInferResponse next() throws InterruptedException {
            return Objects.requireNonNull(answers.poll(10, TimeUnit.SECONDS), "no answer within 10 s");
        }

        String end() throws InterruptedException {
            return Objects.requireNonNull(end.poll(10, TimeUnit.SECONDS), "no end within 10 s");
        }
    }
}
