package dev.baton.tail.quota;

import java.time.Duration;

/** Token buckets that all tails share. */
@FunctionalInterface
public interface TokenStore {

    /**
     * Takes up to {@code wanted} tokens; a bucket that is new is full.
     *
     * @throws UnavailableException when the store does not answer
     */
    Grant take(String bucket, QuotaSettings.Limit limit, int wanted) throws UnavailableException;

    /**
     * What was taken.
     *
     * @param tokens 0 where there was none
     * @param next   until there is one again; zero where there was
     */
    record Grant(int tokens, Duration next) {}

    /** The store does not answer. */
    final class UnavailableException extends Exception {

        private static final long serialVersionUID = 1L;

        public UnavailableException(Throwable cause) {
            super(String.valueOf(cause.getMessage()), cause);
        }
    }
}
