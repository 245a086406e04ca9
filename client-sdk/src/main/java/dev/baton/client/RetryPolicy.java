package dev.baton.client;

import java.time.Duration;

/**
 * When a call that failed is tried again.
 *
 * <p>Only what may succeed at another try is: {@code UNAVAILABLE}, and {@code RESOURCE_EXHAUSTED} where the server says when to
 * come back. Never past the deadline, and never a request of a sequence that may have arrived, as the server remembers those.
 *
 * <p>The budget keeps retries from making an overload worse. Every call pays {@code budgetRatio} into it and every retry
 * takes one, so that in the long run there are no more retries than that share of the calls. {@code budgetPerSecond}
 * flows in as well, for clients that seldom call, up to {@code budgetReserve}. A try that no server saw, as the connection
 * could not be made, is not paid for.
 *
 * @param maxAttempts how often a request is sent at most, 1 for no retries; an edge node that could not be connected to does
 *     not count as long as there are others to be tried
 * @param initialBackoff the wait before an edge node is tried again, less up to half of it at random; doubles with each
 *     try. Another edge node is tried at once
 * @param maxBackoff the longest such wait
 * @param budgetRatio retries for each call
 * @param budgetPerSecond retries for each second
 * @param budgetReserve retries that may be saved up
 */
public record RetryPolicy(
        int maxAttempts,
        Duration initialBackoff,
        Duration maxBackoff,
        double budgetRatio,
        double budgetPerSecond,
        double budgetReserve) {

    private static final RetryPolicy DEFAULTS =
            new RetryPolicy(4, Duration.ofMillis(50), Duration.ofSeconds(1), 0.2, 10, 100);

    /**
     * A policy is checked where it is made.
     *
     * @throws IllegalArgumentException when a number is negative, or there is no attempt
     */
    public RetryPolicy {
        Checks.positive("maxAttempts", maxAttempts);
        Checks.positive("initialBackoff", initialBackoff);
        Checks.positive("maxBackoff", maxBackoff);
        if (!(budgetRatio >= 0 && budgetPerSecond >= 0 && budgetReserve >= 0)) {
            throw new IllegalArgumentException(
                    "retry budget of %s for each call, %s a second, reserve %s; expected 0 or more"
                            .formatted(budgetRatio, budgetPerSecond, budgetReserve));
        }
    }

    /**
     * {@return four attempts, 50 ms to 1 s apart, and a budget of one retry for five calls, ten a second, 100 in reserve}
     */
    public static RetryPolicy defaults() {
        return DEFAULTS;
    }

    /** {@return one attempt only} */
    public static RetryPolicy none() {
        return DEFAULTS.withMaxAttempts(1);
    }

    /**
     * {@return this policy with another number of attempts}
     *
     * @param attempts 1 for no retries
     */
    public RetryPolicy withMaxAttempts(int attempts) {
        return new RetryPolicy(attempts, initialBackoff, maxBackoff, budgetRatio, budgetPerSecond, budgetReserve);
    }

    /**
     * {@return this policy with other waits}
     *
     * @param initial before the second attempt
     * @param max the longest
     */
    public RetryPolicy withBackoff(Duration initial, Duration max) {
        return new RetryPolicy(maxAttempts, initial, max, budgetRatio, budgetPerSecond, budgetReserve);
    }

    /**
     * {@return this policy with another budget}
     *
     * @param ratio retries for each call
     * @param perSecond retries for each second
     * @param reserve retries that may be saved up
     */
    public RetryPolicy withBudget(double ratio, double perSecond, double reserve) {
        return new RetryPolicy(maxAttempts, initialBackoff, maxBackoff, ratio, perSecond, reserve);
    }

    /** The wait before retry {@code number}, counted from 1; {@code random} from 0 to 1. */
    Duration backoff(int number, double random) {
        double doubled = (double) initialBackoff.toNanos() * Math.pow(2, Math.min(number - 1, 40));
        return Duration.ofNanos((long) (Math.min(doubled, (double) maxBackoff.toNanos()) * (1 + random) / 2));
    }
}
