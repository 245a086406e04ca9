package dev.baton.client;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** How requests follow one another on an {@link InferenceStream}. Immutable: each method gives a changed copy. */
public final class StreamOptions {

    private static final StreamOptions DEFAULTS = new StreamOptions(8, Optional.empty(), RequestOptions.defaults());

    private final int maxInFlight;
    private final Optional<Duration> deadline;
    private final RequestOptions headers;

    private StreamOptions(int maxInFlight, Optional<Duration> deadline, RequestOptions headers) {
        this.maxInFlight = maxInFlight;
        this.deadline = deadline;
        this.headers = headers;
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
        return new StreamOptions(Checks.positive("maxInFlight", requests), deadline, headers);
    }

    /**
     * {@return these options with a deadline}
     *
     * @param deadline of each request, from its sending on
     * @throws IllegalArgumentException when it is not positive
     */
    public StreamOptions deadline(Duration deadline) {
        return new StreamOptions(maxInFlight, Optional.of(Checks.positive("deadline", deadline)), headers);
    }

    /**
     * {@return these options with a header of the stream}
     *
     * @param name lower case, ASCII; replaces the client's header of this name
     * @param value ASCII
     * @throws IllegalArgumentException when gRPC takes no such name
     */
    public StreamOptions header(String name, String value) {
        return new StreamOptions(maxInFlight, deadline, headers.header(name, value));
    }

    int maxInFlight() {
        return maxInFlight;
    }

    Optional<Duration> deadline() {
        return deadline;
    }

    Map<String, String> headers() {
        return headers.headers();
    }
}
