package dev.baton.cli;

import dev.baton.clients.Explanation;
import dev.baton.clients.Explanation.Decision;
import dev.baton.clients.PlanView;
import dev.baton.clients.PlanView.Alternative;
import dev.baton.clients.PlanView.Input;
import dev.baton.clients.PlanView.Measured;
import dev.baton.clients.PlanView.Standing;
import dev.baton.clients.PlanView.Term;
import dev.baton.console.Console;
import dev.baton.console.Table;
import dev.baton.console.Table.Column;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * An explanation for people, from the answer to the evidence: what was decided and why, what was known, what else was
 * weighed, what came of it.
 */
final class ExplanationPrinter {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");
    /** Measured where uplink and round trip are predicted one by one: nothing on the way tells them apart. */
    private static final List<String> TRANSFER = List.of("uplink", "round trip");
    /** The objective whose score is the latency itself. */
    private static final String LATENCY = "latency";
    /** Of alternatives with the same fate, so many are named. */
    private static final int NAMED = 4;

    private final Console console;
    private final int most;

    /** {@code most}: alternatives to show; {@link Integer#MAX_VALUE} for all, also those that may not be chosen. */
    ExplanationPrinter(Console console, int most) {
        this.console = console;
        this.most = most;
    }

    void print(Explanation explanation, ZonedDateTime now) {
        printDecision(explanation, now);
        printInputs(explanation);
        printRanking(explanation);
        printRuledOut(explanation);
        printTerms(explanation);
    }

    private void printDecision(Explanation explanation, ZonedDateTime now) {
        Decision decision = explanation.decision();
        PlanView plan = decision.plan();
        PlanView current = explanation.now().plan();
        console.line("%s %s: %s%s, epoch %d, since %s"
                .formatted(
                        plan.edgeNode(),
                        plan.model(),
                        console.bold(plan.choice()),
                        plan.pinned() ? " (pinned)" : "",
                        plan.epoch(),
                        time(plan.decidedAt(), now)));
        line("why", plan.reason());
        line("trigger", decision.trigger());
        line(
                "replaced",
                decision.previous()
                        .map(before -> "%s, epoch %d%s"
                                .formatted(
                                        before.choice(),
                                        before.epoch(),
                                        before.predictedMillis()
                                                .map(", predicted at %.1f ms when it was decided"::formatted)
                                                .orElse("")))
                        .orElse("nothing that is known"));
        line("objective", plan.objective().orElse("unknown"));
        line("decided by", plan.planner().orElse("unknown"));
        line("version", plan.version());
        line(
                "now",
                explanation.inForce()
                        ? "in force: " + explanation.now().verdict()
                        : "replaced; in force is %s, epoch %d, since %s"
                                .formatted(current.choice(), current.epoch(), time(current.decidedAt(), now)));
        if (!explanation.now().here()) {
            line("", "another replica plans for this edge node: this one knows the plan, and nothing of now");
        }
    }

    private void line(String name, String value) {
        console.line("  %-10s  %s".formatted(name, value));
    }

    private static String time(Instant time, ZonedDateTime now) {
        return "%s (%s ago)".formatted(TIME.format(time.atZone(now.getZone())), PointInTime.ago(time, now.toInstant()));
    }

    private void printInputs(Explanation explanation) {
        Map<String, String> then = values(explanation.decision().inputs());
        Map<String, String> now = values(explanation.now().inputs());
        Set<String> names = new LinkedHashSet<>(then.keySet());
        names.addAll(now.keySet());
        if (names.isEmpty()) {
            return;
        }
        List<List<String>> rows = names.stream()
                .map(name ->
                        List.of(name, then.getOrDefault(name, Cells.UNKNOWN), now.getOrDefault(name, Cells.UNKNOWN)))
                .toList();
        printTable(List.of(Column.left("known", 0), Column.left("then", 0), Column.left("now", 0)), rows);
    }

    private static Map<String, String> values(List<Input> inputs) {
        return inputs.stream()
                .collect(Collectors.toMap(Input::name, Input::value, (first, second) -> second, LinkedHashMap::new));
    }

