package dev.baton.clients;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.baton.partitioning.accuracy.AccuracyBudget;
import dev.baton.planning.Constraints;
import dev.baton.planning.Objective;
import dev.baton.planning.Preferences;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * Preferences as the orchestrator tells them, and whom they were set for.
 *
 * @param edgeNode or {@link #ANY}
 * @param model    or {@link #ANY}
 */
public record PreferencesView(String edgeNode, String model, Document preferences) {

    /** Stands for every edge node, or every model. */
    public static final String ANY = "*";

    /**
     * Preferences as JSON.
     *
     * @param objective a name, or an object with the weights {@code perMilli}, {@code perJoule} and {@code perCost}
     */
    public record Document(JsonNode objective, Bounds constraints) {

        /** What these preferences are as JSON. */
        public static Document of(Preferences preferences) {
            return new Document(json(preferences.objective()), Bounds.of(preferences.constraints()));
        }

        /** The preferences that this JSON stands for. */
        public Preferences toPreferences() {
            return new Preferences(toObjective(), constraints.toConstraints());
        }

        private static JsonNode json(Objective objective) {
            return switch (objective) {
                case Objective.Latency latency -> TextNode.valueOf("latency");
                case Objective.Energy energy -> TextNode.valueOf("energy");
                case Objective.CloudCost cost -> TextNode.valueOf("cloud-cost");
                case Objective.Weighted(double perMilli, double perJoule, double perCost) ->
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("perMilli", perMilli)
                            .put("perJoule", perJoule)
                            .put("perCost", perCost);
            };
        }

        private Objective toObjective() {
            return switch (objective.asText()) {
                case "latency" -> Objective.LATENCY;
                case "energy" -> Objective.ENERGY;
                case "cloud-cost" -> Objective.CLOUD_COST;
                default ->
                    new Objective.Weighted(
                            objective.path("perMilli").asDouble(),
                            objective.path("perJoule").asDouble(),
                            objective.path("perCost").asDouble());
            };
        }
    }

    /** What must hold; what is empty does not matter. */
    public record Bounds(
            Optional<LatencyTarget> latencyTarget,
            Accuracy accuracy,
            Optional<Long> edgeMemoryBytes,
            long maxRecordBytes,
            boolean rawInputStaysOnDevice,
            Optional<Integer> minimumDepth,
            Optional<List<String>> allowedPlacements) {

        static Bounds of(Constraints constraints) {
            return new Bounds(
                    constraints.latencyTarget().map(LatencyTarget::of),
                    new Accuracy(
                            constraints.accuracy().agreement(),
                            constraints.accuracy().relativeError()),
                    constraints.edgeMemoryBytes().isPresent()
                            ? Optional.of(constraints.edgeMemoryBytes().getAsLong())
                            : Optional.empty(),
                    constraints.maxRecordBytes(),
                    constraints.rawInputStaysOnDevice(),
                    constraints.minimumDepth().isPresent()
                            ? Optional.of(constraints.minimumDepth().getAsInt())
                            : Optional.empty(),
                    Optional.of(List.copyOf(new TreeSet<>(constraints.allowedPlacements()))));
        }

        Constraints toConstraints() {
            return new Constraints(
                    latencyTarget.map(LatencyTarget::toTarget),
                    new AccuracyBudget(accuracy.agreement(), accuracy.relativeError()),
                    edgeMemoryBytes.map(OptionalLong::of).orElse(OptionalLong.empty()),
                    maxRecordBytes,
                    rawInputStaysOnDevice,
                    minimumDepth.map(OptionalInt::of).orElse(OptionalInt.empty()),
                    Set.copyOf(allowedPlacements.orElse(List.of())));
        }
    }

    /** What a share of requests must keep to. */
    public record LatencyTarget(double millis, double quantile) {

        static LatencyTarget of(Constraints.LatencyTarget target) {
            return new LatencyTarget(target.within().toNanos() / 1e6, target.quantile());
        }

        Constraints.LatencyTarget toTarget() {
            return new Constraints.LatencyTarget(Duration.ofNanos(Math.round(millis * 1e6)), quantile);
        }
    }

    /** How much a codec may change answers. */
    public record Accuracy(double agreement, double relativeError) {}
}
