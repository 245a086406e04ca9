package dev.baton.conformance;

import static dev.baton.conformance.NotAsExpectedException.unless;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.baton.schemas.inference.LogSettingsRequest;
import dev.baton.schemas.inference.ModelConfig;
import dev.baton.schemas.inference.ModelConfigRequest;
import dev.baton.schemas.inference.ModelInferRequest;
import dev.baton.schemas.inference.ModelInferRequest.InferInputTensor;
import dev.baton.schemas.inference.ModelInferResponse;
import dev.baton.schemas.inference.ModelMetadataRequest;
import dev.baton.schemas.inference.ModelReadyRequest;
import dev.baton.schemas.inference.ModelStatistics;
import dev.baton.schemas.inference.ModelStatisticsRequest;
import dev.baton.schemas.inference.ModelStreamInferResponse;
import dev.baton.schemas.inference.RepositoryIndexRequest;
import dev.baton.schemas.inference.RepositoryModelLoadRequest;
import dev.baton.schemas.inference.RepositoryModelUnloadRequest;
import dev.baton.schemas.inference.ServerLiveRequest;
import dev.baton.schemas.inference.ServerMetadataRequest;
import dev.baton.schemas.inference.SystemSharedMemoryRegisterRequest;
import dev.baton.schemas.inference.TraceSettingRequest;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The table's rows over gRPC. */
final class GrpcRows {

    private static final String CARRIER = "gRPC";

    private final Target target;
    private final Sample sample;
    private final List<Row> rows = new ArrayList<>();

    GrpcRows(Target target, Sample sample) {
        this.target = target;
        this.sample = sample;
    }

    List<Row> rows() {
        questions();
        inference();
        InferRow.everywhere(sample, target.notReadyModels()).forEach(this::refusedInference);
        InferRow.overGrpcOnly(sample).forEach(this::refusedInference);
        refusedQuestions();
        streams();
        return rows;
    }

    private void questions() {
        row(
                "the server is live",
                () -> unless(
                        target.stub()
                                .serverLive(ServerLiveRequest.getDefaultInstance())
                                .getLive(),
                        "live is false"));
        row(
                "the server names itself and what it offers",
                () -> unless(
                        !target.stub()
                                .serverMetadata(ServerMetadataRequest.getDefaultInstance())
                                .getName()
                                .isEmpty(),
                        "its name is empty"));
        row("the model is ready", () -> unless(isReady(target.model(), ""), "ready is false"));
        row("the model's version is ready", () -> unless(isReady(target.model(), sample.version()), "ready is false"));
        row("an unknown model is not ready", () -> unless(!isReady("no-such-model", ""), "ready is true"));
        row("metadata names inputs and outputs", () -> {
            unless(sample.metadata().getInputsCount() > 0, "no inputs");
            unless(sample.metadata().getOutputsCount() > 0, "no outputs");
            unless(!sample.metadata().getPlatform().isEmpty(), "no platform");
        });
        row("the configuration agrees with the metadata", () -> {
            ModelConfig config = target.stub()
                    .modelConfig(ModelConfigRequest.newBuilder()
                            .setName(target.model())
                            .build())
                    .getConfig();
            unless(config.getName().equals(target.model()), "it is of '%s'", config.getName());
            unless(
                    config.getInputCount() == sample.metadata().getInputsCount(),
                    "it has %d inputs",
                    config.getInputCount());
            unless(!config.getModelTransactionPolicy().getDecoupled(), "it is decoupled");
        });
        row("statistics count an inference", () -> {
            long before = statistics().getInferenceStats().getSuccess().getCount();
            target.stub().modelInfer(sample.request().build());
            ModelStatistics after = statistics();
            unless(
                    after.getInferenceStats().getSuccess().getCount() > before,
                    "success.count stays %d",
                    after.getInferenceStats().getSuccess().getCount());
            unless(after.getInferenceStats().getSuccess().getNs() > 0, "success.ns is 0");
            unless(after.getLastInference() > 0, "last_inference is 0");
        });
        row(
                "the index lists the model as ready",
                () -> unless(
                        target
                                .stub()
                                .repositoryIndex(RepositoryIndexRequest.newBuilder()
                                        .setReady(true)
                                        .build())
                                .getModelsList()
                                .stream()
                                .anyMatch(model -> model.getName().equals(target.model())
                                        && model.getState().equals("READY")),
                        "it does not"));
    }

    private boolean isReady(String model, String version) {
        return target.stub()
                .modelReady(ModelReadyRequest.newBuilder()
                        .setName(model)
                        .setVersion(version)
                        .build())
                .getReady();
    }

