package dev.baton.planning;

import dev.baton.partitioning.accuracy.AccuracyBudget;
import dev.baton.partitioning.accuracy.AccuracyProfile.Metric;
import dev.baton.planning.ModelProfile.Point;
import java.util.Optional;
import java.util.OptionalLong;

/** Preferences worked out for one model version once, so that a choice looks them up. Immutable. */
final class Rules {
    final Preferences preferences;
    /** Constraints that rule an alternative out whatever is measured, by alternative. */
    private final int[] always;
    /** Whether what is known of the codec before any request keeps to the accuracy budget, by alternative. */
    private final boolean[] accurate;

    final double perMicro;
    final double perJoule;
    final double perCost;
    /** {@code NaN} without a target. */
    final double targetMicros;

    final double targetDeviations;
    final double maxRecordBytes;

    Rules(ModelProfile profile, Preferences preferences) {
        this.preferences = preferences;
        Constraints constraints = preferences.constraints();
        always = new int[profile.alternatives()];
        accurate = new boolean[profile.alternatives()];
        for (int alternative = 0; alternative < always.length; alternative++) {
            always[alternative] = always(profile, constraints, alternative);
            accurate[alternative] = accurate(profile, constraints.accuracy(), alternative);
        }
        targetMicros = constraints
                .latencyTarget()
                .map(Constraints.LatencyTarget::micros)
                .orElse(Double.NaN);
        targetDeviations = constraints
                .latencyTarget()
                .map(target -> Normal.quantile(target.quantile()))
                .orElse(0.0);
        maxRecordBytes = (double) constraints.maxRecordBytes();
        Objective objective = preferences.objective();
        perMicro = switch (objective) {
            case Objective.Latency latency -> 1;
            case Objective.Weighted weighted -> weighted.perMilli() / 1e3;
            case Objective.Energy energy -> 0;
            case Objective.CloudCost cost -> 0;
        };
        perJoule = switch (objective) {
            case Objective.Energy energy -> 1;
            case Objective.Weighted weighted -> weighted.perJoule();
            case Objective.Latency latency -> 0;
            case Objective.CloudCost cost -> 0;
        };
        perCost = switch (objective) {
            case Objective.CloudCost cost -> 1;
            case Objective.Weighted weighted -> weighted.perCost();
            case Objective.Latency latency -> 0;
            case Objective.Energy energy -> 0;
        };
    }

    private static int always(ModelProfile profile, Constraints constraints, int alternative) {
        Point point = profile.points().get(profile.splitPoint(alternative));
        boolean edgeOnly = alternative == ModelProfile.EDGE_ONLY;
        int violated = 0;
        OptionalLong memory = constraints.edgeMemoryBytes();
        if (memory.isPresent() && point.headBytes() > memory.getAsLong()) {
            violated |= Constraint.EDGE_MEMORY.bit();
        }
        if (!edgeOnly && constraints.rawInputStaysOnDevice() && (point.index() == 0 || point.rawInputCrosses())) {
            violated |= Constraint.RAW_INPUT.bit();
        }
        if (!edgeOnly && point.headOperators() < constraints.minimumDepth().orElse(0)) {
            violated |= Constraint.MINIMUM_DEPTH.bit();
        }
        if (!allows(constraints, profile.choice(alternative))) {
            violated |= Constraint.ALLOWED_PLACEMENTS.bit();
        }
        return violated;
    }

    private static boolean allows(Constraints constraints, Choice choice) {
        String id = choice.placement().id();
        return constraints.allowedPlacements().isEmpty()
                || constraints.allowedPlacements().contains(id)
                || (id.startsWith("split:") && constraints.allowedPlacements().contains("split"));
    }

    private static boolean accurate(ModelProfile profile, AccuracyBudget budget, int alternative) {
        double agreement = profile.agreement[alternative];
        boolean byAgreement = !Double.isNaN(agreement) && profile.metric().equals(TOP1);
        return byAgreement
                ? agreement >= budget.agreement()
                : profile.relativeError[alternative] <= budget.relativeError();
    }

    private static final Optional<Metric> TOP1 = Optional.of(Metric.TOP1);

    /** What rules an alternative out whatever is measured. */
    int always(int alternative) {
        return always[alternative];
    }

    /** What rules an alternative out as it is predicted now; 0 when it may be chosen. Latency counts where it is known. */
    int violated(Predictions predictions, int alternative) {
        int violated = always[alternative];
        if (!predictions.edge().canRun(predictions.profile().splitPoint(alternative))) {
            violated |= Constraint.HEAD_READY.bit();
        }
        if (alternative == ModelProfile.EDGE_ONLY) {
            return violated | latency(predictions, alternative);
        }
        if (predictions.tails().none()) {
            violated |= Constraint.LIVE_TAIL.bit();
        }
        if (predictions.bytes[alternative] > maxRecordBytes) {
            violated |= Constraint.RECORD_SIZE.bit();
        }
        if (!predictions.sendsPicture(alternative) && !keepsAccuracy(predictions, alternative)) {
            violated |= Constraint.ACCURACY.bit();
        }
        return violated | latency(predictions, alternative);
    }

    private boolean keepsAccuracy(Predictions predictions, int alternative) {
        return switch (predictions
                .edge()
                .agreement(alternative, preferences.constraints().accuracy())) {
            case WITHIN_BUDGET -> true;
            case OVER_BUDGET -> false;
            case NOTHING -> accurate[alternative];
        };
    }

    private int latency(Predictions predictions, int alternative) {
        return !Double.isNaN(targetMicros) && predictions.quantileOf(alternative, targetDeviations) > targetMicros
                ? Constraint.LATENCY_TARGET.bit()
                : 0;
    }

    /** The value of the objective; {@code NaN} when a quantity that it needs is unknown. */
    double score(Predictions predictions, int alternative) {
        double score = 0;
        if (perMicro > 0) {
            score += perMicro * predictions.totalMicros[alternative];
        }
        if (perJoule > 0) {
            score += perJoule * predictions.joules[alternative];
        }
        if (perCost > 0) {
            score += perCost * predictions.cost[alternative];
        }
        return score;
    }
}
