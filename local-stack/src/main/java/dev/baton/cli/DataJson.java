package dev.baton.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.baton.partitioning.splitpackage.ManifestJson;
import java.io.UncheckedIOException;

/** JSON of what is known about models, written as manifests are: shapes as arrays, absent values left out. */
final class DataJson {

    private DataJson() {}

    static String write(Object value) {
        try {
            return ManifestJson.mapper().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
