package dev.baton.benchmarks;

import dev.baton.benchmarks.CellResult.Measured;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How far predictions were from measurements, by term. Terms that were measured at less than {@value #LEAST_MILLIS} ms
 * do not count: a percentage of nearly nothing says nothing.
 */
final class PredictionErrors {

    static final String TOTAL = "total";
    /** Uplink, round trip and broker together: what the request's provenance tells as one. */
    static final String NETWORK = "network";
    /** What the sent bytes take at the rate that the link was set to, beside the predicted uplink. */
    static final String UPLINK = "uplink";

    static final double LEAST_MILLIS = 0.1;

    static final List<String> TERMS =
            List.of("preprocess", "head", "encode", UPLINK, NETWORK, "tail queue", "decode", "tail", "other", TOTAL);

    /**
     * One term.
     *
     * @param cases           alternatives, each in one cell
     * @param medianAbsolute  median of |predicted - measured| / measured, percent; empty without cases
     * @param medianSigned    median of (predicted - measured) / measured, percent: above 0 where too much is predicted
     * @param medianMillis    median of |predicted - measured|
     */
    record TermError(
            String term,
            int cases,
            Optional<Double> medianAbsolute,
            Optional<Double> medianSigned,
            Optional<Double> medianMillis) {}

    private PredictionErrors() {}

    static List<TermError> of(Collection<Measured> measured) {
        return TERMS.stream().map(term -> of(term, measured)).toList();
    }

    private static TermError of(String term, Collection<Measured> measured) {
        List<Double> absolute = new ArrayList<>();
        List<Double> signed = new ArrayList<>();
        List<Double> millis = new ArrayList<>();
        for (Measured each : measured) {
            Double predicted = each.predictedTerms().get(term);
            Double actual = each.measuredTerms().get(term);
            if (predicted != null && actual != null && actual >= LEAST_MILLIS) {
                signed.add(100 * (predicted - actual) / actual);
                absolute.add(100 * Math.abs(predicted - actual) / actual);
                millis.add(Math.abs(predicted - actual));
            }
        }
        return new TermError(term, absolute.size(), median(absolute), median(signed), median(millis));
    }

    /** The mean of the two in the middle where their number is even. */
    static Optional<Double> median(Collection<Double> values) {
        if (values.isEmpty()) {
            return Optional.empty();
        }
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        return Optional.of(sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2);
    }

    /** Predicted terms by the names used here; the network is unknown as soon as one of its parts is. */
    static Map<String, Double> predicted(Map<String, Double> terms, Optional<Double> total) {
        Map<String, Double> named = new java.util.TreeMap<>(terms);
        Double uplink = terms.get(UPLINK);
        Double roundTrip = terms.get("round trip");
        Double broker = terms.get("broker");
        if (uplink != null && roundTrip != null && broker != null) {
            named.put(NETWORK, uplink + roundTrip + broker + terms.getOrDefault("result", 0.0));
        }
        total.ifPresent(sum -> named.put(TOTAL, sum));
        return named;
    }
}
