package dev.baton.client;

import java.util.List;

/**
 * What a server says of itself.
 *
 * @param name such as {@code baton-edge} or {@code triton}
 * @param version the server's
 * @param extensions of the protocol that it has
 */
public record ServerMetadata(String name, String version, List<String> extensions) {

    /** Copies the list. */
    public ServerMetadata {
        extensions = List.copyOf(extensions);
    }
}
