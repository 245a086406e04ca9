package dev.baton.orchestrator.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import dev.baton.orchestrator.catalog.CatalogUnavailableException;
import dev.baton.orchestrator.catalog.ImportBusyException;
import dev.baton.orchestrator.catalog.ModelRefusedException;
import dev.baton.orchestrator.catalog.ModelTooLargeException;
import dev.baton.orchestrator.catalog.UnknownModelException;
import dev.baton.orchestrator.planning.HistoryUnavailableException;
import dev.baton.orchestrator.planning.InvalidPinException;
import dev.baton.orchestrator.planning.InvalidPreferencesException;
import dev.baton.orchestrator.planning.PlansNotReadException;
import dev.baton.orchestrator.planning.SteeringTooLargeException;
import dev.baton.orchestrator.planning.SteeringUnavailableException;
import dev.baton.orchestrator.planning.UnknownPlanException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import jakarta.ws.rs.core.UriInfo;
import java.util.Locale;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Turns every failure into a problem document. */
final class Problems {
    private static final Logger LOG = Logger.getLogger(Problems.class);

    private static final int RETRY_SECONDS = 5;

    @ServerExceptionMapper
    Response refused(ModelRefusedException failure) {
        return Problem.in(failure.part(), messageOf(failure)).response();
    }

    @ServerExceptionMapper
    Response invalid(InvalidPinException failure) {
        return new Problem("Bad Request", 400, messageOf(failure), failure.field(), failure.allowed()).response();
    }

    @ServerExceptionMapper
    Response invalid(InvalidPreferencesException failure) {
        return Problem.in(failure.field(), messageOf(failure)).response();
    }

    @ServerExceptionMapper
    Response invalid(InvalidRequestException failure) {
        return Problem.in(failure.field(), messageOf(failure)).response();
    }

    @ServerExceptionMapper
    Response busy(ImportBusyException failure) {
        return Problem.of(Status.CONFLICT, messageOf(failure)).retryAfterSeconds(RETRY_SECONDS);
    }

    @ServerExceptionMapper({ModelTooLargeException.class, SteeringTooLargeException.class})
    Response tooLarge(RuntimeException failure) {
        return Problem.of(Status.REQUEST_ENTITY_TOO_LARGE, messageOf(failure)).response();
    }

    @ServerExceptionMapper({UnknownModelException.class, UnknownPlanException.class})
    Response unknown(RuntimeException failure) {
        return Problem.of(Status.NOT_FOUND, messageOf(failure)).response();
    }

    @ServerExceptionMapper({
        CatalogUnavailableException.class,
        PlansNotReadException.class,
        HistoryUnavailableException.class,
        SteeringUnavailableException.class
    })
    Response unavailable(RuntimeException failure) {
        return Problem.of(Status.SERVICE_UNAVAILABLE, messageOf(failure)).retryAfterSeconds(RETRY_SECONDS);
    }

    @ServerExceptionMapper({MismatchedInputException.class, JsonProcessingException.class})
    Response malformed(JsonProcessingException failure) {
        String field = failure instanceof JsonMappingException mapping ? JsonPaths.of(mapping) : "";
        return Problem.in(field.isEmpty() ? "body" : field, failure.getOriginalMessage())
                .response();
    }

    @ServerExceptionMapper
    Response http(WebApplicationException failure, UriInfo uri) {
        Response.StatusType status = failure.getResponse().getStatusInfo();
        String detail =
                switch (status.getStatusCode()) {
                    case 404 -> "there is nothing at %s".formatted(uri.getPath());
                    case 405 -> "%s does not take this method".formatted(uri.getPath());
                    case 406 -> "%s cannot be given as any of the accepted media types".formatted(uri.getPath());
                    case 413 -> "the request is larger than this service takes";
                    case 415 -> "%s does not take a body of this media type".formatted(uri.getPath());
                    default -> failure.getCause() == null ? messageOf(failure) : messageOf(failure.getCause());
                };
        Response problem = Problem.of(status, detail).response();
        problem.getHeaders().putAll(withoutEntityHeaders(failure));
        return problem;
    }

    private static MultivaluedMap<String, Object> withoutEntityHeaders(WebApplicationException failure) {
        MultivaluedMap<String, Object> headers =
                new MultivaluedHashMap<>(failure.getResponse().getHeaders());
        headers.keySet().removeIf(name -> name.toLowerCase(Locale.ROOT).startsWith("content-"));
        return headers;
    }

    @ServerExceptionMapper
    Response unexpected(RuntimeException failure) {
        String id = UUID.randomUUID().toString();
        LOG.errorf(failure, "request failed, incident %s", id);
        return Problem.of(
                        Status.INTERNAL_SERVER_ERROR,
                        "the request failed; the service's log says why under incident " + id)
                .response();
    }

    private static String messageOf(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }
}
