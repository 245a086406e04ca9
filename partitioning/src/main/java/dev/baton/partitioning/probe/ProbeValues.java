package dev.baton.partitioning.probe;

import java.util.List;

/**
 * How one probe input's elements are made.
 *
 * @param kind the rule
 * @param parameters the rule's numbers, see {@link Kind}
 */
public record ProbeValues(Kind kind, List<Double> parameters) {
    /** A rule for making elements. */
    public enum Kind {
        /** Normally distributed; parameters: mean, standard deviation. */
        NORMAL(2),
        /** Uniform integers; parameters: lowest, lowest that is too large. */
        INTEGERS(2),
        /** The same everywhere; parameter: the value. */
        CONSTANT(1),
        /** Counting up along the last axis; parameter: the first value. */
        ASCENDING(1),
        /** Written out, in row-major order; parameters: the elements. */
        GIVEN(-1);

        private final int parameters;

        Kind(int parameters) {
            this.parameters = parameters;
        }
    }

    public ProbeValues {
        parameters = List.copyOf(parameters);
        if (kind.parameters >= 0 && parameters.size() != kind.parameters) {
            throw new IllegalArgumentException(
                    "probe values %s take %d parameters, not %d".formatted(kind, kind.parameters, parameters.size()));
        }
        if (kind == Kind.INTEGERS && !(parameters.get(0) < parameters.get(1))) {
            throw new IllegalArgumentException("probe integers from %s to below %s: an empty range"
                    .formatted(parameters.get(0), parameters.get(1)));
        }
    }

    public static ProbeValues normal(double mean, double standardDeviation) {
        return new ProbeValues(Kind.NORMAL, List.of(mean, standardDeviation));
    }

    public static ProbeValues integers(long lowest, long bound) {
        return new ProbeValues(Kind.INTEGERS, List.of((double) lowest, (double) bound));
    }

    public static ProbeValues constant(double value) {
        return new ProbeValues(Kind.CONSTANT, List.of(value));
    }

    public static ProbeValues ascending(double first) {
        return new ProbeValues(Kind.ASCENDING, List.of(first));
    }

    public static ProbeValues given(List<Double> elements) {
        return new ProbeValues(Kind.GIVEN, elements);
    }
}