    private ModelStatistics statistics() throws NotAsExpectedException {
        List<ModelStatistics> all = target.stub()
                .modelStatistics(ModelStatisticsRequest.newBuilder()
                        .setName(target.model())
                        .build())
                .getModelStatsList();
        unless(all.size() == 1, "%d statistics for one model", all.size());
        return all.getFirst();
    }

    private void inference() {
        row("raw contents are answered raw, the id is echoed", () -> {
            ModelInferResponse response =
                    target.stub().modelInfer(sample.request().setId("mine").build());
            unless(response.getId().equals("mine"), "id is '%s'", response.getId());
            unless(response.getModelName().equals(target.model()), "model_name is '%s'", response.getModelName());
            unless(
                    response.getRawOutputContentsCount() == response.getOutputsCount(),
                    "%d raw contents for %d outputs",
                    response.getRawOutputContentsCount(),
                    response.getOutputsCount());
            unless(
                    response.getOutputsCount() == sample.metadata().getOutputsCount(),
                    "%d outputs",
                    response.getOutputsCount());
        });
        row("the version may be named", () -> {
            ModelInferResponse response = target.stub()
                    .modelInfer(
                            sample.request().setModelVersion(sample.version()).build());
            unless(
                    response.getModelVersion().equals(sample.version()),
                    "model_version is '%s'",
                    response.getModelVersion());
        });
        if (sample.input().getDatatype().equals("FP32")) {
            row("typed contents give what raw ones give", () -> {
                ModelInferResponse raw =
                        target.stub().modelInfer(sample.request().build());
                ModelInferResponse typed = target.stub().modelInfer(typed().build());
                unless(raw.getRawOutputContentsList().equals(typed.getRawOutputContentsList()), "the outputs differ");
            });
        }
        row("classification gives texts", () -> {
            ModelInferRequest.Builder request = sample.request();
            InferRow.classify(request, sample, 1);
            ModelInferResponse response = target.stub().modelInfer(request.build());
            unless(
                    response.getOutputs(0).getDatatype().equals("BYTES"),
                    "the output is %s",
                    response.getOutputs(0).getDatatype());
            ByteString text = response.getRawOutputContents(0).substring(4);
            unless(text.toStringUtf8().contains(":"), "the text is '%s'", text.toStringUtf8());
        });
        row("a message that is too large is refused", () -> {
            ModelInferRequest.Builder request = sample.request();
            request.setRawInputContents(0, ByteString.copyFrom(new byte[target.maxMessageBytes() + 1]));
            refused(() -> target.stub().modelInfer(request.build()), Code.RESOURCE_EXHAUSTED, "", "");
        });
    }

    /** Zeros in typed form; every input of these models is FP32. */
    private ModelInferRequest.Builder typed() {
        ModelInferRequest.Builder request = sample.request().clearRawInputContents();
        for (InferInputTensor.Builder input : request.getInputsBuilderList()) {
            int elements = Sample.elements(input.getShapeList());
            for (int i = 0; i < elements; i++) {
                input.getContentsBuilder().addFp32Contents(0);
            }
        }
        return request;
    }

    private void refusedInference(InferRow wrong) {
        row("refused: " + wrong.name(), () -> {
            ModelInferRequest.Builder request = sample.request();
            wrong.change().accept(request);
            refused(() -> target.stub().modelInfer(request.build()), wrong.code(), wrong.reason(), wrong.message());
        });
    }

    private void refusedQuestions() {
        row(
                "refused: metadata of an unknown model",
                () -> refused(
                        () -> target.stub()
                                .modelMetadata(ModelMetadataRequest.newBuilder()
                                        .setName("no-such-model")
                                        .build()),
                        Code.NOT_FOUND,
                        "UNKNOWN_MODEL",
                        "no-such-model"));
        row(
                "refused: configuration of an unknown model",
                () -> refused(
                        () -> target.stub()
                                .modelConfig(ModelConfigRequest.newBuilder()
                                        .setName("no-such-model")
                                        .build()),
                        Code.NOT_FOUND,
                        "UNKNOWN_MODEL",
                        "no-such-model"));
        row(
                "refused: statistics of an unknown model",
                () -> refused(
                        () -> target.stub()
                                .modelStatistics(ModelStatisticsRequest.newBuilder()
                                        .setName("no-such-model")
                                        .build()),
                        Code.NOT_FOUND,
                        "UNKNOWN_MODEL",
                        "no-such-model"));
        row(
                "refused: loading a model",
                () -> refused(
                        () -> target.stub()
                                .repositoryModelLoad(RepositoryModelLoadRequest.newBuilder()
                                        .setModelName("no-such-model")
                                        .build()),
                        Code.UNIMPLEMENTED,
                        "NOT_SUPPORTED",
                        "no-such-model"));
        row(
                "refused: unloading the model",
                () -> refused(
                        () -> target.stub()
                                .repositoryModelUnload(RepositoryModelUnloadRequest.newBuilder()
                                        .setModelName(target.model())
                                        .build()),
                        Code.UNIMPLEMENTED,
                        "NOT_SUPPORTED",
                        target.model()));
        row(
                "refused: registering shared memory",
                () -> refused(
                        () -> target.stub()
                                .systemSharedMemoryRegister(SystemSharedMemoryRegisterRequest.getDefaultInstance()),
                        Code.UNIMPLEMENTED,
                        "NOT_SUPPORTED",
                        "shared memory"));
        row(
                "refused: trace settings",
                () -> refused(
                        () -> target.stub().traceSetting(TraceSettingRequest.getDefaultInstance()),
                        Code.UNIMPLEMENTED,
                        "NOT_SUPPORTED",
                        ""));
        row(
                "refused: log settings",
                () -> refused(
                        () -> target.stub().logSettings(LogSettingsRequest.getDefaultInstance()),
                        Code.UNIMPLEMENTED,
                        "NOT_SUPPORTED",
                        ""));
    }

