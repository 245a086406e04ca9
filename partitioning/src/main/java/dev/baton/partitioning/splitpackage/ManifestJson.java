package dev.baton.partitioning.splitpackage;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.baton.tensor.Shape;
import java.io.IOException;

/**
 * How manifests and model descriptions look as JSON: shapes as arrays, absent values left out, names checked, unknown
 * fields ignored.
 */
public final class ManifestJson {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .addModule(new SimpleModule("baton")
                    .addSerializer(Shape.class, new ShapeSerializer())
                    .addDeserializer(Shape.class, new ShapeDeserializer()))
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_ABSENT, JsonInclude.Include.NON_ABSENT))
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private ManifestJson() {}

    /** The one mapper; not to be configured further. */
    public static ObjectMapper mapper() {
        return MAPPER;
    }

    private static final class ShapeSerializer extends JsonSerializer<Shape> {
        @Override
        public void serialize(Shape shape, JsonGenerator json, SerializerProvider provider) throws IOException {
            json.writeStartArray();
            for (long dimension : shape.dimensions()) {
                json.writeNumber(dimension);
            }
            json.writeEndArray();
        }
    }

    private static final class ShapeDeserializer extends JsonDeserializer<Shape> {
        @Override
        public Shape deserialize(JsonParser json, DeserializationContext context) throws IOException {
            return Shape.of(context.readValue(json, long[].class));
        }
    }
}
