package dev.baton.conformance;

/** An answer was not what the table says. */
final class NotAsExpectedException extends Exception {

    private static final long serialVersionUID = 1L;

    NotAsExpectedException(String message) {
        super(message);
    }

    @SuppressWarnings("AnnotateFormatMethod") // has no annotation to say so on this class path
    static void unless(boolean holds, String message, Object... values) throws NotAsExpectedException {
        if (!holds) {
            throw new NotAsExpectedException(message.formatted(values));
        }
    }
}
