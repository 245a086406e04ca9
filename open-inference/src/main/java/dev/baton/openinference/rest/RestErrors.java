package dev.baton.openinference.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.baton.openinference.RequestRefusedException;
import dev.baton.openinference.protocol.ErrorContract;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Refusals over HTTP: {@code {"error": text}}, as every client reads it, and beside it the code and the details that gRPC
 * has.
 */
final class RestErrors {

    private static final List<Class<? extends Message>> DETAILS =
            List.of(ErrorInfo.class, BadRequest.class, RetryInfo.class);

    private final ErrorContract contract;

    RestErrors(ErrorContract contract) {
        this.contract = contract;
    }

    RestResponse of(RequestRefusedException refused) {
        Map<String, String> headers = new HashMap<>();
        headers.put(RestResponse.CONTENT_TYPE, RestResponse.JSON);
        refused.retryAfter().ifPresent(delay -> headers.put("Retry-After", seconds(delay)));
        Status status = contract.status(refused);
        return new RestResponse(
                contract.httpStatus(refused.reason()), headers, Json.write(json -> write(json, status)));
    }

    /** Whole seconds, at least one. */
    private static String seconds(Duration delay) {
        return Long.toString(Math.max(1, delay.plusNanos(999_999_999).toSeconds()));
    }

    private static void write(JsonGenerator json, Status status) throws IOException {
        json.writeStartObject();
        json.writeStringField("error", status.getMessage());
        json.writeStringField("code", String.valueOf(Code.forNumber(status.getCode())));
        json.writeArrayFieldStart("details");
        for (Any detail : status.getDetailsList()) {
            json.writeStartObject();
            json.writeStringField("@type", detail.getTypeUrl());
            json.writeFieldName("value");
            ProtoJson.write(json, unpacked(detail));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static Message unpacked(Any detail) {
        try {
            for (Class<? extends Message> type : DETAILS) {
                if (detail.is(type)) {
                    return detail.unpack(type);
                }
            }
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a detail that was packed here cannot be unpacked", e);
        }
        throw new IllegalStateException("no such detail is given here: " + detail.getTypeUrl());
    }

    RestResponse noSuchPath(RestRequest request) {
        return plain(404, "NOT_FOUND", "there is nothing at '%s'".formatted(request.path()), Map.of());
    }

    RestResponse wrongMethod(RestRequest request, String expected) {
        return plain(
                405,
                "UNIMPLEMENTED",
                "'%s' takes %s, not %s".formatted(request.path(), expected, request.method()),
                Map.of("Allow", expected));
    }

    private static RestResponse plain(int status, String code, String message, Map<String, String> more) {
        Map<String, String> headers = new HashMap<>(more);
        headers.put(RestResponse.CONTENT_TYPE, RestResponse.JSON);
        return new RestResponse(status, headers, Json.write(json -> {
            json.writeStartObject();
            json.writeStringField("error", message);
            json.writeStringField("code", code);
            json.writeEndObject();
        }));
    }
}
