package dev.baton.openinference.grpc;

import dev.baton.openinference.RequestRefusedException;
import dev.baton.openinference.RequestRefusedException.Reason;
import dev.baton.openinference.protocol.ErrorContract;
import dev.baton.openinference.protocol.InferenceCalls;
import dev.baton.openinference.protocol.Reply;
import dev.baton.schemas.inference.InferParameter;
import dev.baton.schemas.inference.ModelInferRequest;
import dev.baton.schemas.inference.ModelInferResponse;
import dev.baton.schemas.inference.ModelStreamInferResponse;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One {@code ModelStreamInfer} call. Requests are worked on at the same time, up to a window, and answered in their order or as
 * they are ready. A client that does not read is not read from either: what it has not taken counts into the window. A
 * stream that drops goes on reading while the window is full, up to {@value #MOST_UNREAD} answers that nobody took.
 */
final class InferStream {

    private static final String FINAL_RESPONSE = "triton_final_response";
    private static final InferParameter TRUE =
            InferParameter.newBuilder().setBoolParam(true).build();

    /** Of a stream that drops; most of them say that a request was dropped, and are small. */
    private static final int MOST_UNREAD = 256;

    private final ServerCallStreamObserver<ModelStreamInferResponse> client;
    private final ErrorContract errors;
    private final boolean errorEndsStream;
    private final Requests requests;
    private final LongSupplier nanoTicker;

    // Guarded by this.
    private StreamSettings settings;
    private boolean begun;

    /** Requests that were read and whose answers were not handed over, in order. */
    private final Queue<Slot> slots = new ArrayDeque<>();

    /** Those of them that are answered, in the order in which they were. */
    private final Queue<Slot> ready = new ArrayDeque<>();

    /** The one that was read and has not begun, as the window is full. */
    private @Nullable Slot waiting;

    private int underWay;
    private boolean reading = true;
    private boolean halfClosed;
    private boolean ended;

    /** Who works on the requests of streams. */
    interface Requests {

        /** Begins to work on a request that arrived when the ticker stood so, and returns at once. */
        InferenceCalls.Call begin(ModelInferRequest message, long arrivedNanos, Reply<ModelInferResponse> reply);

        /** A request was dropped, as a newer one took its place. */
        void dropped(ModelInferRequest message);
    }

    /** @param settings hold where the first request does not say otherwise */
    InferStream(
            ServerCallStreamObserver<ModelStreamInferResponse> client,
            ErrorContract errors,
            boolean errorEndsStream,
            StreamSettings settings,
            Requests requests,
            LongSupplier nanoTicker) {
        this.client = client;
        this.errors = errors;
        this.errorEndsStream = errorEndsStream;
        this.settings = settings;
        this.requests = requests;
        this.nanoTicker = nanoTicker;
    }

    StreamObserver<ModelInferRequest> begin() {
        client.disableAutoRequest();
        client.setOnReadyHandler(this::flush);
        client.setOnCancelHandler(this::abandon);
        client.request(1);
        return new StreamObserver<>() {
            @Override
            public void onNext(ModelInferRequest message) {
                read(message);
            }

            @Override
            public void onError(Throwable gone) {
                abandon();
            }

            @Override
            public void onCompleted() {
                halfClose();
            }
        };
    }

    private void read(ModelInferRequest message) {
        Slot slot = new Slot(message, nanoTicker.getAsLong());
        Optional<RequestRefusedException> wrong = begun ? Optional.empty() : readSettings(message);
        Optional<Slot> dropped = Optional.empty();
        boolean begins;
        synchronized (this) {
            slots.add(slot);
            begins = wrong.isPresent() || !settings.dropsOldest() || underWay < settings.window();
            if (begins) {
                underWay++;
            } else {
                dropped = Optional.ofNullable(waiting);
                waiting = slot;
            }
            readOn();
        }
        dropped.ifPresent(Slot::drop);
        if (wrong.isPresent()) {
            slot.refuse(wrong.get());
        } else if (begins) {
            slot.begin();
        }
    }

    /** Of the first request, which alone has a say; empty where it makes sense. */
    private Optional<RequestRefusedException> readSettings(ModelInferRequest first) {
        Optional<RequestRefusedException> wrong = Optional.empty();
        StreamSettings asked = settings;
        try {
            asked = settings.askedBy(first);
        } catch (RequestRefusedException refused) {
            wrong = Optional.of(refused);
        }
        synchronized (this) {
            settings = asked;
            begun = true;
            if (!asked.dropsOldest() && asked.window() > 1) {
                client.request(asked.window() - 1);
            }
        }
        return wrong;
    }

    /** A stream that drops reads whatever comes, while answers are taken. Holds the lock. */
    private void readOn() {
        if (settings.dropsOldest()) {
            reading = slots.size() < MOST_UNREAD;
            if (reading) {
                client.request(1);
            }
        }
    }

    /** One request, until its answer is handed over. */
    private final class Slot implements Reply<ModelInferResponse> {

        private final long arrivedNanos;
        private final Context trace = Context.current();
        private @Nullable ModelInferRequest whole;
        private final ModelInferRequest echoed;

        // Guarded by the stream.
        private @Nullable ModelStreamInferResponse answer;
        private Optional<RequestRefusedException> fatal = Optional.empty();
        private InferenceCalls.Call work = () -> {};

        Slot(ModelInferRequest request, long arrivedNanos) {
            this.arrivedNanos = arrivedNanos;
            this.whole = request;
            this.echoed =
                    request.toBuilder().clearInputs().clearRawInputContents().build(); // what is echoed, not megabytes
        }

        /** Works on it, once. */
        void begin() {
            ModelInferRequest message = Objects.requireNonNull(whole, "a request begins once");
            whole = null;
            InferenceCalls.Call begunCall;
            try (Scope _ = trace.makeCurrent()) {
                begunCall = requests.begin(message, arrivedNanos, this);
            }
            boolean tooLate;
            synchronized (InferStream.this) {
                work = begunCall;
                tooLate = ended;
            }
            if (tooLate) {
                begunCall.cancel();
            }
        }

        /** A newer request took its place. That is what the client wanted, and no failure of the stream. */
        void drop() {
            whole = null;
            requests.dropped(echoed);
            RequestRefusedException dropped = new RequestRefusedException(
                    Reason.DROPPED, "dropped: the window was full, and a newer request of the stream came");
            fill(error(dropped), Optional.empty());
        }

        @Override
        public void give(ModelInferResponse response) {
            ended(
                    ModelStreamInferResponse.newBuilder()
                            .setInferResponse(response.toBuilder().putParameters(FINAL_RESPONSE, TRUE))
                            .build(),
                    Optional.empty());
        }

        @Override
        public void refuse(RequestRefusedException refused) {
            ended(error(refused), errorEndsStream ? Optional.of(refused) : Optional.empty());
        }

        private ModelStreamInferResponse error(RequestRefusedException refused) {
            ModelInferResponse.Builder whose = ModelInferResponse.newBuilder()
                    .setModelName(echoed.getModelName())
                    .setModelVersion(echoed.getModelVersion())
                    .setId(echoed.getId())
                    .putParameters(FINAL_RESPONSE, TRUE);
            sayStatus(refused, whose);
            return ModelStreamInferResponse.newBuilder()
                    .setErrorMessage(refused.text())
                    .setInferResponse(whose)
                    .build();
        }

        /** Triton's wrapper has a text and no status; whoever knows these parameters learns what a failed call would say. */
        private void sayStatus(RequestRefusedException refused, ModelInferResponse.Builder whose) {
            whose.putParameters(
                            "baton_error_status",
                            text(errors.code(refused.reason()).name()))
                    .putParameters("baton_error_reason", text(refused.reason().name()));
            refused.retryAfter()
                    .ifPresent(wait -> whose.putParameters(
                            "baton_retry_after_ms",
                            InferParameter.newBuilder()
                                    .setInt64Param(wait.toMillis())
                                    .build()));
        }

        private static InferParameter text(String text) {
            return InferParameter.newBuilder().setStringParam(text).build();
        }

        /** It made room for the one that waits. */
        private void ended(ModelStreamInferResponse response, Optional<RequestRefusedException> endsStream) {
            Optional<Slot> next;
            synchronized (InferStream.this) {
                underWay--;
                next = nextToBegin();
            }
            fill(response, endsStream);
            next.ifPresent(Slot::begin);
        }

        private void fill(ModelStreamInferResponse response, Optional<RequestRefusedException> endsStream) {
            synchronized (InferStream.this) {
                answer = response;
                fatal = endsStream;
                ready.add(this);
            }
            flush();
        }
    }

    /** Holds the lock. */
    private Optional<Slot> nextToBegin() {
        Slot next = waiting;
        if (next == null || ended || underWay >= settings.window()) {
            return Optional.empty();
        }
        waiting = null;
        underWay++;
        return Optional.of(next);
    }

    private synchronized void halfClose() {
        halfClosed = true;
        flush();
    }

    /** What is under way has nobody to be answered to. */
    private void abandon() {
        List<Slot> left;
        synchronized (this) {
            ended = true;
            left = List.copyOf(slots);
            slots.clear();
            ready.clear();
            waiting = null;
        }
        left.forEach(slot -> slot.work.cancel());
    }

    /** Hands over what is ready and whose turn it is, as far as the client takes it. */
    private synchronized void flush() {
        while (!ended && client.isReady()) {
            Slot slot = settings.isInOrder() ? slots.peek() : ready.peek();
            if (slot == null || slot.answer == null) {
                break;
            }
            slots.remove(slot);
            ready.remove(slot);
            if (slot.fatal.isPresent()) {
                end(slot.fatal.get());
                return;
            }
            client.onNext(slot.answer);
            readMore();
        }
        if (halfClosed && slots.isEmpty() && !ended) {
            ended = true;
            client.onCompleted();
        }
    }

    /** An answer was handed over. Holds the lock. */
    private void readMore() {
        if (halfClosed) {
            return;
        }
        if (!settings.dropsOldest()) {
            client.request(1);
        } else if (!reading) {
            readOn();
        }
    }

    private void end(RequestRefusedException refused) {
        abandon();
        client.onError(StatusProto.toStatusRuntimeException(errors.status(refused)));
    }
}
