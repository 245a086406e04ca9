package dev.baton.openinference.rest;

import dev.baton.openinference.RequestRefusedException;
import dev.baton.openinference.RequestRefusedException.Reason;

/**
 * What is not taken.
 *
 * @param maxBodyBytes of a request, compressed or not
 */
public record RestLimits(long maxBodyBytes) {

    static RequestRefusedException tooLarge(long limit) {
        return new RequestRefusedException(Reason.TOO_LARGE, "the body exceeds %d bytes".formatted(limit));
    }
}