    private void printRanking(Explanation explanation) {
        PlanView plan = explanation.decision().plan();
        List<Alternative> shown = shown(plan);
        if (shown.isEmpty()) {
            console.line("");
            console.line("What else was weighed is not known.");
            return;
        }
        List<RankingColumn> columns = columns(plan, explanation.now().ranking());
        printTable(
                columns.stream().map(RankingColumn::head).toList(),
                shown.stream()
                        .map(one -> columns.stream()
                                .map(column -> column.cell().apply(one))
                                .toList())
                        .toList());
        int left = plan.alternatives().size() - shown.size();
        console.line(
                console.dim("milliseconds: as predicted then, ± one request's standard deviation; now: as predicted now"
                        + (left > 0 ? "; %d more with --all".formatted(left) : "")));
    }

    /** A column of the ranking, and what it shows of an alternative. */
    private record RankingColumn(Column head, Function<Alternative, String> cell) {
        static RankingColumn right(String title, Function<Alternative, String> cell) {
            return new RankingColumn(Column.right(title, 0), cell);
        }
    }

    /** Stages that no alternative has are left out, and so are costs where nothing has a price. */
    private static List<RankingColumn> columns(PlanView plan, List<Alternative> ranking) {
        List<Alternative> all = plan.alternatives();
        List<RankingColumn> columns = new ArrayList<>();
        columns.add(new RankingColumn(Column.left("alternative", 0), Alternative::choice));
        columns.add(RankingColumn.right("ms", one -> Cells.millis(one.predictedMillis())));
        columns.add(RankingColumn.right("±", one -> Cells.millis(one.deviationMillis())));
        columns.add(RankingColumn.right(
                "now",
                one -> Cells.millis(
                        PlanView.find(ranking, one.placement(), one.codec()).flatMap(Alternative::predictedMillis))));
        all.stream()
                .flatMap(one -> one.terms().stream())
                .filter(Term::exists)
                .map(Term::name)
                .distinct()
                .forEach(name -> columns.add(RankingColumn.right(
                        name, one -> Cells.millis(term(one, name).flatMap(Term::millis)))));
        columns.add(RankingColumn.right("bytes", one -> Cells.bytes(one.bytes())));
        columns.add(RankingColumn.right("J", one -> Cells.joules(one.joules())));
        if (all.stream().anyMatch(one -> one.cloudCost().orElse(0.0) > 0)) {
            columns.add(RankingColumn.right("cost", one -> Cells.figure(one.cloudCost())));
        }
        if (!plan.objective().equals(Optional.of(LATENCY))) {
            columns.add(RankingColumn.right("score", one -> Cells.figure(one.score())));
        }
        columns.add(new RankingColumn(Column.left("", 0), one -> mark(one, plan)));
        return columns;
    }

    /** The best, and the chosen one wherever it ranks. */
    private List<Alternative> shown(PlanView plan) {
        if (most == Integer.MAX_VALUE) {
            return plan.alternatives();
        }
        Set<Alternative> shown = plan.alternatives().stream()
                .filter(Alternative::comparable)
                .limit(most)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        plan.chosen().ifPresent(shown::add);
        return List.copyOf(shown);
    }

    private static Optional<Term> term(Alternative alternative, String name) {
        return alternative.terms().stream()
                .filter(term -> term.name().equals(name) && term.exists())
                .findFirst();
    }

    private static String mark(Alternative one, PlanView plan) {
        String chosen = one.choice().equals(plan.choice()) ? "◀ " : "";
        return (chosen + one.infeasible().map("ruled out: "::concat).orElse("")).stripTrailing();
    }

    /** What may not be chosen, and what rules it out; or what is unknown of it. Fates that differ in numbers alone are one. */
    private void printRuledOut(Explanation explanation) {
        Map<String, List<Alternative>> then =
                fates(explanation.decision().plan().alternatives());
        Map<String, List<Alternative>> now = fates(explanation.now().ranking());
        printFates("not to be chosen then", then);
        if (!now.keySet().equals(then.keySet())) {
            printFates("not to be chosen now", now);
        }
    }

    private static Map<String, List<Alternative>> fates(List<Alternative> alternatives) {
        Map<String, List<Alternative>> fates = new LinkedHashMap<>();
        for (Alternative one : alternatives) {
            fate(one).map(fate -> kind(fate, one)).ifPresent(kind -> fates.computeIfAbsent(
                            kind, any -> new ArrayList<>())
                    .add(one));
        }
        return fates;
    }

