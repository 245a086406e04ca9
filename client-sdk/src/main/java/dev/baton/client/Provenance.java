package dev.baton.client;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How Baton made an answer.
 *
 * @param placement {@code edge-only}, {@code cloud-only} or {@code split:} and the split point
 * @param splitPoint its index: 0 for {@code cloud-only}, the last for {@code edge-only}
 * @param codec of what crossed, or the picture's media type; empty where nothing was to cross
 * @param planEpoch the plan's number
 * @param bytesSent of the record that crossed, 0 where none did
 * @param completedBy who ran the last operator
 * @param reason why this placement; where the edge node finished what the cloud should have, why; where it exited early,
 *     how sure it was
 * @param device of the edge node; empty where it does not say
 * @param tail the tail that answered; empty where none did
 * @param stageMillis the parts of {@code totalMillis} in milliseconds, in the order of {@link #STAGES}; without those
 *     that took no time
 * @param totalMillis on the edge node, from the request's arrival to the answer
 * @param joules what the request cost the edge node; empty where its power is not known
 */
public record Provenance(
        String placement,
        int splitPoint,
        Optional<String> codec,
        long planEpoch,
        long bytesSent,
        CompletedBy completedBy,
        String reason,
        String device,
        Optional<String> tail,
        Map<String, Double> stageMillis,
        double totalMillis,
        OptionalDouble joules) {

    /** Names of the stages of a request, in the order in which they happen. */
    public static final List<String> STAGES =
            List.of("preprocess", "head", "encode", "network", "tail_queue", "tail_decode", "tail", "local", "other");

    /** Who ran the last operator. */
    public enum CompletedBy {
        /** The edge node. */
        EDGE,
        /** A tail. */
        CLOUD,
        /** The edge node, from an output of the head that was sure enough: later operators did not run. */
        EARLY_EXIT
    }

    /** Keeps the stages in their order. */
    public Provenance {
        stageMillis = Collections.unmodifiableMap(new LinkedHashMap<>(stageMillis));
    }

    /**
     * {@return how long a stage took, in milliseconds}
     *
     * @param stage one of {@link #STAGES}
     */
    public double stageMillis(String stage) {
        return stageMillis.getOrDefault(stage, 0.0);
    }

    /** Empty where the parameters are not Baton's. A newer server may say more, and leave out what this one says. */
    static Optional<Provenance> of(Map<String, Object> parameters) {
        if (!(parameters.get("baton_placement") instanceof String placement)) {
            return Optional.empty();
        }
        return Optional.of(new Provenance(
                placement,
                (int) number(parameters, "baton_split_point").orElse(0),
                text(parameters, "baton_codec"),
                (long) number(parameters, "baton_plan_epoch").orElse(0),
                (long) number(parameters, "baton_bytes_sent").orElse(0),
                completedBy(text(parameters, "baton_completed_by").orElse("")),
                text(parameters, "baton_reason").orElse(""),
                text(parameters, "baton_device").orElse(""),
                text(parameters, "baton_tail"),
                stages(parameters),
                number(parameters, "baton_total_ms").orElse(0),
                number(parameters, "baton_joules")));
    }

    private static CompletedBy completedBy(String word) {
        return switch (word) {
            case "cloud" -> CompletedBy.CLOUD;
            case "early-exit" -> CompletedBy.EARLY_EXIT;
            default -> CompletedBy.EDGE;
        };
    }

    private static Map<String, Double> stages(Map<String, Object> parameters) {
        Map<String, Double> stages = new LinkedHashMap<>();
        for (String stage : STAGES) {
            double millis = number(parameters, "baton_%s_ms".formatted(stage)).orElse(0);
            if (millis != 0) {
                stages.put(stage, millis);
            }
        }
        return stages;
    }

    private static Optional<String> text(Map<String, Object> parameters, String name) {
        return Optional.ofNullable(parameters.get(name)).map(Object::toString).filter(text -> !text.isEmpty());
    }

    /** Baton writes times as text with three decimals. */
    private static OptionalDouble number(Map<String, Object> parameters, String name) {
        Object value = parameters.get(name);
        if (value instanceof Number number) {
            return OptionalDouble.of(number.doubleValue());
        }
        if (value instanceof String text) {
            try {
                return OptionalDouble.of(Double.parseDouble(text));
            } catch (NumberFormatException notANumber) {
                return OptionalDouble.empty();
            }
        }
        return OptionalDouble.empty();
    }

    /** {@return placement, codec and times on one line} */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s%s, completed by %s, %d bytes sent, %.3f ms %s: %s",
                placement,
                codec.map(" "::concat).orElse(""),
                completedBy == CompletedBy.EARLY_EXIT
                        ? "an early exit"
                        : "the " + completedBy.name().toLowerCase(Locale.ROOT),
                bytesSent,
                totalMillis,
                stageMillis,
                reason);
    }
}
