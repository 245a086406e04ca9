package dev.baton.client;

import dev.baton.client.AttemptedCall.Means;
import dev.baton.client.AttemptedCall.Question;
import dev.baton.client.AttemptedCall.Reader;
import dev.baton.client.BatonException.Failure;
import dev.baton.schemas.inference.GRPCInferenceServiceGrpc;
import dev.baton.schemas.inference.ModelInferRequest;
import dev.baton.schemas.inference.ModelMetadataRequest;
import dev.baton.schemas.inference.ModelReadyRequest;
import dev.baton.schemas.inference.RepositoryIndexRequest;
import dev.baton.schemas.inference.ServerLiveRequest;
import dev.baton.schemas.inference.ServerMetadataRequest;
import dev.baton.schemas.inference.ServerReadyRequest;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A client of one or several edge nodes, or of any servers that speak the Open Inference Protocol v2 over gRPC. Make one and
 * share it: it is for any number of threads, and holds a connection to each edge node. Close it at the end.
 *
 * <pre>{@code
 * try (BatonClient baton = BatonClient.connect("edge-1:8001", "edge-2:8001")) {
 *     InferenceResult result = baton.infer("gauge", Picture.of(Path.of("dial.jpg")));
 *     float reading = result.output("reading").toFloats()[0];
 * }
 * }</pre>
 *
 * <p>Every call has a deadline. A call that fails is tried again where that is safe and the {@link RetryPolicy} allows, at
 * another edge node if there is one. What fails for good does so with one of the {@link BatonException}s.
 */
