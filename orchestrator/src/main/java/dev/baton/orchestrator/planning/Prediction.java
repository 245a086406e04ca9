package dev.baton.orchestrator.planning;

import java.util.List;
import java.util.OptionalDouble;

/**
 * The predicted latency of one placement and codec, as the sum of its terms. With a single unknown term the whole is
 * unknown.
 *
 * @param terms one for each {@link TermName}, in that order
 * @param bytes what the edge node would send; empty when unknown
 */
public record Prediction(List<Term> terms, OptionalDouble bytes) {
    public Prediction {
        terms = List.copyOf(terms);
    }

    /** Predicted latency; empty when a term is unknown. */
    public OptionalDouble micros() {
        double sum = 0;
        for (Term term : terms) {
            if (term.micros().isEmpty()) {
                return OptionalDouble.empty();
            }
            sum += term.micros().getAsDouble();
        }
        return OptionalDouble.of(sum);
    }

    /** The terms that keep the whole from being known. */
    public List<Term> unknownTerms() {
        return terms.stream().filter(term -> term.micros().isEmpty()).toList();
    }

    /** The terms that were derived from other measurements. */
    public List<Term> estimatedTerms() {
        return terms.stream()
                .filter(term -> term instanceof Term.Known known && known.source() == Term.Source.ESTIMATED)
                .toList();
    }
}
