package dev.baton.edge.model;

import dev.baton.openinference.ModelStanding;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The models of the catalog, as far as this edge node serves them. */
public final class Models {

    private final Map<String, Slot> slots = new ConcurrentHashMap<>();
    private volatile boolean catalogRead;

    /** How a model stands on this edge node. */
    public sealed interface Standing {

        /** Serving; the lease is the caller's to close. */
        record Serving(ServedModel.Lease lease) implements Standing {}

        /** In the catalog, but no version is open yet. */
        record Preparing(String detail) implements Standing {}

        /** Not in the catalog. */
        record Unknown() implements Standing {}
    }

    private record Slot(Optional<ServedModel> served, String detail) {}

    public Standing standing(String name) {
        while (true) {
            Slot slot = slots.get(name);
            if (slot == null) {
                return catalogRead
                        ? new Standing.Unknown()
                        : new Standing.Preparing("the catalog has not been read yet");
            }
            if (slot.served.isEmpty()) {
                return new Standing.Preparing(slot.detail);
            }
            Optional<ServedModel.Lease> lease = slot.served.get().lease();
            if (lease.isPresent()) {
                return new Standing.Serving(lease.get());
            }
            Thread.onSpinWait(); // retired between the two looks: its successor is in the slot already
        }
    }

    /** The version being served. */
    public Optional<ServedModel> served(String name) {
        return Optional.ofNullable(slots.get(name)).flatMap(Slot::served);
    }

    public Collection<String> names() {
        return slots.keySet();
    }

    /** Every model by name, and how it stands. */
    public List<ModelStanding> standings() {
        return slots.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> standing(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static ModelStanding standing(String name, Slot slot) {
        return slot.served
                .map(model -> ModelStanding.ready(name, model.version()))
                .orElseGet(() -> new ModelStanding(name, Optional.empty(), ModelStanding.State.LOADING, slot.detail));
    }

    /** Whether every model of the catalog serves; before the catalog is read, of those remembered, if there are any. */
    public boolean allServed() {
        return (catalogRead || !slots.isEmpty()) && slots.values().stream().allMatch(slot -> slot.served.isPresent());
    }

    /** From now on a model that is not known does not exist. */
    void catalogRead() {
        catalogRead = true;
    }

    /** The model is wanted; {@code detail} says for people what is being done about it. */
    void preparing(String name, String detail) {
        slots.compute(name, (_, slot) -> new Slot(slot == null ? Optional.empty() : slot.served, detail));
    }

    /** Requests from now on go to {@code next}; the version before finishes what it began. */
    void serve(ServedModel next) {
        Slot before = slots.put(next.name(), new Slot(Optional.of(next), "serving"));
        if (before != null) {
            before.served.ifPresent(ServedModel::retire);
        }
    }

    void remove(String name) {
        Slot before = slots.remove(name);
        if (before != null) {
            before.served.ifPresent(ServedModel::retire);
        }
    }

    /** Retires every model. */
    public void close() {
        names().forEach(this::remove);
    }
}
