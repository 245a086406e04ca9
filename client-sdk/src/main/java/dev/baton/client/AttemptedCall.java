package dev.baton.client;

import dev.baton.client.BatonException.Attempt;
import dev.baton.client.BatonException.Failure;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One call, and the attempts that are made for it, to one edge node after the other: {@link #start} and then
 * {@link #failed} say all of it.
 */
/*
 * Why repeating is safe. A model is a function: asking it twice changes nothing, and costs the server work, which the budget
 * bounds. Each attempt carries the same request id, so that a server that remembers ids may answer the second from the first,
 * and the caller gets one answer: the first to arrive completes the call, and the others are cancelled. So UNAVAILABLE is
 * retried even where the request may have been processed, as when a server dies in the middle of it. A request of a sequence
 * is the exception: there the server keeps state between requests, so it is retried only where no connection was made.
 * (gRPC itself repeats, within an attempt, what a server has provably not begun: refused streams and those above a GOAWAY.)
 *
 * What is not retried: statuses that say what is wrong with the request, failures of the engine, which would most likely
 * fail again, and anything after the deadline. A wait that would end after it is not begun.
 */
final class AttemptedCall<Q, R, T> {

    /** What all calls of a client share. */
    record Means(Edges edges, RetryBudget budget, Timer timer, Telemetry telemetry) {}

    /**
     * A call to be made.
     *
     * @param what       in words, for errors
     * @param model      its name, or empty
     * @param repeatable whether it may be sent again although it may have arrived
     * @param within     its deadline
     * @param reader     makes the result of the answer
     */
    record Question<Q, R, T>(
            MethodDescriptor<Q, R> method,
            Q message,
            String what,
            String model,
            String requestId,
            boolean repeatable,
            Duration within,
            Metadata headers,
            RetryPolicy retries,
            Optional<Duration> hedgeAfter,
            Reader<R, T> reader) {}

    /** Makes a result of an answer. */
    interface Reader<R, T> {
        T read(Answer<R> answer);
    }

    /** What arrived, from where, after how many attempts. */
    record Answer<R>(R message, String edge, int attempts, Duration took) {}

    private final Means means;
    private final Question<Q, R, T> question;
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private final Context context = Context.current();
    private final Deadline deadline;
    private final long startNanos = System.nanoTime();
    private final Telemetry.CallSpan span;
    private final AtomicBoolean ended = new AtomicBoolean();
    private Runnable ending = () -> {};

    // Guarded by this.
    private final Retries retries;
    private final List<RunningAttempt> running = new ArrayList<>();
    private final List<Attempt> failures = new ArrayList<>();
    private int attempts;

    AttemptedCall(Means means, Question<Q, R, T> question) {
        this.means = means;
        this.question = question;
        this.retries = new Retries(means.edges(), means.budget(), question.retries());
        this.deadline =
                earlier(Deadline.after(question.within().toNanos(), TimeUnit.NANOSECONDS), context.getDeadline());
        this.span = means.telemetry().begin(question.method().getFullMethodName(), question.model());
    }

    private static Deadline earlier(Deadline own, @Nullable Deadline outer) {
        return outer == null ? own : own.minimum(outer);
    }

    /**
     * Whoever completes the result, be it the caller by cancelling it, ends all attempts.
     *
     * @param ending runs once, before anybody can see the result unless it is the caller's own doing
     */
    CompletableFuture<T> start(Runnable ending) {
        means.budget().deposit();
        this.ending = ending;
        Calls.whenDone(result, (answer, problem) -> end(problem));
        begin(means.edges().pick());
        if (question.repeatable()) {
            question.hedgeAfter().ifPresent(wait -> later(this::hedge, wait));
        }
        return result;
    }

    /** Ends the call for a reason of the caller's or the client's. */
    void cancel(String why) {
        fail(new BatonException.Cancelled(failure(Status.Code.CANCELLED, why, ServerSaid.NOTHING, null)));
    }

    private void begin(EdgeNode edge) {
        RunningAttempt attempt;
        synchronized (this) {
            if (ended.get()) {
                return;
            }
            attempt = new RunningAttempt(edge);
            attempts++;
            retries.tried(edge);
            running.add(attempt);
        }
        context.run(attempt::start);
    }

    /** Asks a second edge node while the first is still at it. */
    private void hedge() {
        Optional<EdgeNode> other;
        synchronized (this) {
            other = running.size() == 1 ? retries.besides() : Optional.empty();
        }
        if (other.isPresent() && means.budget().withdraw()) {
            span.event("hedge", other.get().address());
            begin(other.get());
        }
    }

    private void answered(RunningAttempt attempt, R message) {
        int made;
        synchronized (this) {
            running.remove(attempt);
            made = attempts;
        }
        span.answeredBy(attempt.edge.address());
        try {
            T read = question.reader().read(new Answer<>(message, attempt.edge.address(), made, took()));
            end(null);
            result.complete(read);
        } catch (MalformedAnswerProblem malformed) {
            fail(new BatonException.MalformedAnswer(failure(
                    Status.Code.OK,
                    "%s answered: %s".formatted(attempt.edge, malformed.getMessage()),
                    ServerSaid.NOTHING,
                    malformed)));
        } catch (RuntimeException unexpected) {
            fail(unexpected);
        }
    }

    private void failed(RunningAttempt attempt, AttemptFailure failure) {
        boolean last;
        synchronized (this) {
            running.remove(attempt);
            failures.add(new Attempt(attempt.edge.address(), failure.code(), failure.description(), attempt.took()));
            last = running.isEmpty();
        }
        span.attemptFailed(attempt.edge.address(), failure.code());
        if (ended.get()) {
            return;
        }
        if (!failure.mayRetry(question.repeatable())) {
            giveUp(failure, "");
        } else if (last) {
            tryAgain(failure);
        }
    }

    private void tryAgain(AttemptFailure failure) {
        Retries.Next next;
        synchronized (this) {
            next = retries.next(failure);
        }
        if (next instanceof Retries.Now now) {
            begin(now.edge());
        } else if (next instanceof Retries.After after) {
            beginAfter(after.pause(), failure);
        } else if (next instanceof Retries.Never never) {
            giveUp(failure, never.why());
        }
    }

    private void beginAfter(Duration wait, AttemptFailure failure) {
        if (wait.toNanos() < deadline.timeRemaining(TimeUnit.NANOSECONDS)) {
            later(() -> begin(means.edges().pick()), wait);
        } else {
            giveUp(failure, "another try in %d ms would be past the deadline".formatted(wait.toMillis()));
        }
    }

    private void giveUp(AttemptFailure failure, String problem) {
        String why = failure.code() == Status.Code.DEADLINE_EXCEEDED
                ? "no answer within %d ms".formatted(question.within().toMillis())
                : problem;
        fail(failure.exception(
                failure(failure.code(), why, failure.said(), failure.status().asRuntimeException())));
    }

    private synchronized Failure failure(
            Status.Code status, String problem, ServerSaid said, @Nullable Throwable cause) {
        return new Failure(
                question.what(), question.requestId(), status, problem, said, List.copyOf(failures), took(), cause);
    }

    private void fail(RuntimeException problem) {
        end(problem);
        result.completeExceptionally(problem);
    }

    /** Gives back what the call held, at the first word of its end. */
    private void end(@Nullable Throwable problem) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        List<RunningAttempt> left;
        int made;
        synchronized (this) {
            left = List.copyOf(running);
            made = attempts;
        }
        left.forEach(
                attempt -> attempt.cancel(problem == null ? "another attempt has answered" : "the caller gave up"));
        span.end(problem, made, took());
        ending.run();
    }

    private void later(Runnable step, Duration wait) {
        means.timer()
                .after(wait, step)
                .ifPresentOrElse(
                        timer -> Calls.whenDone(result, (answer, problem) -> timer.cancel(false)),
                        () -> cancel("the client was closed"));
    }

    private Duration took() {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    /** One attempt on its way. */
    private final class RunningAttempt extends ClientCall.Listener<R> {
        private final EdgeNode edge;
        private final long beganNanos = System.nanoTime();
        private final ClientCall<Q, R> call;
        private boolean cancelled;
        private @Nullable R message;

        RunningAttempt(EdgeNode edge) {
            this.edge = edge;
            this.call = edge.channel().newCall(question.method(), CallOptions.DEFAULT.withDeadline(deadline));
        }

        synchronized void start() {
            if (cancelled) {
                return;
            }
            edge.begin();
            Metadata headers = new Metadata();
            headers.merge(question.headers());
            span.inject(headers);
            call.start(this, headers);
            call.request(2); // a second message would be against the protocol, and is told by asking for it
            try {
                call.sendMessage(question.message());
                call.halfClose();
            } catch (RuntimeException e) {
                call.cancel("the request could not be sent", e);
            }
        }

        synchronized void cancel(String why) {
            cancelled = true;
            call.cancel(why, null);
        }

        private synchronized boolean isCancelled() {
            return cancelled;
        }

        Duration took() {
            return Duration.ofNanos(System.nanoTime() - beganNanos);
        }

        @Override
        public void onMessage(R answer) {
            message = answer;
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            edge.end();
            if (isCancelled()) {
                return;
            }
            R answer = message;
            if (status.isOk() && answer != null) {
                edge.answered();
                answered(this, answer);
                return;
            }
            AttemptFailure failure = AttemptFailure.of(
                    status.isOk() ? Status.INTERNAL.withDescription("the call ended without an answer") : status,
                    trailers);
            means.edges().failed(edge, failure);
            failed(this, failure);
        }
    }
}
