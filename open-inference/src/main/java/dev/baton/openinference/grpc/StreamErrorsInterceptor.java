package dev.baton.openinference.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/**
 * Reads Triton's metadata {@code triton_grpc_error: true}: then the first request of a stream that fails ends the stream
 * with its status, where otherwise the failure is a message among the others.
 */
public final class StreamErrorsInterceptor implements ServerInterceptor {

    private static final Metadata.Key<String> HEADER =
            Metadata.Key.of("triton_grpc_error", Metadata.ASCII_STRING_MARSHALLER);
    private static final Context.Key<Boolean> ENDS_STREAM = Context.keyWithDefault(HEADER.name(), false);

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        return "true".equals(headers.get(HEADER))
                ? Contexts.interceptCall(Context.current().withValue(ENDS_STREAM, true), call, headers, next)
                : next.startCall(call, headers);
    }

    static boolean endsStream() {
        return ENDS_STREAM.get();
    }
}
