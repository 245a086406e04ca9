package dev.baton.orchestrator.rest;

import com.fasterxml.jackson.databind.JsonMappingException;
import java.util.stream.Collectors;

/** Where in a JSON document something is wrong. */
final class JsonPaths {
    private JsonPaths() {}

    /** Such as {@code image.mean[2]}; empty for the document itself. */
    static String of(JsonMappingException failure) {
        return failure.getPath().stream()
                .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : "." + step.getFieldName())
                .collect(Collectors.joining())
                .replaceFirst("^\\.", "");
    }
}
