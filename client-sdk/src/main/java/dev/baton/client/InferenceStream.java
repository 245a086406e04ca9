package dev.baton.client;

import dev.baton.client.AttemptedCall.Answer;
import dev.baton.client.AttemptedCall.Means;
import dev.baton.client.BatonException.Attempt;
import dev.baton.client.BatonException.Failure;
import dev.baton.schemas.inference.GRPCInferenceServiceGrpc;
import dev.baton.schemas.inference.InferParameter;
import dev.baton.schemas.inference.ModelInferRequest;
import dev.baton.schemas.inference.ModelStreamInferResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Requests one after the other over one call, as frames of a video: while the answer to one is on its way, the next are sent.
 * Each has its own answer, or its own failure, which does not end the stream. Answers complete as they arrive; who wants
 * them in order keeps the futures in order.
 *
 * <p>A stream stays with one edge node. Where that is gone, it goes on at another, and what was not answered is sent again
 * there in the order of sending, within the {@link RetryPolicy} of the client. For servers with Triton's
 * {@code ModelStreamInfer}, and models that give one answer for each request.
 *
 * <p>For any number of threads.
 */
public final class InferenceStream implements AutoCloseable {

    private static final MethodDescriptor<ModelInferRequest, ModelStreamInferResponse> METHOD =
            GRPCInferenceServiceGrpc.getModelStreamInferMethod();
    private static final String TIMEOUT = "timeout";

    private final Means means;
    private final Duration deadline;
    private final int maxMessageBytes;
    private final StreamOptions options;
    private final Consumer<InferenceStream> closing;
    private final Semaphore room;

    // Guarded by this.
    private final Map<String, Sent> unanswered = new LinkedHashMap<>();
    private final List<Attempt> failures = new ArrayList<>();
    private final Retries retries;
    private @Nullable Connection connection;
    private boolean waiting;
    private boolean closed;

    InferenceStream(
            Means means,
            RetryPolicy policy,
            Duration deadline,
            int maxMessageBytes,
            StreamOptions options,
            Consumer<InferenceStream> closing) {
        this.means = means;
        this.retries = new Retries(means.edges(), means.budget(), policy);
        this.deadline = options.deadline().orElse(deadline);
        this.maxMessageBytes = maxMessageBytes;
        this.options = options;
        this.closing = closing;
        this.room = new Semaphore(options.maxInFlight());
    }

