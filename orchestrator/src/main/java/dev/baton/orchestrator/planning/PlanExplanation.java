package dev.baton.orchestrator.planning;

import dev.baton.partitioning.Placement;
import dev.baton.planning.Alternative;
import dev.baton.planning.Choice;
import dev.baton.planning.ModelProfile;
import dev.baton.planning.Prediction;
import dev.baton.planning.Quantities;
import dev.baton.planning.Ranking;
import dev.baton.planning.Term;
import dev.baton.planning.TermName;
import dev.baton.planning.change.Decision;
import dev.baton.planning.change.PlanKeeper;
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

    /** Why the plan stays: nothing is predicted to be better, or something is, but not by enough. */
    static String kept(String verdict, Ranking ranking, Choice current) {
        return ranking.best()
                .filter(best -> !best.choice().equals(current))
                .map(better -> "%s: %s is predicted at %s, %s"
                        .formatted(
                                verdict,
                                better.choice(),
                                Quantities.millis(better.micros().orElse(0)),
                                ranking.of(current)
                                        .map(alternative -> current + " " + state(alternative))
                                        .orElse(current + " is no longer possible")))
                .orElse(verdict);
    }

    /** {@code why} nothing may be chosen, and why {@code least} is the plan although constraints rule it out, like everything. */
    static String nothingFeasible(String why, Ranking ranking, Choice least) {
        return "nothing may be chosen: %s; %s violates least: %s"
                .formatted(
                        why,
                        least,
                        ranking.of(least).flatMap(Alternative::infeasible).orElse("nothing else is predicted"));
    }

    /** Why a plan changed, where something may be chosen. */
    static String of(
            Decision.Switch change,
            Ranking ranking,
            PlanKeeper keeper,
            Optional<Choice> before,
            double promisedMicros,
            int liveTails) {
        Choice choice = keeper.state().profile().choice(change.choice());
        Optional<Alternative> chosen = ranking.of(choice).filter(Alternative::comparable);
        return switch (change.trigger()) {
            case PIN -> pinned(choice, ranking);
            case ROLL_BACK -> rolledBack(choice, ranking, keeper, before, promisedMicros);
            default -> {
                if (liveTails == 0 && choice.equals(Choice.EDGE_ONLY)) {
                    yield noTail(ranking, keeper.state().profile());
                }
                if (chosen.isEmpty()) {
                    yield edgeOnlyWithoutPrediction(ranking);
                }
                yield before.map(old -> replacing(ranking, chosen.get(), old))
                        .orElseGet(() -> chosen(ranking, chosen.get()));
            }
        };
    }

    private static String rolledBack(
            Choice choice, Ranking ranking, PlanKeeper keeper, Optional<Choice> failed, double promisedMicros) {
        String failure = failed.map(Choice::toString).orElse("the plan before");
        return "back to %s%s: %s took %s (median), promised were %s, so it is left alone for a while"
                .formatted(
                        choice,
                        ranking.of(choice)
                                .map(alternative -> ", " + state(alternative))
                                .orElse(""),
                        failure,
                        Quantities.millis(keeper.replacedMicros()),
                        Quantities.millis(promisedMicros));
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
