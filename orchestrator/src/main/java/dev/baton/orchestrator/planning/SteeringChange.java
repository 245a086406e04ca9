package dev.baton.orchestrator.planning;

import dev.baton.planning.Choice;
import dev.baton.planning.ModelVersion;
import java.util.Optional;

/** Something that people ask of the planner, or take back: then it carries nothing. */
public sealed interface SteeringChange {
    /** What it is about, as the log of steering names it. */
    String key();

    /**
     * Preferences of an edge node's model; {@link Steering#ANY} stands for every edge node or model.
     *
     * @param document JSON
     */
    record OfPreferences(String edgeNode, String model, Optional<String> document) implements SteeringChange {
        @Override
        public String key() {
            return "preferences/%s/%s".formatted(edgeNode, model);
        }
    }

    /** A pin of an edge node's model. */
    record OfPin(String edgeNode, String model, Optional<Choice> choice) implements SteeringChange {
        @Override
        public String key() {
            return "pin/%s/%s".formatted(edgeNode, model);
        }
    }

    /**
     * What codecs do to a model version's answers.
     *
     * @param document JSON
     */
    record OfAccuracy(ModelVersion model, Optional<String> document) implements SteeringChange {
        @Override
        public String key() {
            return "accuracy/%s/%s".formatted(model.model(), model.version());
        }
    }
}
