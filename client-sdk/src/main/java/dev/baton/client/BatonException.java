package dev.baton.client;

import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A call that brought no answer. The classes below are all there are: one for each thing that a caller may want to do
 * about it. The message names the model, the request, each edge node asked and what it said.
 *
 * <p>What is wrong with a value is said where the value is made, by {@link IllegalArgumentException}.
 */
public abstract sealed class BatonException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    private BatonException(Failure failure) {
        super(failure.message(), failure.cause());
        this.failure = failure;
    }

    /** {@return the gRPC status: of the last attempt, or what it would have been where nothing was sent} */
    public Status.Code status() {
        return failure.status();
    }

    /** {@return the server's name for the cause, such as {@code NOT_READY}; empty where it gave none} */
    public Optional<String> reason() {
        return failure.said().reason();
    }

    /** {@return how long the server asks to wait before another try; empty where it does not say} */
    public Optional<Duration> retryAfter() {
        return failure.said().retryAfter();
    }

    ServerSaid details() {
        return failure.said();
    }

    /** {@return what was tried, in order; empty where nothing was sent} */
    public List<Attempt> attempts() {
        return failure.attempts();
    }

    /** {@return id of the request; empty where the call was no request to a model} */
    public String requestId() {
        return failure.requestId();
    }

    /**
     * One try to get an answer.
     *
     * @param edge the address asked
     * @param status what came of it
     * @param description in words, the server's or the network's
     * @param took until it had failed
     */
    public record Attempt(String edge, Status.Code status, String description, Duration took) {

        /** {@return address, status and description} */
        @Override
        public String toString() {
            return "%s: %s%s".formatted(edge, status, description.isEmpty() ? "" : ", " + description);
        }
    }

    /** The request is wrong: a name, a type, a shape, a value. The same request will be refused again. */
    public static final class InvalidInput extends BatonException {
        private static final long serialVersionUID = 1L;

        InvalidInput(Failure failure) {
            super(failure);
        }

        /** {@return what is wrong in the request, as {@code inputs[0].shape}; empty where the server does not say} */
        public List<String> fields() {
            return details().fields();
        }
    }

    /** The server has no such model, or not this version of it. */
    public static final class ModelNotFound extends BatonException {
        private static final long serialVersionUID = 1L;

        ModelNotFound(Failure failure) {
            super(failure);
        }
    }

    /** A request or an answer is larger than one of the two sides takes. */
    public static final class MessageTooLarge extends BatonException {
        private static final long serialVersionUID = 1L;

        MessageTooLarge(Failure failure) {
            super(failure);
        }
    }

    /** No edge node could be reached, or none was ready, with all the tries that there were. Another try may succeed later. */
    public static final class Unavailable extends BatonException {
        private static final long serialVersionUID = 1L;

        Unavailable(Failure failure) {
            super(failure);
        }
    }

    /** There is more work than is taken: by the server, or by this client where {@link #attempts()} is empty. */
    public static final class Overloaded extends BatonException {
        private static final long serialVersionUID = 1L;

        Overloaded(Failure failure) {
            super(failure);
        }
    }

    /** A newer request of the stream took its place, as {@link StreamOptions#dropOldest} wants. It was not worked on. */
    public static final class Dropped extends BatonException {
        private static final long serialVersionUID = 1L;

        Dropped(Failure failure) {
            super(failure);
        }
    }

    /** The deadline passed. The work may have been done. */
    public static final class DeadlineExceeded extends BatonException {
        private static final long serialVersionUID = 1L;

        DeadlineExceeded(Failure failure) {
            super(failure);
        }
    }

    /** The caller gave up: by cancelling, by an interrupt, or by closing the client. */
    public static final class Cancelled extends BatonException {
        private static final long serialVersionUID = 1L;

        Cancelled(Failure failure) {
            super(failure);
        }
    }

    /** The server does not know who asks, or does not let them. */
    public static final class AccessDenied extends BatonException {
        private static final long serialVersionUID = 1L;

        AccessDenied(Failure failure) {
            super(failure);
        }
    }

    /** No secure connection: the server's certificate is not trusted or is another host's, or it does not trust this client's. */
    public static final class InsecureConnection extends BatonException {
        private static final long serialVersionUID = 1L;

        InsecureConnection(Failure failure) {
            super(failure);
        }
    }

    /** The server does not have this part of the protocol. */
    public static final class Unsupported extends BatonException {
        private static final long serialVersionUID = 1L;

        Unsupported(Failure failure) {
            super(failure);
        }
    }

    /** The server failed at the work. Whether another try would do better is not known. */
    public static final class ServerFault extends BatonException {
        private static final long serialVersionUID = 1L;

        ServerFault(Failure failure) {
            super(failure);
        }
    }

    /** The answer does not follow the protocol. */
    public static final class MalformedAnswer extends BatonException {
        private static final long serialVersionUID = 1L;

        MalformedAnswer(Failure failure) {
            super(failure);
        }
    }

    /**
     * What there is to say about a call that failed.
     *
     * @param what    the call, as {@code ModelInfer of model 'gauge'}
     * @param problem in words, where it is not just what the attempts say; otherwise empty
     */
    record Failure(
            String what,
            String requestId,
            Status.Code status,
            String problem,
            ServerSaid said,
            List<Attempt> attempts,
            Duration took,
            @Nullable Throwable cause) {

        /** Something this side found out before anything was sent. */
        static Failure local(String what, String requestId, Status.Code status, String problem) {
            return new Failure(what, requestId, status, problem, ServerSaid.NOTHING, List.of(), Duration.ZERO, null);
        }

        String message() {
            StringBuilder message = new StringBuilder(what);
            if (!requestId.isEmpty()) {
                message.append(", request ").append(requestId);
            }
            message.append(": ").append(status);
            if (attempts.size() > 1) {
                message.append(String.format(
                        Locale.ROOT, " after %d attempts in %.3f s", attempts.size(), took.toNanos() / 1e9));
            }
            if (!problem.isEmpty()) {
                message.append(": ").append(problem);
            }
            if (!attempts.isEmpty()) {
                message.append(attempts.stream().map(Attempt::toString).collect(Collectors.joining("; ", " [", "]")));
            }
            said.retryAfter().ifPresent(wait -> message.append(", try again after ")
                    .append(wait.toMillis())
                    .append(" ms"));
            return message.toString();
        }
    }
}
