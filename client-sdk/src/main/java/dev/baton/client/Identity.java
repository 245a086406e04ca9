package dev.baton.client;

import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.util.Map;
import java.util.Optional;

/** Headers and credentials of the client, on everything it sends; a call's own headers come before. */
final class Identity implements ClientInterceptor {

    private final Map<String, String> headers;
    private final Optional<CallCredentials> credentials;

    Identity(Map<String, String> headers, Optional<CallCredentials> credentials) {
        this.headers = Map.copyOf(headers);
        this.credentials = credentials;
    }

    /** Texts as headers. */
    static Metadata metadata(Map<String, String> headers) {
        Metadata metadata = new Metadata();
        headers.forEach((name, value) -> metadata.put(key(name), value));
        return metadata;
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    @Override
    public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
        CallOptions known = credentials.map(options::withCallCredentials).orElse(options);
        return new SimpleForwardingClientCall<>(next.newCall(method, known)) {
            @Override
            public void start(Listener<R> listener, Metadata given) {
                headers.forEach((name, value) -> {
                    if (!given.containsKey(key(name))) {
                        given.put(key(name), value);
                    }
                });
                super.start(listener, given);
            }
        };
    }
}