    /**
     * Sends a request, and waits while as many as the stream takes are unanswered, up to the request's deadline.
     *
     * @param request with an id that no other under way has, or without
     * @return the answer to come, or a {@link BatonException}; cancelling it frees its place, the server goes on
     * @throws BatonException.Overloaded when there was no place for it in all that time
     * @throws IllegalArgumentException when a request of its id is under way
     */
    public CompletableFuture<InferenceResult> send(InferenceRequest request) {
        requireOpen();
        try {
            if (!room.tryAcquire(deadline.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new BatonException.Overloaded(Failure.local(
                        Calls.what(METHOD, request.model()),
                        request.id().orElse(""),
                        Status.Code.RESOURCE_EXHAUSTED,
                        "%d requests were unanswered for all of %d ms, as many as the stream takes"
                                .formatted(options.maxInFlight(), deadline.toMillis())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BatonException.Cancelled(Failure.local(
                    Calls.what(METHOD, request.model()),
                    request.id().orElse(""),
                    Status.Code.CANCELLED,
                    "the sending thread was interrupted"));
        }
        return sendWithPlace(request);
    }

    /**
     * Sends a request if there is a place for it, for sources that rather drop a frame than wait.
     *
     * @param request with an id that no other under way has, or without
     * @return the answer to come; empty where as many as the stream takes are unanswered, and nothing was sent
     * @throws IllegalArgumentException when a request of its id is under way
     */
    public Optional<CompletableFuture<InferenceResult>> offer(InferenceRequest request) {
        requireOpen();
        return room.tryAcquire() ? Optional.of(sendWithPlace(request)) : Optional.empty();
    }

    private CompletableFuture<InferenceResult> sendWithPlace(InferenceRequest request) {
        Sent sent;
        try {
            sent = new Sent(request);
            synchronized (this) {
                requireOpen();
                if (unanswered.putIfAbsent(sent.id(), sent) != null) {
                    throw new IllegalArgumentException("request '%s' is under way".formatted(sent.id()));
                }
            }
        } catch (BatonException refusedHere) {
            room.release();
            return CompletableFuture.failedFuture(refusedHere);
        } catch (RuntimeException e) {
            room.release();
            throw e;
        }
        means.budget().deposit();
        sent.watch();
        synchronized (this) {
            if (connection != null) {
                connection.send(sent);
            } else if (!waiting && !sent.result.isDone()) {
                connect(means.edges().pick());
            }
        }
        return sent.result;
    }

    /** Begins a call to an edge node with all that is unanswered. Holds the lock. */
    private void connect(EdgeNode edge) {
        waiting = false;
        if (unanswered.isEmpty()) {
            return;
        }
        Connection next = new Connection(edge);
        connection = next;
        retries.tried(edge);
        next.start();
        unanswered.values().forEach(next::send);
    }

    private void answered(Connection from, ModelStreamInferResponse response) {
        Sent sent;
        synchronized (this) {
            if (from != connection) {
                return;
            }
            sent = unanswered.get(response.getInferResponse().getId());
            if (sent == null && response.getInferResponse().getId().isEmpty() && unanswered.size() == 1) {
                sent = unanswered.values().iterator().next(); // some servers name no id in an error
            }
            worksAgain();
            retries.tried(from.edge);
        }
        from.edge.answered();
        if (sent != null) {
            sent.answered(from.edge, response);
        } else if (response.getInferResponse().getId().isEmpty()) {
            broken(
                    from,
                    AttemptFailure.of(
                            Status.INTERNAL.withDescription(
                                    "an answer without the request's id: %s".formatted(response.getErrorMessage())),
                            null));
            from.cancel("an answer without the request's id");
        }
    }

    /** The call has ended, with requests unanswered or none. */
    private void broken(Connection ended, AttemptFailure failure) {
        List<Sent> lost;
        String problem = "";
        List<Attempt> history;
        synchronized (this) {
            if (ended != connection) {
                return;
            }
            connection = null;
            failures.add(new Attempt(ended.edge.address(), failure.code(), failure.description(), ended.took()));
            history = List.copyOf(failures);
            List<Sent> all = List.copyOf(unanswered.values());
            all.forEach(sent -> sent.span.attemptFailed(ended.edge.address(), failure.code()));
            lost = all.stream()
                    .filter(sent -> !failure.mayRetry(sent.request.isRepeatable()))
                    .toList();
            lost.forEach(sent -> unanswered.remove(sent.id()));
            Retries.Next next = unanswered.isEmpty() ? new Retries.Never("") : retries.next(failure);
            if (!goOn(next)) {
                lost = all;
                problem = next instanceof Retries.Never never ? never.why() : "the client was closed";
                worksAgain();
            }
        }
        for (Sent sent : lost) {
            sent.failed(failure, problem, history);
        }
    }

    /** Holds the lock. */
    private boolean goOn(Retries.Next next) {
        if (next instanceof Retries.Now now) {
            connect(now.edge());
            return true;
        }
        if (next instanceof Retries.After after) {
            waiting = means.timer().after(after.pause(), this::connectAfterWait).isPresent();
            return waiting;
        }
        return false;
    }

    /** The next failure is a first one. Holds the lock. */
    private void worksAgain() {
        failures.clear();
        retries.forget();
    }

    private synchronized void connectAfterWait() {
        if (connection == null) {
            connect(means.edges().pick());
        }
    }

    private void requireOpen() {
        synchronized (this) {
            if (closed) {
                throw new IllegalStateException("this stream is closed");
            }
        }
    }

    /** Takes no more requests, waits until each has its answer or has failed, which their deadlines bound, and ends the call. */
    @Override
    public void close() {
        close(deadline);
    }

    /**
     * Takes no more requests, waits for the answers of those under way, cancels what is left, and ends the call.
     *
     * @param patience how long to wait; nothing to cancel at once
     */
    public void close(Duration patience) {
        synchronized (this) {
            closed = true;
        }
        try {
            if (room.tryAcquire(options.maxInFlight(), patience.toNanos(), TimeUnit.NANOSECONDS)) {
                room.release(options.maxInFlight());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // and cancel at once
        }
        List<Sent> left;
        Connection last;
        synchronized (this) {
            left = List.copyOf(unanswered.values());
            last = connection;
            connection = null;
        }
        left.forEach(sent -> sent.cancel("the stream was closed"));
        if (last != null) {
            last.end(left.isEmpty());
        }
        closing.accept(this);
    }

    /** A request that waits for its answer. */
    private final class Sent {
        private final InferenceRequest request;
        private final ModelInferRequest message;
        private final Telemetry.CallSpan span;
        private final long beganNanos = System.nanoTime();
        private final CompletableFuture<InferenceResult> result = new CompletableFuture<>();
        private final AtomicBoolean ended = new AtomicBoolean();
        private @Nullable Connection sentOver;
        private int sendings;

        Sent(InferenceRequest request) {
            this.request = request;
            ModelInferRequest.Builder builder = Messages.write(request, request.idOrNew()).toBuilder();
            if (!request.parameters().containsKey(TIMEOUT)) {
                // A stream's call has no deadline; the protocol has this parameter, in microseconds.
                long micros = deadline.toNanos() / 1_000;
                builder.putParameters(
                        TIMEOUT,
                        InferParameter.newBuilder().setInt64Param(micros).build());
            }
            options.parameters()
                    .forEach((name, value) -> builder.putParameters(
                            name,
                            InferParameter.newBuilder().setStringParam(value).build()));
            this.message = builder.build();
            Calls.requireSize(message, maxMessageBytes, what(), message.getId());
            this.span = means.telemetry().begin(METHOD.getFullMethodName(), request.model());
        }

        String id() {
            return message.getId();
        }

        private String what() {
            return Calls.what(METHOD, request.model());
        }

        /** Whoever completes the result, be it the caller by cancelling it, frees the place. */
        void watch() {
            Calls.whenDone(result, (answer, problem) -> end(problem));
            means.timer()
                    .after(deadline, this::late)
                    .ifPresentOrElse(
                            late -> Calls.whenDone(result, (answer, problem) -> late.cancel(false)),
                            () -> cancel("the client was closed"));
        }

        /** Gives back what the request held, at the first word of its end, before anybody can see it. */
        private void end(@Nullable Throwable problem) {
            if (!ended.compareAndSet(false, true)) {
                return;
            }
            synchronized (InferenceStream.this) {
                unanswered.remove(id(), this);
            }
            room.release();
            span.end(problem, sendings, took());
        }

        private void fail(RuntimeException problem) {
            end(problem);
            result.completeExceptionally(problem);
        }

        void answered(EdgeNode edge, ModelStreamInferResponse response) {
            span.answeredBy(edge.address());
            if (!response.getErrorMessage().isEmpty()) {
                AttemptFailure failure = StreamErrors.read(response);
                failed(
                        failure,
                        "",
                        List.of(new Attempt(edge.address(), failure.code(), failure.description(), took())));
                return;
            }
            try {
                InferenceResult read =
                        Messages.read(new Answer<>(response.getInferResponse(), edge.address(), sendings, took()));
                end(null);
                result.complete(read);
            } catch (MalformedAnswerProblem malformed) {
                fail(new BatonException.MalformedAnswer(failure(
                        Status.Code.OK,
                        "%s answered: %s".formatted(edge, malformed.getMessage()),
                        ServerSaid.NOTHING,
                        List.of(),
                        malformed)));
            } catch (RuntimeException unexpected) {
                fail(unexpected);
            }
        }

        void failed(AttemptFailure failure, String problem, List<Attempt> history) {
            fail(failure.exception(failure(
                    failure.code(),
                    problem,
                    failure.said(),
                    history,
                    failure.status().asRuntimeException())));
        }

        private void late() {
            List<Attempt> history;
            Connection over;
            synchronized (InferenceStream.this) {
                history = List.copyOf(failures);
                over = sentOver;
            }
            fail(new BatonException.DeadlineExceeded(failure(
                    Status.Code.DEADLINE_EXCEEDED,
                    "no answer within %d ms".formatted(deadline.toMillis()),
                    ServerSaid.NOTHING,
                    history,
                    null)));
            if (over != null) {
                over.late();
            }
        }

        void cancel(String why) {
            fail(new BatonException.Cancelled(
                    failure(Status.Code.CANCELLED, why, ServerSaid.NOTHING, List.of(), null)));
        }

        private Failure failure(
                Status.Code status, String problem, ServerSaid said, List<Attempt> history, @Nullable Throwable cause) {
            return new Failure(what(), id(), status, problem, said, history, took(), cause);
        }

        private Duration took() {
            return Duration.ofNanos(System.nanoTime() - beganNanos);
        }
    }

    /** The call to one edge node. */
    private final class Connection extends ClientCall.Listener<ModelStreamInferResponse> {
        private final EdgeNode edge;
        private final ClientCall<ModelInferRequest, ModelStreamInferResponse> call;
        private final long beganNanos = System.nanoTime();

        Connection(EdgeNode edge) {
            this.edge = edge;
            this.call = edge.channel().newCall(METHOD, CallOptions.DEFAULT);
        }

        void start() {
            edge.begin();
            Metadata headers = Identity.metadata(options.headers());
            means.telemetry().inject(headers);
            call.start(this, headers);
            call.request(1);
        }

        /** In the order of the lock, which is held. */
        void send(Sent sent) {
            if (sent.sentOver == this) {
                return;
            }
            sent.sentOver = this;
            sent.sendings++;
            try {
                call.sendMessage(sent.message);
            } catch (IllegalStateException ended) {
                // The call has ended, and will say so in onClose, which sends the request again or lets it fail.
                sent.span.event("not sent", edge.address());
            }
        }

        void end(boolean inPeace) {
            if (inPeace) {
                call.halfClose();
            } else {
                call.cancel("the stream was closed", null);
            }
        }

        void cancel(String why) {
            call.cancel(why, null);
        }

        /** A call may outlive the edge node behind it, silently; so many late answers in a row are taken for that. */
        void late() {
            means.edges()
                    .failed(
                            edge,
                            AttemptFailure.of(Status.DEADLINE_EXCEEDED.withDescription("no answer in time"), null));
            if (edge.isEjected()) {
                broken(
                        this,
                        AttemptFailure.of(
                                Status.UNAVAILABLE.withDescription("answers nothing in time, time after time"), null));
                cancel("no answer in time");
            }
        }

        Duration took() {
            return Duration.ofNanos(System.nanoTime() - beganNanos);
        }

        @Override
        public void onMessage(ModelStreamInferResponse response) {
            call.request(1);
            InferenceStream.this.answered(this, response);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            edge.end();
            AttemptFailure failure = AttemptFailure.of(
                    status.isOk() ? Status.UNAVAILABLE.withDescription("the server ended the stream") : status,
                    trailers);
            if (status.getCode() != Status.Code.CANCELLED && !status.isOk()) {
                means.edges().failed(edge, failure);
            }
            broken(this, failure);
        }
    }
}
