package dev.baton.planning;

import java.util.OptionalDouble;

/** One stage's share of a predicted latency: a duration with its origin, or unknown, which is never zero. */
public sealed interface Term {
    TermName name();

    /** Empty when unknown. */
    OptionalDouble micros();

    /** How far one request's value typically lies off, as a standard deviation; empty when unknown. */
    OptionalDouble deviationMicros();

    /** Where the number comes from, or why there is none. */
    String note();

    /** Where a duration comes from. */
    enum Source {
        /** Measured where it happens. */
        MEASURED("measured"),
        /** Derived from other measurements, as its note says. */
        ESTIMATED("estimated"),
        /** From a profile, a regression or a setting: nobody has measured anything like it here. */
        PRIOR("prior"),
        /** The placement has no such stage. */
        ABSENT("absent");

        private final String text;

        Source(String text) {
            this.text = text;
        }

        /** As people and plan records call it. */
        public String text() {
            return text;
        }
    }

    /** {@code deviation} in microseconds; empty when nobody knows. */
    record Known(TermName name, double value, OptionalDouble deviation, Source source, String note) implements Term {
        public Known {
            if (!Double.isFinite(value) || value < 0) {
                throw new IllegalArgumentException(
                        "%s must be finite and not negative, but was %s µs".formatted(name.text(), value));
            }
            if (!(deviation.orElse(0) >= 0)) {
                throw new IllegalArgumentException("deviation of %s must not be negative, but was %s µs"
                        .formatted(name.text(), deviation.getAsDouble()));
            }
        }

        @Override
        public OptionalDouble micros() {
            return OptionalDouble.of(value);
        }

        @Override
        public OptionalDouble deviationMicros() {
            return deviation;
        }
    }

    record Unknown(TermName name, String note) implements Term {
        @Override
        public OptionalDouble micros() {
            return OptionalDouble.empty();
        }

        @Override
        public OptionalDouble deviationMicros() {
            return OptionalDouble.empty();
        }
    }

    static Term measured(TermName name, double micros, String note) {
        return new Known(name, micros, OptionalDouble.empty(), Source.MEASURED, note);
    }

    static Term estimated(TermName name, double micros, String note) {
        return new Known(name, micros, OptionalDouble.empty(), Source.ESTIMATED, note);
    }

    static Term absent(TermName name, String why) {
        return new Known(name, 0, OptionalDouble.of(0), Source.ABSENT, why);
    }

    static Term unknown(TermName name, String why) {
        return new Unknown(name, why);
    }

    /** {@code measured}, {@code estimated}, {@code prior}, {@code absent} or {@code unknown}. */
    default String sourceText() {
        return switch (this) {
            case Known known -> known.source().text();
            case Unknown unknown -> "unknown";
        };
    }
}
