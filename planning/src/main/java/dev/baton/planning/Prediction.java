package dev.baton.planning;

import java.util.List;
import java.util.OptionalDouble;

/**
 * The predicted latency of one placement and codec, as the sum of its terms. With a single unknown term the whole is
 * unknown.
 *
 * @param terms one for each {@link TermName}, in that order
 * @param deviationMicros how far one request typically lies off, as a standard deviation; empty when unknown
 * @param bytes what the edge node would send; empty when unknown
 * @param joules that the edge node would spend on a request; empty when unknown
 * @param cloudCost price of the tail's time; empty when unknown
 */
public record Prediction(
        List<Term> terms,
        OptionalDouble deviationMicros,
        OptionalDouble bytes,
        OptionalDouble joules,
        OptionalDouble cloudCost) {
    public Prediction {
        terms = List.copyOf(terms);
    }

    /** Of which only latency and size are known. */
    public Prediction(List<Term> terms, OptionalDouble bytes) {
        this(terms, OptionalDouble.empty(), bytes, OptionalDouble.empty(), OptionalDouble.empty());
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

    /** The terms that nobody measured where they happen. */
    public List<Term> estimatedTerms() {
        return terms.stream()
                .filter(term -> term instanceof Term.Known known
                        && (known.source() == Term.Source.ESTIMATED || known.source() == Term.Source.PRIOR))
                .toList();
    }
}
