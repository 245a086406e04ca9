package dev.baton.planning;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Alternatives, best first: predicted ones by score and then by latency, then those with an unknown term, then infeasible ones. */
public record Ranking(List<Alternative> alternatives) {
    private static final Comparator<Alternative> BEST_FIRST = Comparator.comparing(
                    (Alternative alternative) -> !alternative.feasible())
            .thenComparing(alternative -> !alternative.comparable() && alternative.feasible())
            .thenComparing(alternative -> alternative.score().orElse(Double.MAX_VALUE))
            .thenComparing(alternative -> alternative.micros().orElse(Double.MAX_VALUE));

    public Ranking {
        alternatives = alternatives.stream().sorted(BEST_FIRST).toList();
    }

    /** The best alternative that may be chosen and is predicted; empty when there is none. */
    public Optional<Alternative> best() {
        return best(alternative -> true);
    }

    /** The best alternative among those that {@code wanted} accepts, may be chosen and are predicted. */
    public Optional<Alternative> best(Predicate<Alternative> wanted) {
        return alternatives.stream()
                .filter(Alternative::comparable)
                .filter(wanted)
                .findFirst();
    }

    public Optional<Alternative> of(Choice choice) {
        return alternatives.stream()
                .filter(alternative -> alternative.choice().equals(choice))
                .findFirst();
    }
}
