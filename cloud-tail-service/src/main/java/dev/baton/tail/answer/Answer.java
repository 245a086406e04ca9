package dev.baton.tail.answer;

import dev.baton.schemas.records.Result;
import dev.baton.tail.failure.TailFailure;
import java.util.Objects;
import java.util.Optional;

/**
 * What a tail says to one activation.
 *
 * @param result  for the edge node
 * @param failure why the result has no outputs; empty when it has
 */
public record Answer(Result result, Optional<TailFailure> failure) {

    public Answer {
        Objects.requireNonNull(result, "result");
        if (result.hasFailure() != failure.isPresent()) {
            throw new IllegalArgumentException("result and failure disagree: %s, %s".formatted(result, failure));
        }
    }
}
