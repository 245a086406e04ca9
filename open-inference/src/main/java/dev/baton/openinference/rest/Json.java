package dev.baton.openinference.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** How JSON is read and written here: streaming, with NaN and infinities as Triton has them. */
final class Json {

    private static final int DEEPEST = 100;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxStringLength(Integer.MAX_VALUE) // the body's limit is the limit
                    .build())
            .build();

    private Json() {}

    /** Of the buffer's remaining bytes, which must have an array. */
    static JsonParser parser(ByteBuffer utf8) throws IOException {
        return FACTORY.createParser(utf8.array(), utf8.arrayOffset() + utf8.position(), utf8.remaining());
    }

    /** Writes JSON. */
    interface Writing {
        void to(JsonGenerator json) throws IOException;
    }

    static ByteString write(Writing writing) {
        ByteString.Output bytes = ByteString.newOutput(1024);
        try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
            writing.to(json);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteString();
    }
}
