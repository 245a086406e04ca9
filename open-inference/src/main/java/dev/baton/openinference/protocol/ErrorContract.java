package dev.baton.openinference.protocol;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.baton.openinference.RequestRefusedException;
import dev.baton.openinference.RequestRefusedException.Reason;

/** Which status each refusal has, over gRPC and over HTTP, and which details go with it; docs/error-contract.md. */
public final class ErrorContract {

    /** Of the reasons in {@code google.rpc.ErrorInfo}. */
    public static final String DOMAIN = "baton.dev";

    private final boolean busyIsUnavailable;

    /** @param busyIsUnavailable as Triton has it; else a full queue is {@code RESOURCE_EXHAUSTED} */
    public ErrorContract(boolean busyIsUnavailable) {
        this.busyIsUnavailable = busyIsUnavailable;
    }

    /** Code, message and details. */
    public Status status(RequestRefusedException refused) {
        Reason reason = refused.reason();
        Status.Builder status =
                Status.newBuilder().setCode(code(reason).getNumber()).setMessage(refused.text());
        status.addDetails(Any.pack(ErrorInfo.newBuilder()
                .setReason(reason.name())
                .setDomain(DOMAIN)
                .build()));
        refused.field()
                .ifPresent(field -> status.addDetails(Any.pack(BadRequest.newBuilder()
                        .addFieldViolations(BadRequest.FieldViolation.newBuilder()
                                .setField(field)
                                .setDescription(refused.text()))
                        .build())));
        refused.retryAfter()
                .ifPresent(delay -> status.addDetails(Any.pack(RetryInfo.newBuilder()
                        .setRetryDelay(Duration.newBuilder()
                                .setSeconds(delay.toSeconds())
                                .setNanos(delay.toNanosPart()))
                        .build())));
        return status.build();
    }

    public Code code(Reason reason) {
        return switch (reason) {
            case UNKNOWN_MODEL -> Code.NOT_FOUND;
            case NOT_READY, SHUTTING_DOWN -> Code.UNAVAILABLE;
            case INVALID_INPUT -> Code.INVALID_ARGUMENT;
            case TOO_LARGE, OVER_QUOTA -> Code.RESOURCE_EXHAUSTED;
            case DEADLINE_PASSED -> Code.DEADLINE_EXCEEDED;
            case BUSY -> busyIsUnavailable ? Code.UNAVAILABLE : Code.RESOURCE_EXHAUSTED;
            case CANCELLED -> Code.CANCELLED;
            case DROPPED -> Code.ABORTED;
            case NOT_SUPPORTED -> Code.UNIMPLEMENTED;
            case ENGINE_FAILED -> Code.INTERNAL;
        };
    }

    public int httpStatus(Reason reason) {
        return switch (reason) {
            case UNKNOWN_MODEL -> 404;
            case NOT_READY, SHUTTING_DOWN -> 503;
            case INVALID_INPUT -> 400;
            case TOO_LARGE -> 413;
            case DEADLINE_PASSED -> 504;
            case OVER_QUOTA -> 429;
            case BUSY -> busyIsUnavailable ? 503 : 429;
            case CANCELLED -> 499; // what proxies log for a client that closed the request
            case DROPPED -> 409; // streams are gRPC's alone: nobody hears it
            case NOT_SUPPORTED -> 501;
            case ENGINE_FAILED -> 500;
        };
    }
}
