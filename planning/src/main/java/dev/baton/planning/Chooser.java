package dev.baton.planning;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Chooses among predicted alternatives. Begin with {@link #best}. Stateless; thread-safe. */
public final class Chooser {
    /**
     * The alternative of least {@linkplain #score score} among those that may be chosen and whose latency is known, or −1 when
     * there is none. Equal scores are decided by latency. Allocates nothing.
     */
    public int best(Predictions predictions, Preferences preferences) {
        return best(predictions, predictions.profile().rules(preferences), 0);
    }

    /** The best of those that violate nothing but what is {@code forgiven}. */
    private static int best(Predictions predictions, Rules rules, int forgiven) {
        int best = -1;
        double leastScore = Double.POSITIVE_INFINITY;
        double leastMicros = Double.POSITIVE_INFINITY;
        int alternatives = predictions.profile().alternatives();
        for (int alternative = 0; alternative < alternatives; alternative++) {
            double micros = predictions.totalMicros[alternative];
            double score = rules.score(predictions, alternative);
            // Comparisons with NaN are false: what is unknown never wins.
            boolean better = score < leastScore || (score == leastScore && micros < leastMicros);
            if (better
                    && !Double.isNaN(micros)
                    && (rules.always(alternative) & ~forgiven) == 0
                    && (rules.violated(predictions, alternative) & ~forgiven) == 0) {
                best = alternative;
                leastScore = score;
                leastMicros = micros;
            }
        }
        return best;
    }

    /**
     * What to do when nothing may be chosen: what misses only the latency target, by as little as possible; else edge-only.
     */
    public int leastViolating(Predictions predictions, Preferences preferences) {
        Rules rules = predictions.profile().rules(preferences);
        int nearest = ModelProfile.EDGE_ONLY;
        double least = Double.POSITIVE_INFINITY;
        for (int alternative = 0; alternative < predictions.profile().alternatives(); alternative++) {
            double late = predictions.quantileOf(alternative, rules.targetDeviations);
            if (late < least && (rules.violated(predictions, alternative) & ~Constraint.LATENCY_TARGET.bit()) == 0) {
                nearest = alternative;
                least = late;
            }
        }
        return nearest;
    }

    /** The value of the objective, smaller is better; {@code NaN} when a quantity that it needs is unknown. */
    public double score(Predictions predictions, Preferences preferences, int alternative) {
        return predictions.profile().rules(preferences).score(predictions, alternative);
    }

    /**
     * The {@link Constraint#bit()}s of the constraints that rule an alternative out; 0 when it may be chosen. A latency target
     * rules out only what is known to miss it.
     */
    public int violated(Predictions predictions, Preferences preferences, int alternative) {
        return predictions.profile().rules(preferences).violated(predictions, alternative);
    }

    /** The constraints that rule an alternative out. */
    public Set<Constraint> constraints(Predictions predictions, Preferences preferences, int alternative) {
        int violated = violated(predictions, preferences, alternative);
        Set<Constraint> constraints = EnumSet.noneOf(Constraint.class);
        for (Constraint constraint : Constraint.values()) {
            if ((violated & constraint.bit()) != 0) {
                constraints.add(constraint);
            }
        }
        return constraints;
    }

    /** Says which constraints rule an alternative out, in one sentence; empty when it may be chosen. */
    public String sentence(Predictions predictions, Preferences preferences, int alternative) {
        return String.join(
                "; ",
                constraints(predictions, preferences, alternative).stream()
                        .map(constraint -> Violations.sentence(constraint, predictions, preferences, alternative))
                        .toList());
    }

    /** Says why nothing may be chosen, which constraint makes it so, and what comes nearest, in one sentence. */
    public String infeasibility(Predictions predictions, Preferences preferences) {
        Rules rules = predictions.profile().rules(preferences);
        List<String> ways = new ArrayList<>();
        for (Constraint constraint : Constraint.values()) {
            int without = best(predictions, rules, constraint.bit());
            if (without >= 0) {
                ways.add("without the constraint on %s it would be %s (%s)"
                        .formatted(
                                constraint.text(),
                                predictions.profile().choice(without),
                                sentence(predictions, preferences, without)));
            }
        }
        if (!ways.isEmpty()) {
            return "no placement satisfies every constraint: " + String.join("; ", ways);
        }
        List<String> together = new ArrayList<>();
        for (Constraint constraint : Constraint.values()) {
            long count = violating(predictions, rules, constraint);
            if (count > 0) {
                together.add("%s rules out %d".formatted(constraint.text(), count));
            }
        }
        return together.isEmpty()
                ? "nothing can be predicted yet"
                : "no placement satisfies every constraint, and no single one makes it so: "
                        + String.join(", ", together);
    }

    private static long violating(Predictions predictions, Rules rules, Constraint constraint) {
        long count = 0;
        for (int alternative = 0; alternative < predictions.profile().alternatives(); alternative++) {
            if (predictions.occurs(alternative) && (rules.violated(predictions, alternative) & constraint.bit()) != 0) {
                count++;
            }
        }
        return count;
    }
}
