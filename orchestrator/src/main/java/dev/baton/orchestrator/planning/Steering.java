package dev.baton.orchestrator.planning;

import dev.baton.partitioning.accuracy.AccuracyProfile;
import dev.baton.planning.Choice;
import dev.baton.planning.Preferences;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** What people ask of the planner: preferences, pins and accuracy profiles, as the log of steering has them. Thread-safe. */
public final class Steering {
    /** Stands for every edge node, or every model. */
    public static final String ANY = "*";

    private final Preferences usual;
    private final Map<Key, Preferences> preferences = new ConcurrentHashMap<>();
    private final Map<Key, Choice> pins = new ConcurrentHashMap<>();
    private final Map<String, AccuracyProfile> accuracy = new ConcurrentHashMap<>();

    private record Key(String edgeNode, String model) {}

    /** Preferences that were set for an edge node and model, either of which may be {@link #ANY}. */
    public record Set(String edgeNode, String model, Preferences preferences) {}

    /** {@code usual}: what holds where nothing was asked for. */
    public Steering(Preferences usual) {
        this.usual = usual;
    }

    public Preferences usual() {
        return usual;
    }

    /**
     * Takes in a change.
     *
     * @throws RuntimeException when its document makes no sense; then nothing changes
     */
    public void accept(SteeringChange change) {
        switch (change) {
            case SteeringChange.OfPreferences(String edge, String model, Optional<String> document) ->
                put(preferences, new Key(edge, model), document.map(json -> PreferencesDocument.parse(json, usual)));
            case SteeringChange.OfPin(String edge, String model, Optional<Choice> choice) ->
                put(pins, new Key(edge, model), choice);
            case SteeringChange.OfAccuracy(var model, Optional<String> document) ->
                put(
                        accuracy,
                        model.version(),
                        document.map(json -> AccuracyProfile.parse(json.getBytes(StandardCharsets.UTF_8))));
        }
    }

    private static <K, V> void put(Map<K, V> map, K key, Optional<V> value) {
        value.ifPresentOrElse(present -> map.put(key, present), () -> map.remove(key));
    }

    /**
     * What holds for an edge node's model: what was set for exactly them, else for the edge node with any model, else for the
     * model on any edge node, else for all, else what is usual.
     */
    public Set inForce(String edgeNode, String model) {
        for (Key key :
                List.of(new Key(edgeNode, model), new Key(edgeNode, ANY), new Key(ANY, model), new Key(ANY, ANY))) {
            Preferences found = preferences.get(key);
            if (found != null) {
                return new Set(key.edgeNode(), key.model(), found);
            }
        }
        return new Set(ANY, ANY, usual);
    }

    /** As {@link #inForce}, without where it comes from. */
    public Preferences preferences(String edgeNode, String model) {
        return preferences.isEmpty() ? usual : inForce(edgeNode, model).preferences();
    }

    /** What was set for exactly this edge node and model, either of which may be {@link #ANY}. */
    public Optional<Preferences> set(String edgeNode, String model) {
        return Optional.ofNullable(preferences.get(new Key(edgeNode, model)));
    }

    /** Everything that was set, by edge node and model. */
    public List<Set> all() {
        return preferences.entrySet().stream()
                .map(entry -> new Set(entry.getKey().edgeNode(), entry.getKey().model(), entry.getValue()))
                .sorted(Comparator.comparing(Set::edgeNode).thenComparing(Set::model))
                .toList();
    }

    public Optional<Choice> pin(String edgeNode, String model) {
        return pins.isEmpty() ? Optional.empty() : Optional.ofNullable(pins.get(new Key(edgeNode, model)));
    }

    /** What was found when this version was evaluated. */
    public Optional<AccuracyProfile> accuracy(String version) {
        return Optional.ofNullable(accuracy.get(version));
    }
}
