package dev.baton.openinference.rest;

import com.google.protobuf.ByteString;
import java.util.Map;

/** An HTTP response, whoever sends it. */
public record RestResponse(int status, Map<String, String> headers, ByteString body) {

    static final String CONTENT_TYPE = "Content-Type";
    static final String JSON = "application/json";
    static final String BINARY = "application/octet-stream";

    public RestResponse {
        headers = Map.copyOf(headers);
    }

    static RestResponse json(int status, ByteString body) {
        return new RestResponse(status, Map.of(CONTENT_TYPE, JSON), body);
    }
}
