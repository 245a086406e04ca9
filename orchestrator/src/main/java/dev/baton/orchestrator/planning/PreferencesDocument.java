package dev.baton.orchestrator.planning;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.baton.partitioning.accuracy.AccuracyBudget;
import dev.baton.planning.Constraints;
import dev.baton.planning.Objective;
import dev.baton.planning.Preferences;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Preferences as JSON. What a document leaves out is as the service is set up.
 *
 * <pre>
 * {"objective": "latency", or "energy", "cloud-cost", {"perMilli": 1, "perJoule": 5, "perCost": 0},
 *  "constraints": {"latencyTarget": {"millis": 100, "quantile": 0.95},
 *                  "accuracy": {"agreement": 0.99, "relativeError": 0.01},
 *                  "edgeMemoryBytes": 67108864, "maxRecordBytes": 1048576, "rawInputStaysOnDevice": true,
 *                  "minimumDepth": 3, "allowedPlacements": ["edge-only", "split", "split:4"]}}
 * </pre>
 */
public final class PreferencesDocument {
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final double USUAL_QUANTILE = 0.95;

    /**
     * The document's parts, as REST shows them.
     *
     * @param objective a name, or weights
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record View(Object objective, ConstraintsView constraints) {}

    /** Weights of the objective. */
    public record WeightsView(double perMilli, double perJoule, double perCost) {}

    /** What must hold; what is absent does not matter. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ConstraintsView(
            @Nullable LatencyTargetView latencyTarget,
            AccuracyView accuracy,
            @Nullable Long edgeMemoryBytes,
            long maxRecordBytes,
            boolean rawInputStaysOnDevice,
            @Nullable Integer minimumDepth,
            @Nullable List<String> allowedPlacements) {}

    /** What a share of requests must keep to. */
    public record LatencyTargetView(double millis, double quantile) {}

    /** How much a codec may change answers. */
    public record AccuracyView(double agreement, double relativeError) {}

    private PreferencesDocument() {}

    /** Preferences as a document, complete. */
    public static View view(Preferences preferences) {
        Constraints constraints = preferences.constraints();
        return new View(
                switch (preferences.objective()) {
                    case Objective.Latency latency -> "latency";
                    case Objective.Energy energy -> "energy";
                    case Objective.CloudCost cost -> "cloud-cost";
                    case Objective.Weighted(double perMilli, double perJoule, double perCost) ->
                        new WeightsView(perMilli, perJoule, perCost);
                },
                new ConstraintsView(
                        constraints
                                .latencyTarget()
                                .map(target ->
                                        new LatencyTargetView(target.within().toNanos() / 1e6, target.quantile()))
                                .orElse(null),
                        new AccuracyView(
                                constraints.accuracy().agreement(),
                                constraints.accuracy().relativeError()),
                        constraints.edgeMemoryBytes().isPresent()
                                ? Long.valueOf(constraints.edgeMemoryBytes().getAsLong())
                                : null,
                        constraints.maxRecordBytes(),
                        constraints.rawInputStaysOnDevice(),
                        constraints.minimumDepth().isPresent()
                                ? Integer.valueOf(constraints.minimumDepth().getAsInt())
                                : null,
                        constraints.allowedPlacements().isEmpty()
                                ? null
                                : List.copyOf(new TreeSet<>(constraints.allowedPlacements()))));
    }

    /**
     * The preferences that a document asks for.
     *
     * @param usual what holds where the document says nothing
     * @throws InvalidPreferencesException naming the field
     */
    public static Preferences parse(String document, Preferences usual) {
        JsonNode root;
        try {
            root = JSON.readTree(document);
        } catch (JsonProcessingException malformed) {
            throw new InvalidPreferencesException("body", "no JSON: " + malformed.getOriginalMessage());
        }
        Part part = new Part("", root);
        part.expect(Set.of("objective", "constraints"));
        Objective objective =
                part.node("objective").map(PreferencesDocument::objective).orElse(usual.objective());
        Constraints constraints = part.node("constraints")
                .map(node -> constraints(new Part("constraints", node), usual.constraints()))
                .orElse(usual.constraints());
        return new Preferences(objective, constraints);
    }

    private static Objective objective(JsonNode node) {
        if (node.isTextual()) {
            return switch (node.asText()) {
                case "latency" -> Objective.LATENCY;
                case "energy" -> Objective.ENERGY;
                case "cloud-cost" -> Objective.CLOUD_COST;
                default ->
                    throw new InvalidPreferencesException(
                            "objective",
                            "objective must be latency, energy, cloud-cost or weights (perMilli, perJoule, perCost), but was \"%s\""
                                    .formatted(node.asText()));
            };
        }
        Part weights = new Part("objective", node);
        weights.expect(Set.of("perMilli", "perJoule", "perCost"));
        return checked(() -> new Objective.Weighted(
                weights.number("perMilli").orElse(0.0),
                weights.number("perJoule").orElse(0.0),
                weights.number("perCost").orElse(0.0)));
    }

