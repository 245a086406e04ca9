package dev.baton.client;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a server says about a failure beside its status.
 *
 * @param reason     of {@code google.rpc.ErrorInfo}
 * @param retryAfter of {@code google.rpc.RetryInfo}, or gRPC's push-back
 * @param fields     of {@code google.rpc.BadRequest}: what is wrong in the request, as {@code inputs[0].shape}
 */
record ServerSaid(Optional<String> reason, Optional<Duration> retryAfter, List<String> fields) {

    static final ServerSaid NOTHING = new ServerSaid(Optional.empty(), Optional.empty(), List.of());
}
