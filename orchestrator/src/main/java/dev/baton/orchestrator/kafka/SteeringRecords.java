package dev.baton.orchestrator.kafka;

import dev.baton.orchestrator.planning.SteeringChange;
import dev.baton.planning.Choice;
import dev.baton.planning.ModelVersion;
import dev.baton.schemas.records.AccuracyDocument;
import dev.baton.schemas.records.ModelRef;
import dev.baton.schemas.records.Pin;
import dev.baton.schemas.records.PlanPreferences;
import dev.baton.schemas.records.Steering;
import dev.baton.tensor.codec.Codec;
import java.time.Instant;
import java.util.Optional;

/** What people ask of the planner, to and from the messages that carry it. */
final class SteeringRecords {
    private SteeringRecords() {}

    /** Empty where something is taken back: then the record has no value. */
    static Optional<Steering> toRecord(SteeringChange change, Instant setAt) {
        Optional<Steering.Builder> message =
                switch (change) {
                    case SteeringChange.OfPreferences(String edge, String model, Optional<String> document) ->
                        document.map(json -> Steering.newBuilder()
                                .setPreferences(PlanPreferences.newBuilder()
                                        .setEdgeNode(edge)
                                        .setModel(model)
                                        .setDocument(json)));
                    case SteeringChange.OfPin(String edge, String model, Optional<Choice> choice) ->
                        choice.map(pin -> Steering.newBuilder()
                                .setPin(Pin.newBuilder()
                                        .setEdgeNode(edge)
                                        .setModel(model)
                                        .setPlacement(PlanRecords.toRecord(pin.placement()))
                                        .setCodec(pin.codec().id())));
                    case SteeringChange.OfAccuracy(ModelVersion model, Optional<String> document) ->
                        document.map(json -> Steering.newBuilder()
                                .setAccuracy(AccuracyDocument.newBuilder()
                                        .setModel(ModelRef.newBuilder()
                                                .setName(model.model())
                                                .setVersion(model.version()))
                                        .setDocument(json)));
                };
        return message.map(
                steering -> steering.setSetAtUnixMillis(setAt.toEpochMilli()).build());
    }

    /**
     * The change that a record makes; empty for kinds that this replica does not know.
     *
     * @throws IllegalArgumentException when the record says something impossible
     */
    static Optional<SteeringChange> fromRecord(String key, Optional<Steering> record) {
        return record.map(SteeringRecords::set).orElseGet(() -> takenBack(key));
    }

    private static Optional<SteeringChange> set(Steering message) {
        return switch (message.getKindCase()) {
            case PREFERENCES -> {
                PlanPreferences preferences = message.getPreferences();
                yield Optional.of(new SteeringChange.OfPreferences(
                        preferences.getEdgeNode(), preferences.getModel(), Optional.of(preferences.getDocument())));
            }
            case PIN -> {
                Pin pin = message.getPin();
                Choice choice = new Choice(
                        PlanRecords.placement(pin.getPlacement()),
                        pin.getCodec().isEmpty() ? Choice.NO_CODEC : Codec.parse(pin.getCodec()));
                yield Optional.of(new SteeringChange.OfPin(pin.getEdgeNode(), pin.getModel(), Optional.of(choice)));
            }
            case ACCURACY -> {
                AccuracyDocument accuracy = message.getAccuracy();
                yield Optional.of(new SteeringChange.OfAccuracy(
                        new ModelVersion(
                                accuracy.getModel().getName(),
                                accuracy.getModel().getVersion()),
                        Optional.of(accuracy.getDocument())));
            }
            case KIND_NOT_SET -> Optional.empty();
        };
    }

    private static Optional<SteeringChange> takenBack(String key) {
        String[] parts = key.split("/", 3);
        if (parts.length < 3) {
            return Optional.empty();
        }
        return switch (parts[0]) {
            case "preferences" -> Optional.of(new SteeringChange.OfPreferences(parts[1], parts[2], Optional.empty()));
            case "pin" -> Optional.of(new SteeringChange.OfPin(parts[1], parts[2], Optional.empty()));
            case "accuracy" ->
                Optional.of(new SteeringChange.OfAccuracy(new ModelVersion(parts[1], parts[2]), Optional.empty()));
            default -> Optional.empty();
        };
    }
}
