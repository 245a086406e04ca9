package dev.baton.client;

import io.grpc.CallCredentials;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.opentelemetry.api.OpenTelemetry;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Collects what a {@link BatonClient} is to be like. Only an address is needed. Not for several threads at once. */
public final class BatonClientBuilder {

    private static final Pattern ADDRESS = Pattern.compile("(\\[[0-9a-fA-F:.%]+]|[^:/\\s\\[\\]]+):(\\d{1,5})");
    private static final int MOST_PORTS = 65_535;

    private final Set<String> edges = new LinkedHashSet<>();
    private final Map<String, String> headers = new LinkedHashMap<>();
    private Duration deadline = Duration.ofSeconds(10);
    private Duration connectTimeout = Duration.ofSeconds(2);
    private Optional<Duration> keepAlive = Optional.empty();
    private RetryPolicy retries = RetryPolicy.defaults();
    private Optional<Duration> hedgeAfter = Optional.empty();
    private Optional<TlsOptions> tls = Optional.empty();
    private Optional<CallCredentials> credentials = Optional.empty();
    private OpenTelemetry openTelemetry = OpenTelemetry.noop();
    private int maxInFlight = 256;
    private int maxMessageBytes = 64 * 1024 * 1024;
    private boolean checkInputs;
    private @Nullable Executor executor;

    BatonClientBuilder() {}

    /**
     * Adds an edge node, or any other server of the protocol. Requests are spread over all that were added, and go on
     * with the others where one fails.
     *
     * @param address {@code host:port}; an IPv6 address in brackets
     * @return this
     * @throws IllegalArgumentException when it is none
     */
    public BatonClientBuilder edge(String address) {
        var parts = ADDRESS.matcher(address);
        if (!parts.matches() || Integer.parseInt(parts.group(2)) > MOST_PORTS) {
            throw new IllegalArgumentException("edge node '%s'; expected host:port".formatted(address));
        }
        edges.add(address);
        return this;
    }

    /**
     * Adds several edge nodes.
     *
     * @param addresses each {@code host:port}
     * @return this
     * @throws IllegalArgumentException when one is no address
     */
    public BatonClientBuilder edges(Collection<String> addresses) {
        addresses.forEach(this::edge);
        return this;
    }

    /**
     * Sets the time within which a call is answered, all attempts together. The server is told what is left of it.
     *
     * @param deadline 10 s unless set
     * @return this
     * @throws IllegalArgumentException when it is not positive
     */
    public BatonClientBuilder deadline(Duration deadline) {
        this.deadline = Checks.positive("deadline", deadline);
        return this;
    }

    /**
     * Sets the time within which a connection is made, or another edge node is tried.
     *
     * @param timeout 2 s unless set
     * @return this
     * @throws IllegalArgumentException when it is not positive
     */
    public BatonClientBuilder connectTimeout(Duration timeout) {
        connectTimeout = Checks.positive("connectTimeout", timeout);
        return this;
    }

    /**
     * Asks for a sign of life on connections with calls under way. Off unless set: a server that does not expect it closes the
     * connection. Without it, calls on a connection that went dead silently end at their deadline, and five of them in a row
     * turn the client to other edge nodes.
     *
     * @param every how often; servers usually allow five minutes or more
     * @return this
     * @throws IllegalArgumentException when it is not positive
     */
    public BatonClientBuilder keepAlive(Duration every) {
        keepAlive = Optional.of(Checks.positive("keepAlive", every));
        return this;
    }

    /**
     * Sets when calls are tried again.
     *
     * @param retries {@link RetryPolicy#defaults()} unless set
     * @return this
     */
    public BatonClientBuilder retries(RetryPolicy retries) {
        this.retries = retries;
        return this;
    }

    /**
     * Asks a second edge node where the first has not answered in time; the first answer counts, the other call is cancelled.
     * Off unless set. It takes from the retry budget, and is of use only with several edge nodes.
     *
     * @param after how long to wait for the first; near the latency that 95 % of the answers keep is a good choice
     * @return this
     * @throws IllegalArgumentException when it is not positive
     */
    public BatonClientBuilder hedgeAfter(Duration after) {
        hedgeAfter = Optional.of(Checks.positive("hedging", after));
        return this;
    }

