package dev.baton.openinference.grpc;

import dev.baton.openinference.RequestRefusedException;
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
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * One {@code ModelStreamInfer} call. Requests are worked on at the same time, up to a window, and answered in their order. A
 * client that does not read is not read from either: what it has not taken counts into the window.
 */
final class InferStream {

    private static final String FINAL_RESPONSE = "triton_final_response";
    private static final InferParameter TRUE =
            InferParameter.newBuilder().setBoolParam(true).build();

    private final ServerCallStreamObserver<ModelStreamInferResponse> client;
    private final ErrorContract errors;
    private final boolean errorEndsStream;
    private final int window;

    /** Requests under way, and answers whose turn has not come; guarded by this. */
    private final Queue<Slot> slots = new ArrayDeque<>();

    private boolean halfClosed;
    private boolean ended;

    InferStream(
            ServerCallStreamObserver<ModelStreamInferResponse> client,
            ErrorContract errors,
            boolean errorEndsStream,
            int window) {
        this.client = client;
        this.errors = errors;
        this.errorEndsStream = errorEndsStream;
        this.window = window;
    }

    /** {@code infer} begins a request and returns at once. */
    StreamObserver<ModelInferRequest> begin(
            BiFunction<ModelInferRequest, Reply<ModelInferResponse>, InferenceCalls.Call> infer) {
        client.disableAutoRequest();
        client.setOnReadyHandler(this::flush);
        client.setOnCancelHandler(this::abandon);
        client.request(window);
        return new StreamObserver<>() {
            @Override
            public void onNext(ModelInferRequest message) {
                Slot slot = open(message);
                slot.began(infer.apply(message, slot));
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

    /** The place of one request in the order of answers. */
    private final class Slot implements Reply<ModelInferResponse> {

        private final ModelInferRequest request;
        private @Nullable ModelStreamInferResponse answer;
        private Optional<RequestRefusedException> failure = Optional.empty();
        private InferenceCalls.Call work = () -> {};

        Slot(ModelInferRequest request) {
            this.request =
                    request.toBuilder().clearInputs().clearRawInputContents().build(); // what is echoed, not megabytes
        }

        /** Ends with the stream, which may have ended meanwhile. */
        void began(InferenceCalls.Call begun) {
            boolean tooLate;
            synchronized (InferStream.this) {
                work = begun;
                tooLate = ended;
            }
            if (tooLate) {
                begun.cancel();
            }
        }

        @Override
        public void give(ModelInferResponse response) {
            fill(
                    ModelStreamInferResponse.newBuilder()
                            .setInferResponse(response.toBuilder().putParameters(FINAL_RESPONSE, TRUE))
                            .build(),
                    Optional.empty());
        }

        @Override
        public void refuse(RequestRefusedException refused) {
            ModelInferResponse.Builder whose = ModelInferResponse.newBuilder()
                    .setModelName(request.getModelName())
                    .setModelVersion(request.getModelVersion())
                    .setId(request.getId())
                    .putParameters(FINAL_RESPONSE, TRUE);
            sayStatus(refused, whose);
            fill(
                    ModelStreamInferResponse.newBuilder()
                            .setErrorMessage(refused.text())
                            .setInferResponse(whose)
                            .build(),
                    Optional.of(refused));
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

        private void fill(ModelStreamInferResponse response, Optional<RequestRefusedException> refused) {
            synchronized (InferStream.this) {
                answer = response;
                failure = refused;
            }
            flush();
        }
    }

    private synchronized Slot open(ModelInferRequest message) {
        Slot slot = new Slot(message);
        slots.add(slot);
        return slot;
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
        }
        left.forEach(slot -> slot.work.cancel());
    }

    /** Hands over what is ready, in order, as far as the client takes it. */
    private synchronized void flush() {
        while (!ended && client.isReady()) {
            Slot slot = slots.peek();
            if (slot == null || slot.answer == null) {
                break;
            }
            slots.remove();
            if (errorEndsStream && slot.failure.isPresent()) {
                end(slot.failure.get());
                return;
            }
            client.onNext(slot.answer);
            if (!halfClosed) {
                client.request(1);
            }
        }
        if (halfClosed && slots.isEmpty() && !ended) {
            ended = true;
            client.onCompleted();
        }
    }

    private void end(RequestRefusedException refused) {
        abandon();
        client.onError(StatusProto.toStatusRuntimeException(errors.status(refused)));
    }
}