    private static Constraints constraints(Part part, Constraints usual) {
        part.expect(Set.of(
                "latencyTarget",
                "accuracy",
                "edgeMemoryBytes",
                "maxRecordBytes",
                "rawInputStaysOnDevice",
                "minimumDepth",
                "allowedPlacements"));
        return checked(() -> new Constraints(
                part.part("latencyTarget")
                        .map(PreferencesDocument::latencyTarget)
                        .or(usual::latencyTarget),
                part.part("accuracy")
                        .map(budget -> accuracy(budget, usual.accuracy()))
                        .orElse(usual.accuracy()),
                part.whole("edgeMemoryBytes").map(OptionalLong::of).orElse(usual.edgeMemoryBytes()),
                part.whole("maxRecordBytes").orElse(usual.maxRecordBytes()),
                part.truth("rawInputStaysOnDevice").orElse(usual.rawInputStaysOnDevice()),
                part.whole("minimumDepth")
                        .map(depth -> OptionalInt.of(Math.clamp(depth, -1, Integer.MAX_VALUE)))
                        .orElse(usual.minimumDepth()),
                part.texts("allowedPlacements").orElse(usual.allowedPlacements())));
    }

    private static Constraints.LatencyTarget latencyTarget(Part part) {
        part.expect(Set.of("millis", "quantile"));
        double millis = part.number("millis")
                .orElseThrow(() -> new InvalidPreferencesException(
                        "constraints.latencyTarget.millis", "constraints.latencyTarget.millis is missing"));
        if (!(millis > 0 && millis <= Duration.ofDays(1).toMillis())) {
            throw new InvalidPreferencesException(
                    "constraints.latencyTarget.millis",
                    "constraints.latencyTarget.millis must be positive and at most a day, but was " + millis);
        }
        double quantile = part.number("quantile").orElse(USUAL_QUANTILE);
        return checked(() -> new Constraints.LatencyTarget(Duration.ofNanos(Math.round(millis * 1e6)), quantile));
    }

    private static AccuracyBudget accuracy(Part part, AccuracyBudget usual) {
        part.expect(Set.of("agreement", "relativeError"));
        double agreement = part.number("agreement").orElse(usual.agreement());
        double error = part.number("relativeError").orElse(usual.relativeError());
        if (!(agreement >= 0 && agreement <= 1)) {
            throw new InvalidPreferencesException(
                    "constraints.accuracy.agreement",
                    "constraints.accuracy.agreement must lie in [0, 1], but was " + agreement);
        }
        if (!(error >= 0)) {
            throw new InvalidPreferencesException(
                    "constraints.accuracy.relativeError",
                    "constraints.accuracy.relativeError must not be negative, but was " + error);
        }
        return new AccuracyBudget(agreement, error);
    }

    /** A value's own check says first which field is wrong. */
    private static <T> T checked(Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException refused) {
            String message = String.valueOf(refused.getMessage());
            throw new InvalidPreferencesException(message.split("[ :]", 2)[0], message);
        }
    }

    /** An object in the document, with where it is. */
    private record Part(String path, JsonNode object) {
        Part {
            if (!object.isObject()) {
                String field = path.isEmpty() ? "body" : path;
                throw new InvalidPreferencesException(field, "%s must be a JSON object".formatted(field));
            }
        }

        private String path(String name) {
            return path.isEmpty() ? name : path + "." + name;
        }

        void expect(Set<String> names) {
            object.fieldNames().forEachRemaining(name -> {
                if (!names.contains(name)) {
                    throw new InvalidPreferencesException(
                            path(name),
                            "there is no %s; there are %s"
                                    .formatted(path(name), String.join(", ", new TreeSet<>(names))));
                }
            });
        }

        Optional<JsonNode> node(String name) {
            return Optional.ofNullable(object.get(name)).filter(node -> !node.isNull());
        }

        Optional<Part> part(String name) {
            return node(name).map(node -> new Part(path(name), node));
        }

        Optional<Double> number(String name) {
            return node(name).map(node -> require(name, node, node.isNumber(), "a number")
                    .asDouble());
        }

        Optional<Long> whole(String name) {
            return node(name).map(node -> require(name, node, node.canConvertToExactIntegral(), "a whole number")
                    .asLong());
        }

        Optional<Boolean> truth(String name) {
            return node(name).map(node -> require(name, node, node.isBoolean(), "true or false")
                    .asBoolean());
        }

        Optional<Set<String>> texts(String name) {
            return node(name).map(node -> {
                require(name, node, node.isArray(), "a list of texts");
                List<String> texts = new ArrayList<>();
                node.forEach(text -> texts.add(
                        require(name, text, text.isTextual(), "a list of texts").asText()));
                return Set.copyOf(texts);
            });
        }

        private JsonNode require(String name, JsonNode node, boolean fits, String expected) {
            if (!fits) {
                throw new InvalidPreferencesException(
                        path(name), "%s must be %s, but was %s".formatted(path(name), expected, node));
            }
            return node;
        }
    }
}
