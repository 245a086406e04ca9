package dev.baton.openinference.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import java.io.IOException;
import java.util.List;

/**
 * Writes messages as JSON the way Triton does: the fields' own names, whole numbers as numbers, numbers and texts also where
 * they are zero or empty, messages only where they are set.
 */
final class ProtoJson {

    private ProtoJson() {}

    static void write(JsonGenerator json, Message message) throws IOException {
        json.writeStartObject();
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            if (isWritten(field, message)) {
                json.writeFieldName(field.getName());
                writeField(json, field, message.getField(field));
            }
        }
        json.writeEndObject();
    }

    private static boolean isWritten(FieldDescriptor field, Message message) {
        return field.isRepeated() || !field.hasPresence() || message.hasField(field);
    }

    private static void writeField(JsonGenerator json, FieldDescriptor field, Object value) throws IOException {
        if (field.isMapField()) {
            json.writeStartObject();
            for (Object entry : (List<?>) value) {
                MapEntry<?, ?> pair = (MapEntry<?, ?>) entry;
                json.writeFieldName(pair.getKey().toString());
                writeValue(json, pair.getValue());
            }
            json.writeEndObject();
        } else if (field.isRepeated()) {
            json.writeStartArray();
            for (Object element : (List<?>) value) {
                writeValue(json, element);
            }
            json.writeEndArray();
        } else {
            writeValue(json, value);
        }
    }

    private static void writeValue(JsonGenerator json, Object value) throws IOException {
        switch (value) {
            case Message message -> write(json, message);
            case EnumValueDescriptor constant -> json.writeString(constant.getName());
            case String text -> json.writeString(text);
            case Boolean flag -> json.writeBoolean(flag);
            case Integer number -> json.writeNumber(number);
            case Long number -> json.writeNumber(number);
            case Float number -> json.writeNumber(number);
            case Double number -> json.writeNumber(number);
            case ByteString bytes -> json.writeBinary(bytes.toByteArray());
            default -> throw new IllegalArgumentException("no JSON for " + value.getClass());
        }
    }
}
