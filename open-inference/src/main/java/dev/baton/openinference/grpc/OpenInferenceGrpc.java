package dev.baton.openinference.grpc;

import dev.baton.openinference.Deadline;
import dev.baton.openinference.RequestRefusedException;
import dev.baton.openinference.RequestRefusedException.Reason;
import dev.baton.openinference.protocol.ErrorContract;
import dev.baton.openinference.protocol.InferenceCalls;
import dev.baton.openinference.protocol.OpenInference;
import dev.baton.openinference.protocol.Reply;
import dev.baton.schemas.inference.CudaSharedMemoryRegisterRequest;
import dev.baton.schemas.inference.CudaSharedMemoryRegisterResponse;
import dev.baton.schemas.inference.CudaSharedMemoryStatusRequest;
import dev.baton.schemas.inference.CudaSharedMemoryStatusResponse;
import dev.baton.schemas.inference.CudaSharedMemoryUnregisterRequest;
import dev.baton.schemas.inference.CudaSharedMemoryUnregisterResponse;
import dev.baton.schemas.inference.GRPCInferenceServiceGrpc;
import dev.baton.schemas.inference.LogSettingsRequest;
import dev.baton.schemas.inference.LogSettingsResponse;
import dev.baton.schemas.inference.ModelConfigRequest;
import dev.baton.schemas.inference.ModelConfigResponse;
import dev.baton.schemas.inference.ModelInferRequest;
import dev.baton.schemas.inference.ModelInferResponse;
import dev.baton.schemas.inference.ModelMetadataRequest;
import dev.baton.schemas.inference.ModelMetadataResponse;
import dev.baton.schemas.inference.ModelReadyRequest;
import dev.baton.schemas.inference.ModelReadyResponse;
import dev.baton.schemas.inference.ModelStatisticsRequest;
import dev.baton.schemas.inference.ModelStatisticsResponse;
import dev.baton.schemas.inference.ModelStreamInferResponse;
import dev.baton.schemas.inference.RepositoryIndexRequest;
import dev.baton.schemas.inference.RepositoryIndexResponse;
import dev.baton.schemas.inference.RepositoryModelLoadRequest;
import dev.baton.schemas.inference.RepositoryModelLoadResponse;
import dev.baton.schemas.inference.RepositoryModelUnloadRequest;
import dev.baton.schemas.inference.RepositoryModelUnloadResponse;
import dev.baton.schemas.inference.ServerLiveRequest;
import dev.baton.schemas.inference.ServerLiveResponse;
import dev.baton.schemas.inference.ServerMetadataRequest;
import dev.baton.schemas.inference.ServerMetadataResponse;
import dev.baton.schemas.inference.ServerReadyRequest;
import dev.baton.schemas.inference.ServerReadyResponse;
import dev.baton.schemas.inference.SystemSharedMemoryRegisterRequest;
import dev.baton.schemas.inference.SystemSharedMemoryRegisterResponse;
import dev.baton.schemas.inference.SystemSharedMemoryStatusRequest;
import dev.baton.schemas.inference.SystemSharedMemoryStatusResponse;
import dev.baton.schemas.inference.SystemSharedMemoryUnregisterRequest;
import dev.baton.schemas.inference.SystemSharedMemoryUnregisterResponse;
import dev.baton.schemas.inference.TraceSettingRequest;
import dev.baton.schemas.inference.TraceSettingResponse;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The Open Inference Protocol over gRPC. No method waits: inference goes on on a thread of its own, so that a call's events
 * stay on the thread that gRPC brings them on.
 */
public abstract class OpenInferenceGrpc extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {

    private static final Logger LOG = System.getLogger(OpenInferenceGrpc.class.getName());

    private final OpenInference protocol;
    private final InferenceCalls calls;
    private final ErrorContract errors;
    private final StreamSettings streams;
    private final LongSupplier nanoTicker;

    /** @param streams how requests of streams are answered where clients do not say */
    protected OpenInferenceGrpc(
            OpenInference protocol,
            InferenceCalls calls,
            ErrorContract errors,
            StreamSettings streams,
            LongSupplier nanoTicker) {
        this.protocol = protocol;
        this.calls = calls;
        this.errors = errors;
        this.streams = streams;
        this.nanoTicker = nanoTicker;
    }

    @Override
    public void modelInfer(ModelInferRequest message, StreamObserver<ModelInferResponse> observer) {
        long arrived = nanoTicker.getAsLong();
        Optional<Deadline> deadline = callDeadline(arrived);
        GrpcReply<ModelInferResponse> reply = new GrpcReply<>(observer, errors);
        reply.endsWith(
                calls.begin(named(message), inTime -> protocol.infer(message, deadline, arrived, inTime), reply));
    }

    @Override
    public StreamObserver<ModelInferRequest> modelStreamInfer(StreamObserver<ModelStreamInferResponse> observer) {
        Optional<Deadline> deadline = callDeadline(nanoTicker.getAsLong());
        return new InferStream(
                        (ServerCallStreamObserver<ModelStreamInferResponse>) observer,
                        errors,
                        StreamErrorsInterceptor.endsStream(),
                        streams,
                        requests(deadline),
                        nanoTicker)
                .begin();
    }

    private InferStream.Requests requests(Optional<Deadline> deadline) {
        return new InferStream.Requests() {
            @Override
            public InferenceCalls.Call begin(
                    ModelInferRequest message, long arrivedNanos, Reply<ModelInferResponse> reply) {
                return calls.begin(
                        named(message), inTime -> protocol.infer(message, deadline, arrivedNanos, inTime), reply);
            }

            @Override
            public void dropped(ModelInferRequest message) {
                protocol.dropped(message);
            }
        };
    }

