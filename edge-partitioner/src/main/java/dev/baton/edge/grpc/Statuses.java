package dev.baton.edge.grpc;

import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import dev.baton.edge.request.RequestRefusedException;
import dev.baton.edge.request.RequestRefusedException.Reason;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;

/** The protocol's status for each way a request is refused. */
final class Statuses {

    private static final String DOMAIN = "baton.dev";

    private Statuses() {}

    static StatusRuntimeException of(RequestRefusedException refused) {
        return of(refused.reason(), String.valueOf(refused.getMessage()));
    }

    static StatusRuntimeException of(Reason reason, String message) {
        return StatusProto.toStatusRuntimeException(Status.newBuilder()
                .setCode(code(reason).getNumber())
                .setMessage(message)
                .addDetails(Any.pack(ErrorInfo.newBuilder()
                        .setReason(reason.name())
                        .setDomain(DOMAIN)
                        .build()))
                .build());
    }

    private static Code code(Reason reason) {
        return switch (reason) {
            case UNKNOWN_MODEL -> Code.NOT_FOUND;
            case NOT_READY -> Code.UNAVAILABLE;
            case INVALID_INPUT -> Code.INVALID_ARGUMENT;
            case DEADLINE_PASSED -> Code.DEADLINE_EXCEEDED;
            case BUSY -> Code.RESOURCE_EXHAUSTED;
            case ENGINE_FAILED -> Code.INTERNAL;
        };
    }
}
