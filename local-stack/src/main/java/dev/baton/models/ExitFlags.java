package dev.baton.models;

import dev.baton.partitioning.splitpackage.EarlyExit;
import java.util.Optional;

/** What the command line says about the output that may answer early; the rest comes from a description. */
public record ExitFlags(
        Optional<String> output,
        Optional<Double> threshold,
        Optional<EarlyExit.Measure> measure,
        Optional<EarlyExit.Scores> scores) {

    public static final ExitFlags NONE =
            new ExitFlags(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** {@code base} with what was said instead; an output and a threshold are needed once there is an exit. */
    public Optional<EarlyExit> over(Optional<EarlyExit> base) {
        if (equals(NONE)) {
            return base;
        }
        return Optional.of(new EarlyExit(
                output.or(() -> base.map(EarlyExit::output))
                        .orElseThrow(() ->
                                new IllegalArgumentException("an early exit without its output: expected --exit")),
                threshold
                        .or(() -> base.map(EarlyExit::threshold))
                        .orElseThrow(() -> new IllegalArgumentException(
                                "an early exit without a threshold: expected --exit-threshold")),
                measure.or(() -> base.map(EarlyExit::measure)).orElse(EarlyExit.Measure.PROBABILITY),
                scores.or(() -> base.map(EarlyExit::scores)).orElse(EarlyExit.Scores.LOGITS)));
    }
}