    private static String named(ModelInferRequest message) {
        return "request %s for model %s".formatted(message.getId(), message.getModelName());
    }

    private static Optional<Deadline> callDeadline(long now) {
        return Optional.ofNullable(Context.current().getDeadline())
                .map(deadline -> Deadline.in(Duration.ofNanos(deadline.timeRemaining(TimeUnit.NANOSECONDS)), now));
    }

    @Override
    public void serverLive(ServerLiveRequest request, StreamObserver<ServerLiveResponse> observer) {
        answer(observer, () -> ServerLiveResponse.newBuilder().setLive(true).build());
    }

    @Override
    public void serverReady(ServerReadyRequest request, StreamObserver<ServerReadyResponse> observer) {
        answer(observer, () -> ServerReadyResponse.newBuilder()
                .setReady(protocol.isReady())
                .build());
    }

    @Override
    public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> observer) {
        answer(observer, () -> ModelReadyResponse.newBuilder()
                .setReady(protocol.isReady(request.getName(), request.getVersion()))
                .build());
    }

    @Override
    public void serverMetadata(ServerMetadataRequest request, StreamObserver<ServerMetadataResponse> observer) {
        answer(observer, protocol::serverMetadata);
    }

    @Override
    public void modelMetadata(ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> observer) {
        answer(observer, () -> protocol.metadata(request.getName(), request.getVersion()));
    }

    @Override
    public void modelConfig(ModelConfigRequest request, StreamObserver<ModelConfigResponse> observer) {
        answer(observer, () -> protocol.config(request.getName(), request.getVersion()));
    }

    @Override
    public void modelStatistics(ModelStatisticsRequest request, StreamObserver<ModelStatisticsResponse> observer) {
        answer(observer, () -> protocol.statistics(request.getName(), request.getVersion()));
    }

    @Override
    public void repositoryIndex(RepositoryIndexRequest request, StreamObserver<RepositoryIndexResponse> observer) {
        answer(observer, () -> protocol.index(request.getReady()));
    }

    @Override
    public void repositoryModelLoad(
            RepositoryModelLoadRequest request, StreamObserver<RepositoryModelLoadResponse> observer) {
        answer(observer, () -> {
            protocol.load(
                    modelName(request.getModelName(), request.getRepositoryName()), request.getParametersCount() > 0);
            return RepositoryModelLoadResponse.getDefaultInstance();
        });
    }

    @Override
    public void repositoryModelUnload(
            RepositoryModelUnloadRequest request, StreamObserver<RepositoryModelUnloadResponse> observer) {
        answer(observer, () -> {
            protocol.unload(modelName(request.getModelName(), request.getRepositoryName()));
            return RepositoryModelUnloadResponse.getDefaultInstance();
        });
    }

    /** KServe's client sends the model's name where Triton's sends the repository's. */
    private static String modelName(String second, String first) {
        return second.isEmpty() ? first : second;
    }

    @Override
    public void systemSharedMemoryStatus(
            SystemSharedMemoryStatusRequest request, StreamObserver<SystemSharedMemoryStatusResponse> observer) {
        answer(observer, SystemSharedMemoryStatusResponse::getDefaultInstance);
    }

    @Override
    public void systemSharedMemoryRegister(
            SystemSharedMemoryRegisterRequest request, StreamObserver<SystemSharedMemoryRegisterResponse> observer) {
        refuse(observer, "shared memory is not offered; send tensors in the request");
    }

    @Override
    public void systemSharedMemoryUnregister(
            SystemSharedMemoryUnregisterRequest request,
            StreamObserver<SystemSharedMemoryUnregisterResponse> observer) {
        answer(observer, SystemSharedMemoryUnregisterResponse::getDefaultInstance);
    }

    @Override
    public void cudaSharedMemoryStatus(
            CudaSharedMemoryStatusRequest request, StreamObserver<CudaSharedMemoryStatusResponse> observer) {
        answer(observer, CudaSharedMemoryStatusResponse::getDefaultInstance);
    }

    @Override
    public void cudaSharedMemoryRegister(
            CudaSharedMemoryRegisterRequest request, StreamObserver<CudaSharedMemoryRegisterResponse> observer) {
        refuse(observer, "shared memory is not offered; send tensors in the request");
    }

    @Override
    public void cudaSharedMemoryUnregister(
            CudaSharedMemoryUnregisterRequest request, StreamObserver<CudaSharedMemoryUnregisterResponse> observer) {
        answer(observer, CudaSharedMemoryUnregisterResponse::getDefaultInstance);
    }

    @Override
    public void traceSetting(TraceSettingRequest request, StreamObserver<TraceSettingResponse> observer) {
        refuse(observer, "traces are OpenTelemetry's here, and are set where the server is configured");
    }

    @Override
    public void logSettings(LogSettingsRequest request, StreamObserver<LogSettingsResponse> observer) {
        refuse(observer, "logging is set where the server is configured");
    }

    private <T> void refuse(StreamObserver<T> observer, String message) {
        new GrpcReply<>(observer, errors).refuse(OpenInference.notSupported(message));
    }

    private <T> void answer(StreamObserver<T> observer, Supplier<T> work) {
        GrpcReply<T> reply = new GrpcReply<>(observer, errors);
        T answer;
        try {
            answer = work.get();
        } catch (RequestRefusedException refused) {
            reply.refuse(refused);
            return;
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "a question about models failed", e);
            reply.refuse(new RequestRefusedException(Reason.ENGINE_FAILED, "internal error: " + e, e));
            return;
        }
        reply.give(answer);
    }
}
