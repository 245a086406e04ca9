package dev.baton.orchestrator.planning;

import java.util.OptionalDouble;

/** One stage's share of a predicted latency: a duration with its origin, or unknown, which is never zero. */
public sealed interface Term {
    TermName name();

    /** Empty when unknown. */
    OptionalDouble micros();

    /** Where the number comes from, or why there is none. */
    String note();

    /** Where a duration comes from. */
    enum Source {
        /** Measured where it happens. */
        MEASURED,
        /** Derived from other measurements, as its note says. */
        ESTIMATED,
        /** The placement has no such stage. */
        ABSENT
    }

    record Known(TermName name, double value, Source source, String note) implements Term {
        public Known {
            if (!Double.isFinite(value) || value < 0) {
                throw new IllegalArgumentException(
                        "%s must be finite and not negative, but was %s µs".formatted(name.text(), value));
            }
        }

        @Override
        public OptionalDouble micros() {
            return OptionalDouble.of(value);
        }
    }

    record Unknown(TermName name, String note) implements Term {
        @Override
        public OptionalDouble micros() {
            return OptionalDouble.empty();
        }
    }

    static Term measured(TermName name, double micros, String note) {
        return new Known(name, micros, Source.MEASURED, note);
    }

    static Term estimated(TermName name, double micros, String note) {
        return new Known(name, micros, Source.ESTIMATED, note);
    }

    static Term absent(TermName name, String why) {
        return new Known(name, 0, Source.ABSENT, why);
    }

    static Term unknown(TermName name, String why) {
        return new Unknown(name, why);
    }
}
