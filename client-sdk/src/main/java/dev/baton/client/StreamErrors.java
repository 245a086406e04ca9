package dev.baton.client;

import dev.baton.schemas.inference.ModelStreamInferResponse;
import io.grpc.Status;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What became of one request of a stream. Triton's wrapper has a text for it and no status. Baton says the status, and what goes
 * with it, in parameters of the response; from other servers it is unknown.
 */
final class StreamErrors {

    private StreamErrors() {}

    static AttemptFailure read(ModelStreamInferResponse response) {
        Map<String, Object> parameters =
                Messages.parameters(response.getInferResponse().getParametersMap());
        Status status = text(parameters, "baton_error_status")
                .flatMap(StreamErrors::code)
                .orElse(Status.Code.UNKNOWN)
                .toStatus()
                .withDescription(response.getErrorMessage());
        Optional<Duration> retryAfter = Optional.ofNullable(parameters.get("baton_retry_after_ms"))
                .filter(Long.class::isInstance)
                .map(millis -> Duration.ofMillis((Long) millis));
        ServerSaid said = new ServerSaid(text(parameters, "baton_error_reason"), retryAfter, List.of());
        return new AttemptFailure(status, said, false);
    }

    private static Optional<Status.Code> code(String name) {
        return Arrays.stream(Status.Code.values())
                .filter(code -> code != Status.Code.OK && code.name().equals(name))
                .findFirst();
    }

    private static Optional<String> text(Map<String, Object> parameters, String name) {
        return Optional.ofNullable(parameters.get(name)).map(Object::toString);
    }
}
