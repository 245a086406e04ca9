package dev.baton.client;

/**
 * A model in a server's list.
 *
 * @param name the model's
 * @param version empty where none is loaded
 * @param state {@code READY}, {@code LOADING}, {@code UNLOADING}, {@code UNAVAILABLE} or {@code UNKNOWN}
 * @param reason for the state; empty where there is nothing to say
 */
public record ListedModel(String name, String version, String state, String reason) {

    /** {@return whether requests are answered} */
    public boolean isReady() {
        return state.equals("READY");
    }
}
