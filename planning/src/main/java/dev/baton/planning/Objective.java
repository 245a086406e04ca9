package dev.baton.planning;

/** What a choice minimises. Facts are in {@link Predictions}; this is a preference. */
public sealed interface Objective {
    /** As people write it. */
    String text();

    /** Whether it cannot be told without knowing what the device draws. */
    boolean needsJoules();

    /** The predicted latency. */
    record Latency() implements Objective {
        @Override
        public String text() {
            return "latency";
        }

        @Override
        public boolean needsJoules() {
            return false;
        }
    }

    /** Joules that the edge node spends on a request. */
    record Energy() implements Objective {
        @Override
        public String text() {
            return "energy";
        }

        @Override
        public boolean needsJoules() {
            return true;
        }
    }

    /** Price of the tail's time that a request takes. */
    record CloudCost() implements Objective {
        @Override
        public String text() {
            return "cloud cost";
        }

        @Override
        public boolean needsJoules() {
            return false;
        }
    }

    /**
     * A sum of all three, each with the weight of one unit. A weight of 0 leaves the quantity out, even where it is
     * unknown.
     *
     * @param perMilli of latency
     * @param perJoule of the edge node
     * @param perCost in the currency of the cloud price
     */
    record Weighted(double perMilli, double perJoule, double perCost) implements Objective {
        public Weighted {
            require("perMilli", perMilli);
            require("perJoule", perJoule);
            require("perCost", perCost);
            if (perMilli + perJoule + perCost == 0) {
                throw new IllegalArgumentException("objective: at least one weight must be positive");
            }
        }

        private static void require(String field, double weight) {
            if (!Double.isFinite(weight) || weight < 0) {
                throw new IllegalArgumentException(
                        "objective.%s must be finite and not negative, but was %s".formatted(field, weight));
            }
        }

        @Override
        public String text() {
            return "%s per ms + %s per J + %s per unit of cloud cost".formatted(perMilli, perJoule, perCost);
        }

        @Override
        public boolean needsJoules() {
            return perJoule > 0;
        }
    }

    Objective LATENCY = new Latency();
    Objective ENERGY = new Energy();
    Objective CLOUD_COST = new CloudCost();
}
