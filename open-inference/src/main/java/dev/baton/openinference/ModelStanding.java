package dev.baton.openinference;

import java.util.Optional;

/**
 * How a model stands on a server.
 *
 * @param version the one that answers, or is to
 * @param reason  why it is not ready; empty when it is
 */
public record ModelStanding(String name, Optional<String> version, State state, String reason) {

    /** The protocol's words. */
    public enum State {
        READY,
        LOADING,
        UNAVAILABLE
    }

    public static ModelStanding ready(String name, String version) {
        return new ModelStanding(name, Optional.of(version), State.READY, "");
    }
}
