package dev.baton.partitioning.profile;

import java.util.List;

/**
 * A part of a model that was run, and what it took.
 *
 * @param model whose part it is; errors are judged with other models' runs where there are several
 * @param layers the operators that were run
 * @param micros the median, in microseconds
 */
public record MeasuredRun(String model, List<LayerCost> layers, double micros) {
    public MeasuredRun {
        layers = List.copyOf(layers);
        if (layers.isEmpty() || !(micros > 0)) {
            throw new IllegalArgumentException("a run of %d operators of %s in %s µs: expected both more than 0"
                    .formatted(layers.size(), model, micros));
        }
    }
}
