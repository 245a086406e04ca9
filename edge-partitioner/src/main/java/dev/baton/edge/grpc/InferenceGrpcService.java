package dev.baton.edge.grpc;

import dev.baton.edge.model.Models;
import dev.baton.edge.model.ServedModel;
import dev.baton.edge.request.Deadline;
import dev.baton.edge.request.EdgeInference;
import dev.baton.edge.request.InferenceRequest;
import dev.baton.edge.request.ModelLookup;
import dev.baton.edge.request.RequestRefusedException;
import dev.baton.edge.request.RequestRefusedException.Reason;
import dev.baton.schemas.inference.GRPCInferenceServiceGrpc;
import dev.baton.schemas.inference.ModelInferRequest;
import dev.baton.schemas.inference.ModelInferResponse;
import dev.baton.schemas.inference.ModelMetadataRequest;
import dev.baton.schemas.inference.ModelMetadataResponse;
import dev.baton.schemas.inference.ModelMetadataResponse.TensorMetadata;
import dev.baton.schemas.inference.ModelReadyRequest;
import dev.baton.schemas.inference.ModelReadyResponse;
import dev.baton.schemas.inference.ServerLiveRequest;
import dev.baton.schemas.inference.ServerLiveResponse;
import dev.baton.schemas.inference.ServerMetadataRequest;
import dev.baton.schemas.inference.ServerMetadataResponse;
import dev.baton.schemas.inference.ServerReadyRequest;
import dev.baton.schemas.inference.ServerReadyResponse;
import dev.baton.tensor.TensorSpec;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * The Open Inference Protocol. A model whose package says how a picture becomes an input lists that input as the tensor it
 * is, and takes an encoded picture in its place: datatype {@code BYTES}, shape {@code [1]}.
 */
@GrpcService
public class InferenceGrpcService extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {

    private static final Logger LOG = Logger.getLogger(InferenceGrpcService.class);
    private static final String NAME = "baton-edge";
    private static final String PLATFORM = "onnxruntime_onnx";

    private final EdgeInference inference;
    private final ModelLookup lookup;
    private final Models models;
    private final DeadlineWatch deadlines;
    private final RequestThreads threads;
    private final String version;

    InferenceGrpcService(
            EdgeInference inference,
            ModelLookup lookup,
            Models models,
            DeadlineWatch deadlines,
            RequestThreads threads,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        this.inference = inference;
        this.lookup = lookup;
        this.models = models;
        this.deadlines = deadlines;
        this.threads = threads;
        this.version = version;
    }

    @Override
    public void modelInfer(ModelInferRequest message, StreamObserver<ModelInferResponse> observer) {
        long arrived = System.nanoTime();
        Optional<Deadline> deadline = callDeadline(arrived);
        SingleAnswer<ModelInferResponse> answer = new SingleAnswer<>(observer);
        try {
            threads.run(() -> infer(message, deadline, arrived, answer));
        } catch (RejectedExecutionException closed) {
            answer.fail(shuttingDown());
        }
    }

    private void infer(
            ModelInferRequest message,
            Optional<Deadline> callDeadline,
            long arrived,
            SingleAnswer<ModelInferResponse> answer) {
        String id = message.getId();
        try {
            InferenceRequest request = RequestReader.read(message, callDeadline, arrived);
            id = id.isEmpty() ? request.id() : id;
            Optional<Future<?>> watch = request.deadline().map(deadline -> watch(deadline, answer));
            try {
                answer.give(ResponseWriter.write(inference.infer(request), id));
            } finally {
                watch.ifPresent(w -> w.cancel(false));
            }
        } catch (RequestRefusedException refused) {
            answer.fail(Statuses.of(refused));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            answer.fail(shuttingDown());
        } catch (RuntimeException | Error e) { // an Error, too: this thread ends here, and nobody else would answer
            LOG.errorf(e, "request %s for model %s failed", id, message.getModelName());
            answer.fail(Statuses.of(Reason.ENGINE_FAILED, "internal error: " + e));
        }
    }

    private static RuntimeException shuttingDown() {
        return Status.UNAVAILABLE
                .withDescription("the edge node is shutting down")
                .asRuntimeException();
    }

    private static Optional<Deadline> callDeadline(long now) {
        return Optional.ofNullable(Context.current().getDeadline())
                .map(deadline -> Deadline.in(Duration.ofNanos(deadline.timeRemaining(TimeUnit.NANOSECONDS)), now));
    }

    private Future<?> watch(Deadline deadline, SingleAnswer<ModelInferResponse> answer) {
        return deadlines.after(
                deadline.remaining(System.nanoTime()),
                () -> answer.fail(Statuses.of(
                        Reason.DEADLINE_PASSED, "the deadline passed while the request was being worked on")));
    }

    @Override
    public void serverLive(ServerLiveRequest request, StreamObserver<ServerLiveResponse> observer) {
        new SingleAnswer<>(observer)
                .give(ServerLiveResponse.newBuilder().setLive(true).build());
    }

    @Override
    public void serverReady(ServerReadyRequest request, StreamObserver<ServerReadyResponse> observer) {
        new SingleAnswer<>(observer)
                .give(ServerReadyResponse.newBuilder()
                        .setReady(models.allServed())
                        .build());
    }

    @Override
    public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> observer) {
        boolean ready = models.served(request.getName())
                .filter(model ->
                        request.getVersion().isEmpty() || request.getVersion().equals(model.version()))
                .isPresent();
        new SingleAnswer<>(observer)
                .give(ModelReadyResponse.newBuilder().setReady(ready).build());
    }

    @Override
    public void serverMetadata(ServerMetadataRequest request, StreamObserver<ServerMetadataResponse> observer) {
        new SingleAnswer<>(observer)
                .give(ServerMetadataResponse.newBuilder()
                        .setName(NAME)
                        .setVersion(version)
                        .build());
    }

    @Override
    public void modelMetadata(ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> observer) {
        SingleAnswer<ModelMetadataResponse> answer = new SingleAnswer<>(observer);
        try (ServedModel.Lease lease = lookup.lease(
                request.getName(), Optional.of(request.getVersion()).filter(v -> !v.isEmpty()))) {
            answer.give(metadata(lease.model()));
        } catch (RequestRefusedException refused) {
            answer.fail(Statuses.of(refused));
        }
    }

    private static ModelMetadataResponse metadata(ServedModel model) {
        ModelMetadataResponse.Builder metadata = ModelMetadataResponse.newBuilder()
                .setName(model.name())
                .addVersions(model.version())
                .setPlatform(PLATFORM);
        model.manifest().inputs().forEach(input -> metadata.addInputs(tensor(input)));
        model.manifest().outputs().forEach(output -> metadata.addOutputs(tensor(output)));
        return metadata.build();
    }

    private static TensorMetadata tensor(TensorSpec spec) {
        return TensorMetadata.newBuilder()
                .setName(spec.name())
                .setDatatype(spec.type().name())
                .addAllShape(spec.shape().dimensions())
                .build();
    }
}
