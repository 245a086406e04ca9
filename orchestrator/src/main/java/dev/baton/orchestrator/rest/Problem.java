package dev.baton.orchestrator.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong, as RFC 9457 has it.
 *
 * @param field the part of the request that is wrong, where it is one part
 * @param allowed what that part may be, where that is a short list
 */
@Schema(description = "What went wrong (RFC 9457).")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Problem(
        String title,
        int status,
        String detail,
        @Nullable String field,
        @Nullable List<String> allowed) {
    public static final String MEDIA_TYPE = "application/problem+json";

    static Problem of(Response.StatusType status, String detail) {
        return new Problem(status.getReasonPhrase(), status.getStatusCode(), detail, null, null);
    }

    static Problem in(String field, String detail) {
        return new Problem("Bad Request", 400, detail, field, null);
    }

    Response response() {
        return Response.status(status).type(MEDIA_TYPE).entity(this).build();
    }

    Response retryAfterSeconds(int seconds) {
        return Response.status(status)
                .type(MEDIA_TYPE)
                .header(HttpHeaders.RETRY_AFTER, seconds)
                .entity(this)
                .build();
    }
}
