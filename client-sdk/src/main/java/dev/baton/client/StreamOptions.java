package dev.baton.client;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** How requests follow one another on an {@link InferenceStream}. Immutable: each method gives a changed copy. */
public final class StreamOptions {

    private static final StreamOptions DEFAULTS =
            new StreamOptions(8, Optional.empty(), RequestOptions.defaults(), Map.of());

    private final int maxInFlight;
    private final Optional<Duration> deadline;
    private final RequestOptions headers;
    private final Map<String, String> parameters;

    private StreamOptions(
            int maxInFlight, Optional<Duration> deadline, RequestOptions headers, Map<String, String> parameters) {
        this.maxInFlight = maxInFlight;
        this.deadline = deadline;
        this.headers = headers;
        this.parameters = parameters;
    }

    /** {@return eight requests under way, each within the client's deadline} */
    public static StreamOptions defaults() {
        return DEFAULTS;
    }

    /**
     * {@return these options with another number of requests under way}
     *
     * @param requests two keep head and tail busy at once, more hide a longer round trip
     * @throws IllegalArgumentException when it is not positive
     */
    public StreamOptions maxInFlight(int requests) {
        return new StreamOptions(Checks.positive("maxInFlight", requests), deadline, headers, parameters);
    }

    /**
     * {@return these options with a deadline}
     *
     * @param deadline of each request, from its sending on
     * @throws IllegalArgumentException when it is not positive
     */
    public StreamOptions deadline(Duration deadline) {
        return new StreamOptions(maxInFlight, Optional.of(Checks.positive("deadline", deadline)), headers, parameters);
    }

    /**
     * {@return these options with a header of the stream}
     *
     * @param name lower case, ASCII; replaces the client's header of this name
     * @param value ASCII
     * @throws IllegalArgumentException when gRPC takes no such name
     */
    public StreamOptions header(String name, String value) {
        return new StreamOptions(maxInFlight, deadline, headers.header(name, value), parameters);
    }

    /**
     * {@return these options, with answers as they are ready} A Baton edge node otherwise gives them in the order of the requests, so that
     * one that takes long holds up those behind it.
     */
    public StreamOptions asReady() {
        return parameter("baton_stream_order", "as-ready");
    }

    /**
     * {@return these options, for sources whose newest frame counts} A Baton edge node works on as many requests of the stream as its
     * window has; one more waits, and is dropped when a newer one comes: its answer is then a
     * {@link BatonException.Dropped}. Allow more requests under way than that window, or nothing is ever dropped. Implies
     * {@link #asReady}, so that what was dropped is known at once.
     */
    public StreamOptions dropOldest() {
        return asReady().parameter("baton_stream_when_full", "drop-oldest");
    }

    private StreamOptions parameter(String name, String value) {
        Map<String, String> more = new HashMap<>(parameters);
        more.put(name, value);
        return new StreamOptions(maxInFlight, deadline, headers, Map.copyOf(more));
    }

    int maxInFlight() {
        return maxInFlight;
    }

    Optional<Duration> deadline() {
        return deadline;
    }

    /** Of the first request, which tell the server; a stream that moves to another edge node has another first request. */
    Map<String, String> parameters() {
        return parameters;
    }

    Map<String, String> headers() {
        return headers.headers();
    }
}