    private void streams() {
        row("a stream answers in order and keeps errors inside", () -> {
            List<ModelInferRequest> requests = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                ModelInferRequest.Builder request = sample.request().setId("request-" + i);
                requests.add((i == 2 ? request.setModelName("no-such-model") : request).build());
            }
            Streamed streamed = Streamed.ask(target.streamingStub(), requests, target.patience());
            unless(streamed.failure().isEmpty(), "it ended with %s", streamed.failure());
            unless(
                    streamed.answers().size() == 5,
                    "%d answers to 5 requests",
                    streamed.answers().size());
            for (int i = 0; i < 5; i++) {
                ModelStreamInferResponse answer = streamed.answers().get(i);
                unless(
                        answer.getInferResponse().getId().equals("request-" + i),
                        "answer %d has the id '%s'",
                        i,
                        answer.getInferResponse().getId());
                unless(
                        answer.getErrorMessage().isEmpty() == (i != 2),
                        "answer %d has the error '%s'",
                        i,
                        answer.getErrorMessage());
            }
        });
        row("a stream ends with the status where triton_grpc_error is set", () -> {
            Metadata headers = new Metadata();
            headers.put(Metadata.Key.of("triton_grpc_error", Metadata.ASCII_STRING_MARSHALLER), "true");
            Streamed streamed = Streamed.ask(
                    target.streamingStub().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers)),
                    List.of(sample.request().setModelName("no-such-model").build()),
                    target.patience());
            unless(
                    streamed.failure()
                            .filter(failure -> failure.getCode() == Code.NOT_FOUND)
                            .isPresent(),
                    "it ended with %s after %d answers",
                    streamed.failure(),
                    streamed.answers().size());
        });
    }

    private void row(String name, Row.Check check) {
        rows.add(new Row(name, CARRIER, check));
    }

    private void refused(Supplier<?> call, Code code, String reason, String message) throws NotAsExpectedException {
        Object answer;
        try {
            answer = call.get();
        } catch (StatusRuntimeException refused) {
            unless(
                    refused.getStatus().getCode() == code,
                    "expected %s, was refused with %s",
                    code,
                    refused.getStatus());
            unless(
                    String.valueOf(refused.getStatus().getDescription()).contains(message),
                    "the message '%s' does not name '%s'",
                    refused.getStatus().getDescription(),
                    message);
            if (target.details() && !reason.isEmpty()) {
                details(StatusProto.fromThrowable(refused), reason);
            }
            return;
        }
        throw new NotAsExpectedException("expected %s, was answered %s".formatted(code, shortened(answer)));
    }

    private static void details(com.google.rpc.@org.jspecify.annotations.Nullable Status status, String reason)
            throws NotAsExpectedException {
        List<Any> details = status == null ? List.of() : status.getDetailsList();
        Optional<Any> info =
                details.stream().filter(any -> any.is(ErrorInfo.class)).findFirst();
        unless(info.isPresent(), "no google.rpc.ErrorInfo in the details");
        try {
            ErrorInfo found = info.orElseThrow().unpack(ErrorInfo.class);
            unless(found.getReason().equals(reason), "the reason is %s, expected %s", found.getReason(), reason);
        } catch (InvalidProtocolBufferException e) {
            throw new NotAsExpectedException("google.rpc.ErrorInfo cannot be read: " + e.getMessage());
        }
        boolean retry = details.stream().anyMatch(any -> any.is(RetryInfo.class));
        unless(retry == reason.equals("NOT_READY"), "google.rpc.RetryInfo is %s", retry ? "given" : "missing");
    }

    private static String shortened(Object answer) {
        String text = String.valueOf(answer);
        return text.length() > 200 ? text.substring(0, 200) + "…" : text;
    }
}
