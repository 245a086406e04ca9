package dev.baton.planning;

import dev.baton.partitioning.accuracy.AccuracyBudget;
import dev.baton.partitioning.accuracy.AccuracyProfile.Metric;
import dev.baton.planning.ModelProfile.Point;

/** Says, for people, why a constraint rules an alternative out. */
final class Violations {
    private Violations() {}

    static String sentence(Constraint constraint, Predictions predictions, Preferences preferences, int alternative) {
        ModelProfile profile = predictions.profile();
        Constraints wanted = preferences.constraints();
        Point point = profile.points().get(profile.splitPoint(alternative));
        return switch (constraint) {
            case LIVE_TAIL -> "no live tail holds " + profile.model();
            case RECORD_SIZE ->
                "%s exceed the largest record, %s"
                        .formatted(Quantities.bytes(predictions.bytes(alternative)), Quantities.bytes((double)
                                wanted.maxRecordBytes()));
            case LATENCY_TARGET ->
                wanted.latencyTarget()
                        .map(target -> "%s of requests are predicted to take up to %s, more than the target of %s"
                                .formatted(
                                        Quantities.percent(target.quantile()),
                                        Quantities.millis(predictions.quantileMicros(alternative, target.quantile())),
                                        Quantities.millis(target.micros())))
                        .orElse("");
            case ACCURACY -> accuracy(predictions, wanted.accuracy(), alternative);
            case EDGE_MEMORY ->
                "the head takes %s, more than the allowed %s"
                        .formatted(Quantities.bytes((double) point.headBytes()), Quantities.bytes((double)
                                wanted.edgeMemoryBytes().orElse(0)));
            case RAW_INPUT -> "the model's input would leave the edge node";
            case MINIMUM_DEPTH ->
                "%d operators run before anything leaves the edge node, fewer than the required %d"
                        .formatted(point.headOperators(), wanted.minimumDepth().orElse(0));
            case HEAD_READY ->
                point.index() == profile.lastPoint()
                        ? "only a part of the model is on the edge node"
                        : "the head of split point %d is not on the edge node".formatted(point.index());
            case ALLOWED_PLACEMENTS ->
                "%s is not among the allowed placements"
                        .formatted(profile.choice(alternative).placement().id());
        };
    }

    private static String accuracy(Predictions predictions, AccuracyBudget budget, int alternative) {
        ModelProfile profile = predictions.profile();
        String codec = profile.choice(alternative).codec().id();
        if (predictions.edge().agreement(alternative, budget) == EdgeState.Measured.OVER_BUDGET) {
            return "%s changed more answers than allowed in %d requests that were compared"
                    .formatted(codec, predictions.edge().agreementSamples(alternative));
        }
        double agreement = profile.agreement[alternative];
        if (!Double.isNaN(agreement)
                && profile.metric().filter(Metric.TOP1::equals).isPresent()) {
            return "%s keeps %s of the answers, fewer than the required %s"
                    .formatted(codec, Quantities.percent(agreement), Quantities.percent(budget.agreement()));
        }
        double error = profile.relativeError[alternative];
        return Double.isNaN(error)
                ? "the error of %s was not measured here".formatted(codec)
                : "%s changes the output by %s, more than the allowed %s"
                        .formatted(codec, Quantities.percent(error), Quantities.percent(budget.relativeError()));
    }
}