    private void printFates(String title, Map<String, List<Alternative>> fates) {
        if (fates.isEmpty()) {
            return;
        }
        console.line("");
        console.line(console.dim(title));
        for (List<Alternative> alike : fates.values()) {
            Alternative first = alike.getFirst();
            console.line("  %s: %s%s".formatted(first.choice(), fate(first).orElse(""), likewise(alike)));
        }
    }

    private static String kind(String fate, Alternative one) {
        return fate.replace(one.codec(), "").replaceAll("[0-9.]+", "");
    }

    private static String likewise(List<Alternative> alike) {
        if (alike.size() == 1) {
            return "";
        }
        String named =
                alike.stream().skip(1).limit(NAMED).map(Alternative::choice).collect(Collectors.joining(", "));
        int left = alike.size() - 1 - NAMED;
        return "; likewise " + named + (left > 0 ? " and %d more".formatted(left) : "");
    }

    private static Optional<String> fate(Alternative one) {
        if (one.infeasible().isPresent()) {
            return one.infeasible();
        }
        if (one.predictedMillis().isPresent()) {
            return Optional.empty();
        }
        return one.terms().stream()
                .filter(term -> term.millis().isEmpty())
                .findFirst()
                .map(term -> "%s is unknown (%s)".formatted(term.name(), term.note()))
                .or(() -> Optional.of("unknown"));
    }

    /** The chosen alternative term by term: predicted, with its uncertainty and where it comes from, and measured. */
    private void printTerms(Explanation explanation) {
        Optional<Alternative> chosen = explanation.decision().plan().chosen();
        if (chosen.isEmpty()) {
            return;
        }
        Standing now = explanation.now();
        Optional<Measured> measured = explanation.inForce() ? now.measured() : Optional.empty();
        List<List<String>> rows = new ArrayList<>();
        for (Term term : chosen.get().terms()) {
            if (term.exists()) {
                rows.add(List.of(
                        term.name(),
                        Cells.millis(term.millis()),
                        Cells.millis(term.deviationMillis()),
                        TRANSFER.contains(term.name())
                                ? ""
                                : Cells.millis(measured.flatMap(one -> one.millis(term.name()))),
                        "%s: %s".formatted(term.source(), term.note())));
            }
        }
        measured.ifPresent(one -> one.terms().stream()
                .filter(term -> term(chosen.get(), term.name()).isEmpty())
                .forEach(term -> rows.add(List.of(
                        term.name(),
                        Cells.millis(term.predictedMillis()),
                        Cells.UNKNOWN,
                        Cells.millis(term.measuredMillis()),
                        String.join(" and ", TRANSFER) + " together"))));
        rows.add(List.of(
                "total",
                Cells.millis(chosen.get().predictedMillis()),
                Cells.millis(chosen.get().deviationMillis()),
                Cells.millis(measured.map(Measured::p50Millis)),
                ""));
        printTable(
                List.of(
                        Column.left(chosen.get().choice(), 0),
                        Column.right("predicted", 0),
                        Column.right("±", 0),
                        Column.right("measured", 0),
                        Column.left("predicted from", 0)),
                rows);
        console.line(console.dim(footnote(explanation.inForce(), measured)));
    }

    private static String footnote(boolean inForce, Optional<Measured> measured) {
        if (!inForce) {
            return "milliseconds; what was measured is shown of the plan in force only";
        }
        return measured.map(one ->
                        "milliseconds; measured: medians of %d requests in the last window that had any, p95 %.1f ms%s%s%s"
                                .formatted(
                                        one.requests(),
                                        one.p95Millis(),
                                        one.joules()
                                                .map(", %.3f J each"::formatted)
                                                .orElse(""),
                                        one.completedLocally() > 0
                                                ? ", %d finished on the edge node".formatted(one.completedLocally())
                                                : "",
                                        one.failures() > 0 ? ", %d failed".formatted(one.failures()) : ""))
                .orElse("milliseconds; no request was measured under this plan yet");
    }

    private void printTable(List<Column> columns, List<List<String>> rows) {
        List<String> lines = Table.fitted(columns, rows);
        console.line("");
        console.line(console.dim(lines.getFirst()));
        lines.stream().skip(1).forEach(console::line);
    }
}
