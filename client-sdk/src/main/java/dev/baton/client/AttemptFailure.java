package dev.baton.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What a status means that an attempt ended with.
 *
 * @param status     with the description and the cause
 * @param said beside the status
 * @param retryBarred the server asks by push-back not to come back
 */
record AttemptFailure(Status status, ServerSaid said, boolean retryBarred) {

    private static final Metadata.Key<String> PUSH_BACK =
            Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);
    /** Baton's. */
    private static final String TOO_LARGE_REASON = "TOO_LARGE";

    private static final String DROPPED_REASON = "DROPPED";
    /** As grpc-java, grpc-go and gRPC's core (C++, Python, Ruby) say it. */
    private static final Pattern TOO_LARGE = Pattern.compile(
            "message exceeds maximum size|message larger than max|message length too large", Pattern.CASE_INSENSITIVE);

    /** For attempts that nobody here has cancelled. */
    static AttemptFailure of(Status ended, @Nullable Metadata trailers) {
        Status status = isAbandoned(ended) ? Status.UNAVAILABLE.withDescription(ended.getDescription()) : ended;
        Metadata given = trailers == null ? new Metadata() : trailers;
        com.google.rpc.Status details = StatusProto.fromStatusAndTrailers(status, given);
        Optional<Long> pushBack = pushBack(given);
        ServerSaid said = new ServerSaid(
                detail(details, ErrorInfo.class).map(ErrorInfo::getReason).filter(reason -> !reason.isEmpty()),
                detail(details, RetryInfo.class)
                        .map(AttemptFailure::delay)
                        .or(() -> pushBack.map(Duration::ofMillis))
                        .filter(wait -> !wait.isNegative()),
                detail(details, BadRequest.class).stream()
                        .flatMap(wrong -> wrong.getFieldViolationsList().stream())
                        .map(BadRequest.FieldViolation::getField)
                        .toList());
        return new AttemptFailure(status, said, pushBack.isPresent() && pushBack.get() < 0);
    }

    private static Duration delay(RetryInfo info) {
        return Duration.ofSeconds(
                info.getRetryDelay().getSeconds(), info.getRetryDelay().getNanos());
    }

    /** A stream reset by the server without a status: it is being stopped, and gRPC calls it cancelled. */
    private static boolean isAbandoned(Status status) {
        String description = status.getDescription();
        return status.getCode() == Status.Code.CANCELLED
                && description != null
                && description.startsWith("RST_STREAM closed stream");
    }

    private static Optional<Long> pushBack(Metadata trailers) {
        String millis = trailers.get(PUSH_BACK);
        if (millis == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Long.parseLong(millis));
        } catch (NumberFormatException unreadable) {
            return Optional.of(-1L); // gRFC A6: what cannot be read means "do not retry"
        }
    }

    private static <T extends com.google.protobuf.Message> Optional<T> detail(
            com.google.rpc.Status status, Class<T> type) {
        for (Any detail : status.getDetailsList()) {
            if (detail.is(type)) {
                try {
                    return Optional.of(detail.unpack(type));
                } catch (InvalidProtocolBufferException spoiled) {
                    return Optional.empty(); // a detail helps; the status counts
                }
            }
        }
        return Optional.empty();
    }

    Optional<Duration> retryAfter() {
        return said.retryAfter();
    }

    Status.Code code() {
        return status.getCode();
    }

    /** No connection could be made: the server has not seen the request. */
    boolean neverSent() {
        return code() == Status.Code.UNAVAILABLE
                && (isInsecure()
                        || isCausedBy(ConnectException.class)
                        || isCausedBy(UnknownHostException.class)
                        || isCausedBy(NoRouteToHostException.class));
    }

    /** The two sides do not trust each other. */
    boolean isInsecure() {
        return code() == Status.Code.UNAVAILABLE
                && (isCausedBy(SSLException.class) || isCausedBy(GeneralSecurityException.class));
    }

    boolean isTooLarge() {
        return code() == Status.Code.RESOURCE_EXHAUSTED
                && (said.reason().filter(TOO_LARGE_REASON::equals).isPresent()
                        || TOO_LARGE.matcher(description()).find());
    }

    /** Rather the edge node's fault than the request's: five of them are enough. */
    boolean isEdgesFault() {
        return switch (code()) {
            case UNAVAILABLE, INTERNAL, UNKNOWN, DEADLINE_EXCEEDED -> true;
            default -> false;
        };
    }

    /** Another try may succeed, and does no harm. */
    boolean mayRetry(boolean repeatable) {
        return !retryBarred
                && (repeatable || neverSent())
                && switch (code()) {
                    case UNAVAILABLE -> true;
                    case RESOURCE_EXHAUSTED -> retryAfter().isPresent();
                    default -> false;
                };
    }

    /** The description, and what the network said where gRPC only says "io exception". */
    String description() {
        StringBuilder description =
                new StringBuilder(Optional.ofNullable(status.getDescription()).orElse(""));
        for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
            String message = cause.getMessage();
            if (message != null && description.indexOf(message) < 0) {
                description.append(description.isEmpty() ? "" : ": ").append(message);
            }
        }
        return description.toString();
    }

    private boolean isCausedBy(Class<? extends Throwable> type) {
        for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }

    /** The exception for a call whose last attempt ended so. */
    BatonException exception(BatonException.Failure failure) {
        return switch (code()) {
            case INVALID_ARGUMENT, OUT_OF_RANGE, FAILED_PRECONDITION -> new BatonException.InvalidInput(failure);
            case NOT_FOUND -> new BatonException.ModelNotFound(failure);
            case RESOURCE_EXHAUSTED ->
                isTooLarge() ? new BatonException.MessageTooLarge(failure) : new BatonException.Overloaded(failure);
            case UNAVAILABLE ->
                isInsecure() ? new BatonException.InsecureConnection(failure) : new BatonException.Unavailable(failure);
            case DEADLINE_EXCEEDED -> new BatonException.DeadlineExceeded(failure);
            case CANCELLED -> new BatonException.Cancelled(failure);
            case UNAUTHENTICATED, PERMISSION_DENIED -> new BatonException.AccessDenied(failure);
            case UNIMPLEMENTED -> new BatonException.Unsupported(failure);
            case OK -> new BatonException.MalformedAnswer(failure);
            case ABORTED ->
                said.reason().filter(DROPPED_REASON::equals).isPresent()
                        ? new BatonException.Dropped(failure)
                        : new BatonException.ServerFault(failure);
            case INTERNAL, UNKNOWN, DATA_LOSS, ALREADY_EXISTS -> new BatonException.ServerFault(failure);
        };
    }
}
