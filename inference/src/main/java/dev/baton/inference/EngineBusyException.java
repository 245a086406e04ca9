package dev.baton.inference;

/** Every worker runs and the queue is full; trying again later may work. */
public final class EngineBusyException extends InferenceException {

    private static final long serialVersionUID = 1L;

    public EngineBusyException(String message) {
        super(message);
    }
}
