package dev.baton.openinference.rest;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;

/**
 * An HTTP request, whoever received it.
 *
 * @param path    without the query, still percent-encoded
 * @param headers by lower-case name
 */
public record RestRequest(String method, String path, Map<String, String> headers, ByteBuffer body) {

    Optional<String> header(String lowerCaseName) {
        return Optional.ofNullable(headers.get(lowerCaseName));
    }
}
