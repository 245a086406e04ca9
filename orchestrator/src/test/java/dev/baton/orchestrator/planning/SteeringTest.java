package dev.baton.orchestrator.planning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.planning.Choice;
import dev.baton.planning.ModelVersion;
import dev.baton.planning.Objective;
import dev.baton.planning.Preferences;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class SteeringTest {
    private static final String ENERGY = "{\"objective\": \"energy\"}";
    private static final String CLOUD_COST = "{\"objective\": \"cloud-cost\"}";

    private final Steering steering = new Steering(Preferences.USUAL);

    private void prefer(String edgeNode, String model, String document) {
        steering.accept(new SteeringChange.OfPreferences(edgeNode, model, Optional.of(document)));
    }

    private Objective objective(String edgeNode, String model) {
        return steering.preferences(edgeNode, model).objective();
    }

    @Test
    void theUsualHoldsWhereNothingWasAskedFor() {
        assertThat(steering.inForce("edge-1", "gauge")).isEqualTo(new Steering.Set("*", "*", Preferences.USUAL));
        assertThat(steering.set("*", "*")).isEmpty();
        assertThat(steering.pin("edge-1", "gauge")).isEmpty();
        assertThat(steering.accuracy("a".repeat(64))).isEmpty();
    }

    @Test
    void whatIsAskedForMoreExactlyGoesFirst() {
        prefer("*", "*", ENERGY);
        assertThat(objective("edge-1", "gauge")).isEqualTo(Objective.ENERGY);
        prefer("*", "gauge", CLOUD_COST);
        assertThat(objective("edge-1", "gauge")).isEqualTo(Objective.CLOUD_COST);
        assertThat(objective("edge-1", "other")).isEqualTo(Objective.ENERGY);
        prefer("edge-1", "*", "{}");
        assertThat(objective("edge-1", "gauge")).isEqualTo(Objective.LATENCY);
        assertThat(objective("edge-2", "gauge")).isEqualTo(Objective.CLOUD_COST);
        prefer("edge-1", "gauge", ENERGY);
        assertThat(steering.inForce("edge-1", "gauge").edgeNode()).isEqualTo("edge-1");
        assertThat(steering.inForce("edge-1", "gauge").model()).isEqualTo("gauge");
        assertThat(objective("edge-1", "gauge")).isEqualTo(Objective.ENERGY);
    }

    @Test
    void everythingThatWasSetIsListedAndCanBeTakenBack() {
        prefer("edge-2", "gauge", ENERGY);
        prefer("edge-1", "*", CLOUD_COST);
        assertThat(steering.all()).extracting(Steering.Set::edgeNode).containsExactly("edge-1", "edge-2");

        steering.accept(new SteeringChange.OfPreferences("edge-1", "*", Optional.empty()));
        assertThat(steering.all()).extracting(Steering.Set::edgeNode).containsExactly("edge-2");
        assertThat(objective("edge-1", "gauge")).isEqualTo(Objective.LATENCY);
    }

    @Test
    void pinsComeAndGo() {
        steering.accept(new SteeringChange.OfPin("edge-1", "gauge", Optional.of(Choice.EDGE_ONLY)));
        assertThat(steering.pin("edge-1", "gauge")).hasValue(Choice.EDGE_ONLY);
        assertThat(steering.pin("edge-2", "gauge")).isEmpty();

        steering.accept(new SteeringChange.OfPin("edge-1", "gauge", Optional.empty()));
        assertThat(steering.pin("edge-1", "gauge")).isEmpty();
    }

    @Test
    void aDocumentThatMakesNoSenseChangesNothing() {
        prefer("edge-1", "gauge", ENERGY);

        assertThatThrownBy(() -> prefer("edge-1", "gauge", "{\"objective\": \"speed\"}"))
                .isInstanceOf(InvalidPreferencesException.class);
        ModelVersion model = new ModelVersion("gauge", "a".repeat(64));
        assertThatThrownBy(() -> steering.accept(new SteeringChange.OfAccuracy(model, Optional.of("{"))))
                .isInstanceOf(RuntimeException.class);
        assertThat(objective("edge-1", "gauge")).isEqualTo(Objective.ENERGY);
        assertThat(steering.accuracy(model.version())).isEmpty();
    }

    @Test
    void theKeyInTheLogSaysWhatAChangeIsAbout() {
        assertThat(new SteeringChange.OfPreferences("*", "gauge", Optional.empty()).key())
                .isEqualTo("preferences/*/gauge");
        assertThat(new SteeringChange.OfPin("edge-1", "gauge", Optional.empty()).key())
                .isEqualTo("pin/edge-1/gauge");
    }
}