    /**
     * Secures connections. They are in plain text unless set.
     *
     * @param options whom to trust, and which certificate to show
     * @return this
     */
    public BatonClientBuilder tls(TlsOptions options) {
        tls = Optional.of(options);
        return this;
    }

    /**
     * Adds a header to every call.
     *
     * @param name lower case, ASCII
     * @param value ASCII
     * @return this
     * @throws IllegalArgumentException when gRPC takes no such name
     */
    public BatonClientBuilder header(String name, String value) {
        headers.put(Checks.header(name), value);
        return this;
    }

    /**
     * Adds credentials that are asked for with every attempt, such as tokens that are renewed.
     *
     * @param credentials of gRPC
     * @return this
     */
    public BatonClientBuilder credentials(CallCredentials credentials) {
        this.credentials = Optional.of(credentials);
        return this;
    }

    /**
     * Traces and counts calls, and passes the trace on to the server.
     *
     * @param openTelemetry none unless set
     * @return this
     */
    public BatonClientBuilder openTelemetry(OpenTelemetry openTelemetry) {
        this.openTelemetry = openTelemetry;
        return this;
    }

    /**
     * Bounds the requests under way. Beyond, {@link BatonClient#infer(InferenceRequest)} waits, and
     * {@link BatonClient#inferAsync(InferenceRequest)} fails at once with {@link BatonException.Overloaded}.
     *
     * @param requests 256 unless set
     * @return this
     * @throws IllegalArgumentException when it is not positive
     */
    public BatonClientBuilder maxInFlight(int requests) {
        maxInFlight = Checks.positive("maxInFlight", requests);
        return this;
    }

    /**
     * Bounds the size of a request and of an answer.
     *
     * @param bytes 64 MiB unless set, as an edge node takes
     * @return this
     * @throws IllegalArgumentException when it is not positive
     */
    public BatonClientBuilder maxMessageBytes(int bytes) {
        maxMessageBytes = Checks.positive("maxMessageBytes", bytes);
        return this;
    }

    /**
     * Asks for a model's metadata before its first request, so that wrong inputs are refused here. Otherwise they are where
     * {@link BatonClient#modelMetadata(String)} has been called for the model, and by the server.
     *
     * @return this
     */
    public BatonClientBuilder checkInputs() {
        checkInputs = true;
        return this;
    }

    /**
     * Runs what follows on an asynchronous answer. gRPC's threads do unless set, of which there are as many as needed.
     *
     * @param executor must not run tasks in the thread that hands them over
     * @return this
     */
    public BatonClientBuilder executor(Executor executor) {
        this.executor = executor;
        return this;
    }

    /**
     * {@return the client}; connections are made when they are needed
     *
     * @throws IllegalStateException when no edge node was named
     * @throws java.io.UncheckedIOException when a certificate cannot be read
     */
    public BatonClient build() {
        if (edges.isEmpty()) {
            throw new IllegalStateException("no edge node was named; expected host:port of one or more");
        }
        ChannelCredentials security = tls.map(TlsOptions::credentials).orElseGet(InsecureChannelCredentials::create);
        List<EdgeNode> nodes = edges.stream()
                .map(address -> new EdgeNode(address, channel(address, security)))
                .toList();
        return new BatonClient(
                nodes,
                new BatonClient.Settings(deadline, retries, hedgeAfter, maxInFlight, maxMessageBytes, checkInputs),
                new Telemetry(openTelemetry));
    }

    private ManagedChannel channel(String address, ChannelCredentials security) {
        NettyChannelBuilder channel = NettyChannelBuilder.forTarget(target(address), security)
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.max(1, connectTimeout.toMillis()))
                .maxInboundMessageSize(maxMessageBytes)
                .intercept(new Identity(headers, credentials))
                .userAgent("baton-client-java");
        tls.flatMap(TlsOptions::serverName).ifPresent(channel::overrideAuthority);
        keepAlive.ifPresent(every -> channel.keepAliveTime(every.toNanos(), TimeUnit.NANOSECONDS));
        if (executor != null) {
            channel.executor(executor);
        }
        return channel.build();
    }

    /** For gRPC's name resolver; an IPv6 address has brackets, which are escaped in a URI. */
    private static String target(String address) {
        try {
            return new URI("dns", "", "/" + address, null).toString();
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("edge node '%s': %s".formatted(address, e.getMessage()), e);
        }
    }
}
