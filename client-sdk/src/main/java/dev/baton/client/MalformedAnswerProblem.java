package dev.baton.client;

/** An answer against the protocol, before it is known whose it was. */
final class MalformedAnswerProblem extends RuntimeException {

    private static final long serialVersionUID = 1L;

    MalformedAnswerProblem(String message) {
        super(message);
    }
}
