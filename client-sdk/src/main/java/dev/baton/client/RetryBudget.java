package dev.baton.client;

import java.util.function.LongSupplier;

/**
 * How many retries are left: calls and time pay in, retries take out, the reserve is the most that is kept.
 *
 * <p>A token bucket as in Finagle's RetryBudget; gRPC's retry throttling pays in by calls alone, which starves a client that
 * calls once a minute.
 */
final class RetryBudget {

    private final RetryPolicy policy;
    private final LongSupplier ticker;
    private double tokens;
    private long paidUntilNanos;

    RetryBudget(RetryPolicy policy, LongSupplier ticker) {
        this.policy = policy;
        this.ticker = ticker;
        this.tokens = policy.budgetReserve();
        this.paidUntilNanos = ticker.getAsLong();
    }

    /** A call pays in. */
    synchronized void deposit() {
        add(policy.budgetRatio());
    }

    /** A retry takes one, if there is one. */
    synchronized boolean withdraw() {
        long now = ticker.getAsLong();
        add((now - paidUntilNanos) / 1e9 * policy.budgetPerSecond());
        paidUntilNanos = now;
        if (tokens < 1) {
            return false;
        }
        tokens--;
        return true;
    }

    private void add(double more) {
        tokens = Math.min(policy.budgetReserve(), tokens + more);
    }
}
