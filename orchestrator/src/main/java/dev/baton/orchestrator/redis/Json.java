package dev.baton.orchestrator.redis;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

/** Records as JSON text. */
final class Json {
    private Json() {}

    static String write(ObjectMapper json, Object value) {
        try {
            return json.writeValueAsString(value);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("%s cannot be written as JSON".formatted(value.getClass()), impossible);
        }
    }
}
