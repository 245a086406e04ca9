package dev.baton.client;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What one call wants otherwise than the client. Immutable: each method gives a changed copy.
 */
public final class RequestOptions {

    private static final RequestOptions DEFAULTS =
            new RequestOptions(Optional.empty(), Map.of(), Optional.empty(), Optional.empty());

    private final Optional<Duration> deadline;
    private final Map<String, String> headers;
    private final Optional<RetryPolicy> retries;
    private final Optional<Duration> hedgeAfter;

    private RequestOptions(
            Optional<Duration> deadline,
            Map<String, String> headers,
            Optional<RetryPolicy> retries,
            Optional<Duration> hedgeAfter) {
        this.deadline = deadline;
        this.headers = headers;
        this.retries = retries;
        this.hedgeAfter = hedgeAfter;
    }

    /** {@return nothing otherwise than the client} */
    public static RequestOptions defaults() {
        return DEFAULTS;
    }

    /**
     * {@return options for an answer within this time}
     *
     * @param deadline from the call on, all attempts together
     */
    public static RequestOptions within(Duration deadline) {
        return DEFAULTS.deadline(deadline);
    }

    /**
     * {@return these options with a deadline}
     *
     * @param deadline from the call on, all attempts together; the server is told what is left of it
     * @throws IllegalArgumentException when it is not positive
     */
    public RequestOptions deadline(Duration deadline) {
        return new RequestOptions(Optional.of(Checks.positive("deadline", deadline)), headers, retries, hedgeAfter);
    }

    /**
     * {@return these options with a header beside those of the client}
     *
     * @param name lower case, ASCII; replaces the client's header of this name
     * @param value ASCII
     * @throws IllegalArgumentException when gRPC takes no such name
     */
    public RequestOptions header(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(Checks.header(name), value);
        return new RequestOptions(deadline, Map.copyOf(more), retries, hedgeAfter);
    }

    /**
     * {@return these options with other retries}
     *
     * @param retries how many, and how far apart; the budget stays that of the client
     */
    public RequestOptions retries(RetryPolicy retries) {
        return new RequestOptions(deadline, headers, Optional.of(retries), hedgeAfter);
    }

    /**
     * {@return these options with hedging: a second edge node is asked where the first has not answered in time}
     *
     * @param after how long to wait for the first; near the latency that 95 % of the answers keep is a good choice
     * @throws IllegalArgumentException when it is not positive
     */
    public RequestOptions hedgeAfter(Duration after) {
        return new RequestOptions(deadline, headers, retries, Optional.of(Checks.positive("hedging", after)));
    }

    Optional<Duration> deadline() {
        return deadline;
    }

    Map<String, String> headers() {
        return headers;
    }

    Optional<RetryPolicy> retries() {
        return retries;
    }

    Optional<Duration> hedgeAfter() {
        return hedgeAfter;
    }
}
