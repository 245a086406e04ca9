package dev.baton.demo;

import dev.baton.clients.Answer;
import java.util.Optional;

/**
 * One request.
 *
 * @param picture index of the picture that was sent
 * @param atNanos when it was sent
 * @param answer  empty when the request failed
 * @param failure why it failed, otherwise empty
 */
record Sample(int picture, long atNanos, Optional<Answer> answer, String failure) {

    boolean answered() {
        return answer.isPresent();
    }
}
