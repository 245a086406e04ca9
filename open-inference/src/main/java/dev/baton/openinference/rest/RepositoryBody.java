package dev.baton.openinference.rest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.baton.openinference.RequestRefusedException;
import dev.baton.openinference.RequestRefusedException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** What requests about the repository say; nothing, an empty body, is fine. */
record RepositoryBody(boolean onlyReady, boolean hasParameters) {

    static RepositoryBody read(ByteBuffer body) {
        boolean onlyReady = false;
        boolean hasParameters = false;
        try (JsonParser json = Json.parser(body)) {
            JsonToken first = json.nextToken();
            if (first != null && first != JsonToken.START_OBJECT) {
                throw RequestRefusedException.invalid("body", "the body is not a JSON object");
            }
            while (first != null && json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                if (name.equals("ready")) {
                    onlyReady = value == JsonToken.VALUE_TRUE;
                } else if (name.equals("parameters") && value == JsonToken.START_OBJECT) {
                    hasParameters = json.nextToken() != JsonToken.END_OBJECT;
                    while (json.currentToken() != JsonToken.END_OBJECT) {
                        json.nextToken();
                        json.skipChildren();
                        json.nextToken();
                    }
                } else {
                    json.skipChildren();
                }
            }
        } catch (JsonProcessingException e) {
            throw new RequestRefusedException(
                    Reason.INVALID_INPUT, "the body is not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
        return new RepositoryBody(onlyReady, hasParameters);
    }
}
