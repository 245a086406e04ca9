package dev.baton.schemas;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import java.util.ArrayList;
import java.util.List;

/**
 * A schema as lines of text, one for each field, enum value and method: {@code Message 3 name repeated string}. Names
 * are relative to the file's package.
 */
final class SchemaLines {
    private SchemaLines() {}

    static List<String> of(FileDescriptor file) {
        List<String> lines = new ArrayList<>();
        file.getMessageTypes().forEach(message -> addMessage(message, lines));
        file.getEnumTypes().forEach(enumeration -> addEnum(enumeration, lines));
        file.getServices().forEach(service -> addService(service, lines));
        return lines;
    }

    private static void addMessage(Descriptor message, List<String> lines) {
        if (message.getOptions().getMapEntry()) {
            return; // shown as map<key,value> by the field that uses it
        }
        if (message.getFields().isEmpty()) {
            lines.add(relative(message) + " empty");
        }
        for (FieldDescriptor field : message.getFields()) {
            lines.add("%s %d %s %s%s"
                    .formatted(relative(message), field.getNumber(), field.getName(), type(field), oneof(field)));
        }
        message.getNestedTypes().forEach(nested -> addMessage(nested, lines));
        message.getEnumTypes().forEach(nested -> addEnum(nested, lines));
    }

    private static void addEnum(EnumDescriptor enumeration, List<String> lines) {
        for (EnumValueDescriptor value : enumeration.getValues()) {
            lines.add("enum %s %d %s"
                    .formatted(
                            relativeName(enumeration.getFullName(), enumeration.getFile()),
                            value.getNumber(),
                            value.getName()));
        }
    }

    private static void addService(ServiceDescriptor service, List<String> lines) {
        for (MethodDescriptor method : service.getMethods()) {
            lines.add("rpc %s/%s %s%s -> %s%s"
                    .formatted(
                            service.getFullName(),
                            method.getName(),
                            method.isClientStreaming() ? "stream " : "",
                            relative(method.getInputType()),
                            method.isServerStreaming() ? "stream " : "",
                            relative(method.getOutputType())));
        }
    }

    private static String type(FieldDescriptor field) {
        if (field.isMapField()) {
            FieldDescriptor key = field.getMessageType().findFieldByNumber(1);
            FieldDescriptor value = field.getMessageType().findFieldByNumber(2);
            return "map<%s,%s>".formatted(singular(key), singular(value));
        }
        return (field.isRepeated() ? "repeated " : "")
                + (explicitlyOptional(field) ? "optional " : "")
                + singular(field);
    }

    private static boolean explicitlyOptional(FieldDescriptor field) {
        return field.getContainingOneof() != null && field.getRealContainingOneof() == null;
    }

    private static String singular(FieldDescriptor field) {
        return switch (field.getType()) {
            case MESSAGE, GROUP -> field.getMessageType().getName();
            case ENUM -> field.getEnumType().getName();
            default -> field.getType().toString().toLowerCase(java.util.Locale.ROOT);
        };
    }

    private static String oneof(FieldDescriptor field) {
        return field.getRealContainingOneof() == null
                ? ""
                : " oneof " + field.getRealContainingOneof().getName();
    }

    private static String relative(Descriptor message) {
        return relativeName(message.getFullName(), message.getFile());
    }

    private static String relativeName(String fullName, FileDescriptor file) {
        return fullName.substring(file.getPackage().length() + 1);
    }
}
