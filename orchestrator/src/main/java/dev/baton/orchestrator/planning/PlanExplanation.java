package dev.baton.orchestrator.planning;

import dev.baton.partitioning.Placement;
import dev.baton.planning.Alternative;
import dev.baton.planning.Choice;
import dev.baton.planning.Prediction;
import dev.baton.planning.Quantities;
import dev.baton.planning.Ranking;
import dev.baton.planning.Term;
import dev.baton.planning.TermName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Says in one sentence why a plan is as it is. */
final class PlanExplanation {
    private PlanExplanation() {}

    /** Why {@code chosen} was taken, compared with the best of every other kind of placement. */
    static String chosen(Ranking ranking, Alternative chosen) {
        return "%s is predicted at %s%s; %s"
                .formatted(
                        chosen.choice(),
                        Quantities.millis(chosen.micros().orElse(0)),
                        estimates(chosen),
                        others(ranking, chosen));
    }

    /** As {@link #chosen(Ranking, Alternative)}, with what it replaces. */
    static String replacing(Ranking ranking, Alternative chosen, Choice before) {
        String now = ranking.of(before).map(PlanExplanation::state).orElse("no longer possible");
        return "%s; before: %s, now %s".formatted(chosen(ranking, chosen), before, now);
    }

    /** Why everything runs on the edge node although that is no prediction's choice. */
    static String edgeOnlyWithoutPrediction(Ranking ranking) {
        String why = ranking.of(Choice.EDGE_ONLY)
                .flatMap(alternative ->
                        alternative.prediction().unknownTerms().stream().findFirst())
                .map(term -> " (%s: %s)".formatted(term.name().text(), term.note()))
                .orElse("");
        return "nothing can be predicted yet%s, so everything runs on the edge node".formatted(why);
    }

    /** Why everything runs on the edge node when there is no tail. */
    static String noTail(Ranking ranking, ModelProfile profile) {
        String predicted = ranking.of(Choice.EDGE_ONLY)
                .filter(Alternative::comparable)
                .map(alternative -> ", predicted at "
                        + Quantities.millis(alternative.micros().orElse(0)))
                .orElse("");
        return "no live tail holds %s, so everything runs on the edge node%s".formatted(profile.model(), predicted);
    }

    static String pinned(Choice pin, Ranking ranking) {
        String predicted = ranking.of(pin)
                .map(alternative -> ", now " + state(alternative))
                .orElse("");
        String instead = ranking.best()
                .filter(best -> !best.choice().equals(pin))
                .map(best -> "; unpinned, %s would be predicted at %s"
                        .formatted(
                                best.choice(), Quantities.millis(best.micros().orElse(0))))
                .orElse("");
        return "pinned to %s%s%s".formatted(pin, predicted, instead);
    }

    /** Why the plan stays although {@code best} is predicted to be better, or that nothing is. */
    static String kept(Alternative current, Optional<Alternative> best, Hysteresis hysteresis) {
        return best.filter(alternative -> !alternative.choice().equals(current.choice()))
                .map(better -> "kept: %s is predicted at %s, %s at %s; a change needs more than %s and %s"
                        .formatted(
                                better.choice(),
                                Quantities.millis(better.micros().orElse(0)),
                                current.choice(),
                                current.micros().isPresent()
                                        ? Quantities.millis(current.micros().getAsDouble())
                                        : "an unknown latency",
                                Quantities.percent(hysteresis.relativeGain()),
                                Quantities.millis(hysteresis.absoluteGain().toNanos() / 1e3)))
                .orElse("kept: nothing better is predicted");
    }

    private static String others(Ranking ranking, Alternative chosen) {
        List<String> parts = new ArrayList<>();
        if (!(chosen.choice().placement() instanceof Placement.Split)) {
            best(ranking, Placement.Split.class).ifPresent(split -> parts.add(brief(split)));
        }
        if (!(chosen.choice().placement() instanceof Placement.CloudOnly)) {
            best(ranking, Placement.CloudOnly.class).ifPresent(cloud -> parts.add(brief(cloud)));
        }
        if (!(chosen.choice().placement() instanceof Placement.EdgeOnly)) {
            best(ranking, Placement.EdgeOnly.class).ifPresent(edge -> parts.add(brief(edge)));
        }
        return parts.isEmpty() ? "there is no alternative" : String.join(", ", parts);
    }

    /** The best of a kind; infeasible or unknown where all of that kind are. */
    private static Optional<Alternative> best(Ranking ranking, Class<? extends Placement> kind) {
        return ranking.alternatives().stream()
                .filter(alternative -> kind.isInstance(alternative.choice().placement()))
                .findFirst();
    }

    private static String brief(Alternative alternative) {
        if (!alternative.feasible()) {
            return "%s ruled out (%s)"
                    .formatted(alternative.choice(), alternative.infeasible().orElse(""));
        }
        return alternative.micros().isEmpty()
                ? "%s unknown (%s)".formatted(alternative.choice(), unknown(alternative))
                : "%s %s%s%s"
                        .formatted(
                                alternative.choice(),
                                Quantities.millis(alternative.micros().getAsDouble()),
                                largest(alternative.prediction()),
                                estimates(alternative));
    }

    private static String state(Alternative alternative) {
        if (!alternative.feasible()) {
            return "ruled out (%s)".formatted(alternative.infeasible().orElse(""));
        }
        return alternative.micros().isEmpty()
                ? "unknown (%s)".formatted(unknown(alternative))
                : "predicted at " + Quantities.millis(alternative.micros().getAsDouble());
    }

    private static String unknown(Alternative alternative) {
        return alternative.prediction().unknownTerms().stream()
                .findFirst()
                .map(Term::note)
                .orElse("");
    }

    private static String largest(Prediction prediction) {
        return prediction.terms().stream()
                .max(Comparator.comparingDouble(term -> term.micros().orElse(0)))
                .map(term -> term.name() == TermName.UPLINK
                        ? " (uplink of %s takes %s)"
                                .formatted(
                                        term.note(),
                                        Quantities.millis(term.micros().orElse(0)))
                        : " (%s takes %s)"
                                .formatted(
                                        term.name().text(),
                                        Quantities.millis(term.micros().orElse(0))))
                .orElse("");
    }

    private static String estimates(Alternative alternative) {
        List<Term> estimated = alternative.prediction().estimatedTerms();
        return estimated.isEmpty()
                ? ""
                : " [%s estimated]"
                        .formatted(estimated.stream()
                                .map(term -> term.name().text())
                                .collect(Collectors.joining(", ")));
    }
}
