package dev.baton.benchmarks;

import dev.baton.benchmarks.CellResult.Measured;
import dev.baton.benchmarks.PredictionErrors.TermError;
import dev.baton.console.Json;
import dev.baton.console.Table;
import dev.baton.console.Table.Column;
import dev.baton.profiling.ThisMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What was found in all cells.
 *
 * @param machine     what it was measured on
 * @param asked       cells
 * @param nearBest    cells in which the chosen one was within the limit of the best measured
 * @param nearEnds    cells in which it was within the limit of the better of edge-only and cloud-only
 * @param regret      median of chosen over best, less 1, in percent
 * @param unsettled   cells in which the plan still changed when measuring began
 * @param lost        requests without an answer
 * @param ofChosen    prediction errors of the chosen placements
 * @param ofAll       prediction errors of all that were measured at least three times
 * @param failures    cells that could not be measured, and why
 */
record RegretReport(
        String machine,
        int asked,
        int measured,
        int nearBest,
        int nearEnds,
        Optional<Double> regret,
        int unsettled,
        int lost,
        List<TermError> ofChosen,
        List<TermError> ofAll,
        List<CellResult> cells,
        List<String> failures)
        implements BenchmarkResult {

    /** Of the cells, at least. */
    private static final double WANTED = 0.95;

    private static final int ENOUGH_REQUESTS = 3;

    static RegretReport of(int asked, List<CellResult> cells, List<String> failures) {
        return new RegretReport(
                "%s, %d cores".formatted(ThisMachine.cpu(), ThisMachine.cores()),
                asked,
                cells.size(),
                (int) cells.stream().filter(CellResult::isNearBest).count(),
                (int) cells.stream().filter(CellResult::isNearBetterEnd).count(),
                PredictionErrors.median(cells.stream()
                        .map(cell -> 100 * (cell.chosen().p50() / cell.best().p50() - 1))
                        .toList()),
                (int) cells.stream().filter(cell -> !cell.settled()).count(),
                cells.stream()
                        .flatMap(cell -> cell.measured().stream())
                        .mapToInt(Measured::failed)
                        .sum(),
                PredictionErrors.of(cells.stream().map(CellResult::chosen).toList()),
                PredictionErrors.of(cells.stream()
                        .flatMap(cell -> cell.measured().stream())
                        .filter(measured -> measured.requests() >= ENOUGH_REQUESTS)
                        .toList()),
                List.copyOf(cells),
                List.copyOf(failures));
    }

    @Override
    public boolean held() {
        return nearBest >= WANTED * asked && nearEnds >= WANTED * asked && lost == 0;
    }

    /** One cell, for people. */
    static String sentence(CellResult cell) {
        Measured chosen = cell.chosen();
        Measured best = cell.best();
        return "%s: %s %s ms, best %s %s ms, predicted %s ms; %d measured in %s s"
                .formatted(
                        cell.isNearBest() ? "pass" : "FAIL",
                        chosen.name(),
                        millis(chosen.p50()),
                        best.name(),
                        millis(best.p50()),
                        chosen.predicted().map(RegretReport::millis).orElse("?"),
                        cell.measured().size(),
                        Quantiles.text(cell.seconds(), 0));
    }

    @Override
    public List<String> lines() {
        Table table = new Table(
                Column.left("model", 20),
                Column.right("Mbit/s", 6),
                Column.right("RTT", 4),
                Column.right("x", 3),
                Column.left("chosen", 17),
                Column.right("p50 ms", 8),
                Column.right("predicted", 9),
                Column.left("best", 17),
                Column.right("p50 ms", 8),
                Column.right("behind", 8),
                Column.right("better end", 10),
                Column.left("", 5));
        List<String> lines = new ArrayList<>(List.of(machine, table.header()));
        cells.forEach(cell -> lines.add(table.row((Object[]) cells(cell))));
        lines.add("");
        lines.addAll(summary());
        Table errors = errorTable();
        lines.add("");
        lines.add("Prediction, median absolute error (in brackets signed; cases):");
        lines.add(errors.header());
        for (int i = 0; i < ofAll.size(); i++) {
            lines.add(errors.row(ofAll.get(i).term(), text(ofChosen.get(i)), text(ofAll.get(i))));
        }
        return lines;
    }

    private static Table errorTable() {
        return new Table(Column.left("term", 12), Column.right("chosen", 26), Column.right("all measured", 26));
    }

    private List<String> summary() {
        List<String> lines = new ArrayList<>();
        lines.add("%d of %d cells measured; within 5 %% or 2 ms of the best: %d (%s %%); of the better end: %d (%s %%)"
                .formatted(
                        measured,
                        asked,
                        nearBest,
                        Quantiles.text(100.0 * nearBest / Math.max(1, asked), 1),
                        nearEnds,
                        Quantiles.text(100.0 * nearEnds / Math.max(1, asked), 1)));
        lines.add("behind the best, median: %s %%; unsettled: %d; requests lost: %d; %s"
                .formatted(
                        regret.map(percent -> Quantiles.text(percent, 1)).orElse("?"),
                        unsettled,
                        lost,
                        held() ? "held" : "NOT HELD (95 % of cells, no request lost)"));
        failures.forEach(failure -> lines.add("not measured: " + failure));
        return lines;
    }

    private static String[] cells(CellResult cell) {
        Measured chosen = cell.chosen();
        Measured best = cell.best();
        return new String[] {
            cell.cell().model(),
            RegretCell.plain(cell.cell().uplinkMegabits()),
            RegretCell.plain(cell.cell().rttMillis()),
            RegretCell.plain(cell.cell().slowdown()),
            chosen.name(),
            millis(chosen.p50()),
            chosen.predicted().map(RegretReport::millis).orElse("?"),
            best.name(),
            millis(best.p50()),
            Quantiles.text(100 * (chosen.p50() / best.p50() - 1), 1) + " %",
            millis(cell.betterEnd().p50()),
            (cell.isNearBest() ? "pass" : "FAIL")
                    + (cell.isNearBetterEnd() ? "" : " END")
                    + (cell.settled() ? "" : " *")
        };
    }

    private static String text(TermError error) {
        return error.cases() == 0
                ? "-"
                : "%s %% (%s %%; %d)"
                        .formatted(
                                Quantiles.text(error.medianAbsolute().orElseThrow(), 1),
                                Quantiles.text(error.medianSigned().orElseThrow(), 1),
                                error.cases());
    }

    private static String millis(double value) {
        return Quantiles.text(value, 1);
    }

    /** As {@code regret.json} and {@code regret.md}. */
    void write(Path directory) throws IOException {
        Files.writeString(directory.resolve("regret.json"), Json.write(this) + "\n");
        Files.writeString(directory.resolve("regret.md"), String.join("\n", markdown()) + "\n");
    }

    private List<String> markdown() {
        List<String> lines = new ArrayList<>(List.of("# Regret", "", machine, ""));
        summary().forEach(line -> lines.add("- " + line));
        lines.add("");
        lines.add("| model | Mbit/s | RTT ms | slowdown | chosen | p50 ms | predicted ms | best | p50 ms | behind |"
                + " better end ms | |");
        lines.add("| --- | --: | --: | --: | --- | --: | --: | --- | --: | --: | --: | --- |");
        cells.forEach(cell -> lines.add("| " + String.join(" | ", cells(cell)) + " |"));
        lines.add("");
        lines.add("## Prediction errors");
        lines.add("");
        lines.add("Median absolute error, in brackets the signed one and the number of cases.");
        lines.add("");
        lines.add("| term | chosen | all measured |");
        lines.add("| --- | --- | --- |");
        for (int i = 0; i < ofAll.size(); i++) {
            lines.add("| %s | %s | %s |".formatted(ofAll.get(i).term(), text(ofChosen.get(i)), text(ofAll.get(i))));
        }
        return lines;
    }
}