public final class BatonClient implements AutoCloseable {

    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);
    private static final Duration CANCEL_PATIENCE = Duration.ofSeconds(2);

    /** What applies to every call that does not say otherwise. */
    record Settings(
            Duration deadline,
            RetryPolicy retries,
            Optional<Duration> hedgeAfter,
            int maxInFlight,
            int maxMessageBytes,
            boolean checkInputs) {}

    private final Settings settings;
    private final Means means;
    private final Timer timer = new Timer();
    private final Semaphore inFlight;
    private final Map<List<String>, ModelMetadata> known = new ConcurrentHashMap<>();
    private final Set<AttemptedCall<?, ?, ?>> calls = ConcurrentHashMap.newKeySet();
    private final Set<InferenceStream> streams = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    BatonClient(List<EdgeNode> edges, Settings settings, Telemetry telemetry) {
        this.settings = settings;
        this.means = new Means(
                new Edges(edges, timer), new RetryBudget(settings.retries(), System::nanoTime), timer, telemetry);
        this.inFlight = new Semaphore(settings.maxInFlight());
    }

    /**
     * {@return a client in plain text, with every setting as it is by default}
     *
     * @param edges addresses, each {@code host:port}
     * @throws IllegalArgumentException when one is no address
     */
    public static BatonClient connect(String... edges) {
        return builder().edges(List.of(edges)).build();
    }

    /** {@return a client to be described} */
    public static BatonClientBuilder builder() {
        return new BatonClientBuilder();
    }

    /**
     * Asks a model, and waits for the answer.
     *
     * @param request inputs, and which outputs are wanted
     * @return the answer
     * @throws BatonException when there is none
     */
    public InferenceResult infer(InferenceRequest request) {
        return infer(request, RequestOptions.defaults());
    }

    /**
     * Asks a model, and waits for the answer.
     *
     * @param request inputs, and which outputs are wanted
     * @param options what this call wants otherwise than the client
     * @return the answer
     * @throws BatonException when there is none
     */
    public InferenceResult infer(InferenceRequest request, RequestOptions options) {
        Duration within = options.deadline().orElse(settings.deadline());
        String what = Calls.what(GRPCInferenceServiceGrpc.getModelInferMethod(), request.model());
        requireOpen();
        if (inFlight.tryAcquire()) {
            return await(what, send(request, options));
        }
        long start = System.nanoTime();
        awaitRoom(what, within);
        Duration left = within.minusNanos(System.nanoTime() - start);
        return await(what, send(request, options.deadline(left.isNegative() ? Duration.ofNanos(1) : left)));
    }

    /**
     * Shows a picture to a model that says how a picture becomes its input, and waits for the answer. The name of that input
     * is the first of the model's metadata, which is asked for once.
     *
     * @param model its name
     * @param picture a JPEG or PNG
     * @return the answer
     * @throws BatonException when there is none
     */
    public InferenceResult infer(String model, Picture picture) {
        return infer(model, picture, RequestOptions.defaults());
    }

    /**
     * Shows a picture to a model that says how a picture becomes its input, and waits for the answer. The name of that input
     * is the first of the model's metadata, which is asked for once.
     *
     * @param model its name
     * @param picture a JPEG or PNG
     * @param options what this call wants otherwise than the client
     * @return the answer
     * @throws BatonException when there is none
     */
    public InferenceResult infer(String model, Picture picture, RequestOptions options) {
        ModelMetadata metadata = known.get(List.of(model, ""));
        List<TensorMetadata> inputs = (metadata == null ? modelMetadata(model) : metadata).inputs();
        if (inputs.isEmpty()) {
            throw new BatonException.MalformedAnswer(Failure.local(
                    Calls.what(GRPCInferenceServiceGrpc.getModelMetadataMethod(), model),
                    "",
                    Status.Code.OK,
                    "the model's metadata names no input"));
        }
        InferenceInput input = InferenceInput.picture(inputs.get(0).name(), picture);
        return infer(InferenceRequest.of(model, input), options);
    }

    /**
     * Asks a model.
     *
     * @param request inputs, and which outputs are wanted
     * @return the answer to come, or a {@link BatonException}; cancelling it cancels the call up to the server, cancelling
     *     what was derived from it does not
     */
    public CompletableFuture<InferenceResult> inferAsync(InferenceRequest request) {
        return inferAsync(request, RequestOptions.defaults());
    }

    /**
     * Asks a model.
     *
     * @param request inputs, and which outputs are wanted
     * @param options what this call wants otherwise than the client
     * @return the answer to come, or a {@link BatonException}; cancelling it cancels the call up to the server, cancelling
     *     what was derived from it does not
     */
    public CompletableFuture<InferenceResult> inferAsync(InferenceRequest request, RequestOptions options) {
        requireOpen();
        if (!inFlight.tryAcquire()) {
            return CompletableFuture.failedFuture(noRoom(
                    Calls.what(GRPCInferenceServiceGrpc.getModelInferMethod(), request.model()),
                    "%d requests are under way, as many as maxInFlight allows".formatted(settings.maxInFlight())));
        }
        return send(request, options);
    }

    /**
     * Opens a stream, on which many requests are under way at a time over one call. For servers with Triton's
     * {@code ModelStreamInfer}.
     *
     * @param options how many may be under way, and within what time each is answered
     * @return the stream; close it at the end
     */
    public InferenceStream stream(StreamOptions options) {
        requireOpen();
        InferenceStream stream = new InferenceStream(
                means, settings.retries(), settings.deadline(), settings.maxMessageBytes(), options, streams::remove);
        streams.add(stream);
        return stream;
    }

    /** Holds a place in flight, and gives it back at the end. */
    private CompletableFuture<InferenceResult> send(InferenceRequest request, RequestOptions options) {
        try {
            return checked(request, options);
        } catch (BatonException refusedHere) {
            inFlight.release();
            return CompletableFuture.failedFuture(refusedHere);
        }
    }

    /** Sends what the model takes as far as is known; metadata that objects is asked for again first, as models change. */
    private CompletableFuture<InferenceResult> checked(InferenceRequest request, RequestOptions options) {
        ModelMetadata metadata = known.get(List.of(request.model(), request.version()));
        boolean objects = metadata == null
                ? settings.checkInputs()
                : InputCheck.problem(request, metadata).isPresent();
        if (!objects) {
            return call(inference(request, options), inFlight::release);
        }
        CompletableFuture<InferenceResult> result = new CompletableFuture<>();
        Calls.whenDone(metadata(request.model(), request.version()), (fresh, unknown) -> {
            Optional<String> problem = unknown == null ? InputCheck.problem(request, fresh) : Optional.empty();
            if (problem.isPresent()) {
                inFlight.release();
                result.completeExceptionally(new BatonException.InvalidInput(Failure.local(
                        Calls.what(GRPCInferenceServiceGrpc.getModelInferMethod(), request.model()),
                        request.id().orElse(""),
                        Status.Code.INVALID_ARGUMENT,
                        problem.get())));
            } else if (result.isDone()) {
                inFlight.release();
            } else {
                follow(result, request, options);
            }
        });
        return result;
    }

    private void follow(CompletableFuture<InferenceResult> result, InferenceRequest request, RequestOptions options) {
        try {
            Calls.follow(result, call(inference(request, options), inFlight::release));
        } catch (BatonException refusedHere) {
            inFlight.release();
            result.completeExceptionally(refusedHere);
        }
    }

    private Question<ModelInferRequest, ?, InferenceResult> inference(
            InferenceRequest request, RequestOptions options) {
        String id = request.idOrNew();
        ModelInferRequest message = Messages.write(request, id);
        String what = Calls.what(GRPCInferenceServiceGrpc.getModelInferMethod(), request.model());
        Calls.requireSize(message, settings.maxMessageBytes(), what, id);
        return new Question<>(
                GRPCInferenceServiceGrpc.getModelInferMethod(),
                message,
                what,
                request.model(),
                id,
                request.isRepeatable(),
                options.deadline().orElse(settings.deadline()),
                Identity.metadata(options.headers()),
                options.retries().orElse(settings.retries()),
                options.hedgeAfter().or(settings::hedgeAfter),
                Messages::read);
    }

    /** {@return whether an edge node answers and is live} */
    public boolean isLive() {
        return yes(
                ask(
                        GRPCInferenceServiceGrpc.getServerLiveMethod(),
                        ServerLiveRequest.getDefaultInstance(),
                        "",
                        answer -> answer.message().getLive()),
                Calls.what(GRPCInferenceServiceGrpc.getServerLiveMethod(), ""));
    }

    /** {@return whether an edge node answers and has all of its models ready} */
    public boolean isReady() {
        return yes(
                ask(
                        GRPCInferenceServiceGrpc.getServerReadyMethod(),
                        ServerReadyRequest.getDefaultInstance(),
                        "",
                        answer -> answer.message().getReady()),
                Calls.what(GRPCInferenceServiceGrpc.getServerReadyMethod(), ""));
    }

    /**
     * {@return whether an edge node answers and has this model ready}
     *
     * @param model its name
     */
    public boolean isReady(String model) {
        return yes(
                ask(
                        GRPCInferenceServiceGrpc.getModelReadyMethod(),
                        ModelReadyRequest.newBuilder().setName(model).build(),
                        model,
                        answer -> answer.message().getReady()),
                Calls.what(GRPCInferenceServiceGrpc.getModelReadyMethod(), model));
    }

    private boolean yes(CompletableFuture<Boolean> answer, String what) {
        try {
            return await(what, answer);
        } catch (BatonException.Unavailable | BatonException.DeadlineExceeded | BatonException.ModelNotFound no) {
            return false; // as the questions are put, no answer is a no
        }
    }

    /**
     * {@return name, version and extensions of an edge node}
     *
     * @throws BatonException when there is no answer
     */
    public ServerMetadata serverMetadata() {
        return await(
                Calls.what(GRPCInferenceServiceGrpc.getServerMetadataMethod(), ""),
                ask(
                        GRPCInferenceServiceGrpc.getServerMetadataMethod(),
                        ServerMetadataRequest.getDefaultInstance(),
                        "",
                        answer -> Messages.metadata(answer.message())));
    }

    /**
     * {@return inputs, outputs and versions of a model}; from then on its requests are checked against them before they are sent
     *
     * @param model its name
     * @throws BatonException when there is no answer
     */
    public ModelMetadata modelMetadata(String model) {
        return modelMetadata(model, "");
    }

    /**
     * {@return inputs and outputs of a version of a model}; from then on requests to it are checked against them before they
     * are sent
     *
     * @param model its name
     * @param version one that the server has; empty for the one that it would choose
     * @throws BatonException when there is no answer
     */
    public ModelMetadata modelMetadata(String model, String version) {
        return await(Calls.what(GRPCInferenceServiceGrpc.getModelMetadataMethod(), model), metadata(model, version));
    }

    private CompletableFuture<ModelMetadata> metadata(String model, String version) {
        return ask(
                GRPCInferenceServiceGrpc.getModelMetadataMethod(),
                ModelMetadataRequest.newBuilder()
                        .setName(model)
                        .setVersion(version)
                        .build(),
                model,
                answer -> {
                    ModelMetadata metadata = Messages.metadata(answer.message());
                    known.put(List.of(model, version), metadata);
                    return metadata;
                });
    }

    /**
     * {@return every model that an edge node knows, ready or not}
     *
     * @throws BatonException when there is no answer; {@link BatonException.Unsupported} from servers that have no such list
     */
    public List<ListedModel> models() {
        return await(
                Calls.what(GRPCInferenceServiceGrpc.getRepositoryIndexMethod(), ""),
                ask(
                        GRPCInferenceServiceGrpc.getRepositoryIndexMethod(),
                        RepositoryIndexRequest.getDefaultInstance(),
                        "",
                        answer -> Messages.models(answer.message())));
    }

    /** {@return what this client thinks of each edge node, in the order in which they were named} */
    public List<EdgeStatus> edges() {
        return means.edges().all().stream()
                .map(edge -> new EdgeStatus(edge.address(), edge.isEjected(), edge.outstanding()))
                .toList();
    }

    private <Q, R, T> CompletableFuture<T> ask(
            MethodDescriptor<Q, R> method, Q message, String model, Reader<R, T> reader) {
        requireOpen();
        return call(
                new Question<>(
                        method,
                        message,
                        Calls.what(method, model),
                        model,
                        "",
                        true,
                        settings.deadline(),
                        Identity.metadata(Map.of()),
                        settings.retries(),
                        Optional.empty(),
                        reader),
                () -> {});
    }

    private <Q, R, T> CompletableFuture<T> call(Question<Q, R, T> question, Runnable ending) {
        AttemptedCall<Q, R, T> call = new AttemptedCall<>(means, question);
        calls.add(call);
        CompletableFuture<T> result = call.start(() -> {
            calls.remove(call);
            ending.run();
        });
        if (closed) {
            call.cancel("the client was closed");
        }
        return result;
    }

    private void awaitRoom(String what, Duration within) {
        try {
            if (!inFlight.tryAcquire(within.toNanos(), TimeUnit.NANOSECONDS)) {
                throw noRoom(
                        what,
                        "%d requests were under way for all of %d ms, as many as maxInFlight allows"
                                .formatted(settings.maxInFlight(), within.toMillis()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted(what);
        }
        if (closed) {
            inFlight.release();
            requireOpen();
        }
    }

    private static BatonException noRoom(String what, String problem) {
        return new BatonException.Overloaded(Failure.local(what, "", Status.Code.RESOURCE_EXHAUSTED, problem));
    }

    private static BatonException interrupted(String what) {
        return new BatonException.Cancelled(
                Failure.local(what, "", Status.Code.CANCELLED, "the waiting thread was interrupted"));
    }

    /** An exception is told where the caller waits, not where gRPC ran. */
    private static <T> T await(String what, CompletableFuture<T> result) {
        try {
            return result.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            BatonException interrupted = interrupted(what);
            result.completeExceptionally(interrupted);
            throw interrupted;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof BatonException failed) {
                failed.fillInStackTrace();
                throw failed;
            }
            throw new IllegalStateException("%s: a fault of this client".formatted(what), e.getCause());
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("this client is closed");
        }
    }

    /** Takes no more calls, waits up to 5 s for those under way, and cancels what is left. */
    @Override
    public void close() {
        close(CLOSE_PATIENCE);
    }

    /**
     * Takes no more calls, waits for those under way, and cancels what is left.
     *
     * @param patience how long to wait; nothing to cancel at once
     */
    public void close(Duration patience) {
        closed = true;
        long end = System.nanoTime() + patience.toNanos();
        try {
            streams.forEach(stream -> stream.close(Duration.ofNanos(Math.max(0, end - System.nanoTime()))));
            if (inFlight.tryAcquire(
                    settings.maxInFlight(), Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                inFlight.release(settings.maxInFlight());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // and cancel at once
        }
        calls.forEach(call -> call.cancel("the client was closed"));
        timer.close();
        means.edges().all().forEach(edge -> edge.channel().shutdown());
        means.edges().all().forEach(BatonClient::awaitTermination);
    }

    private static void awaitTermination(EdgeNode edge) {
        try {
            if (!edge.channel().awaitTermination(CANCEL_PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
                edge.channel().shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            edge.channel().shutdownNow();
        }
    }
}
