package dev.baton.partitioning.splitpackage;

import java.util.List;
import java.util.Optional;

/**
 * What a model's answer means to people.
 *
 * @param tensor the output it is about
 * @param kind {@code classification} or {@code regression}
 * @param unit the reading's unit, for a regression
 * @param labels the classes' names in order, for a classification; empty when unnamed
 */
public record OutputMeaning(String tensor, String kind, Optional<String> unit, List<String> labels) {
    public OutputMeaning {
        labels = List.copyOf(labels);
        if (!kind.equals("classification") && !kind.equals("regression")) {
            throw new IllegalArgumentException(
                    "output '%s' is of kind '%s': expected classification or regression".formatted(tensor, kind));
        }
    }
}
