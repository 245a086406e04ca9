package dev.baton.openinference.grpc;

import dev.baton.openinference.RequestRefusedException;
import dev.baton.schemas.inference.InferParameter;
import dev.baton.schemas.inference.ModelInferRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How the requests of one stream are worked on and answered. A client may say otherwise in the parameters of its first
 * request: {@code baton_stream_order}, {@code baton_stream_when_full}, {@code baton_stream_window}.
 *
 * @param window requests that are worked on at the same time
 */
public record StreamSettings(int window, Order order, WhenFull whenFull) {

    private static final String WINDOW = "baton_stream_window";
    private static final String ORDER = "baton_stream_order";
    private static final String WHEN_FULL = "baton_stream_when_full";

    /** In which order answers are given. */
    public enum Order {
        /** That of the requests. */
        IN_ORDER,
        /** That in which they are ready. */
        AS_READY
    }

    /** What becomes of a request that comes while the window is full. */
    public enum WhenFull {
        /** It is not read: the client, which gRPC holds back, may wait. */
        WAIT,
        /** It waits alone, in the place of the one that waited before, which is refused: for cameras and sensors. */
        DROP_OLDEST
    }

    public StreamSettings {
        if (window < 1) {
            throw new IllegalArgumentException(
                    "a stream's window of %d requests: expected at least 1".formatted(window));
        }
    }

    /** In order, and nothing dropped. */
    public static StreamSettings ofWindow(int window) {
        return new StreamSettings(window, Order.IN_ORDER, WhenFull.WAIT);
    }

    boolean isInOrder() {
        return order == Order.IN_ORDER;
    }

    boolean dropsOldest() {
        return whenFull == WhenFull.DROP_OLDEST;
    }

    /**
     * As the first request of a stream asks; these settings where it does not. A window may only be smaller.
     *
     * @throws RequestRefusedException when a parameter makes no sense
     */
    StreamSettings askedBy(ModelInferRequest first) {
        return new StreamSettings(
                parameter(first, WINDOW).map(this::smallerWindow).orElse(window),
                parameter(first, ORDER)
                        .map(asked -> constant(ORDER, asked, Order.values()))
                        .orElse(order),
                parameter(first, WHEN_FULL)
                        .map(asked -> constant(WHEN_FULL, asked, WhenFull.values()))
                        .orElse(whenFull));
    }

    private static Optional<InferParameter> parameter(ModelInferRequest request, String name) {
        return Optional.ofNullable(request.getParametersMap().get(name));
    }

    private int smallerWindow(InferParameter asked) {
        long requests = asked.hasUint64Param() ? asked.getUint64Param() : asked.getInt64Param();
        if (requests < 1) {
            throw RequestRefusedException.invalid(
                    "parameters." + WINDOW, "parameter '%s' is no positive whole number".formatted(WINDOW));
        }
        return (int) Math.min(requests, window);
    }

    private static <E extends Enum<E>> E constant(String name, InferParameter asked, E[] constants) {
        List<String> words = Arrays.stream(constants).map(StreamSettings::word).toList();
        int index = words.indexOf(asked.getStringParam());
        if (index < 0) {
            throw RequestRefusedException.invalid(
                    "parameters." + name,
                    "parameter '%s' is '%s'; expected one of %s".formatted(name, asked.getStringParam(), words));
        }
        return constants[index];
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
