package dev.baton.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.benchmarks.CellResult.Measured;
import dev.baton.benchmarks.CellResult.Role;
import dev.baton.benchmarks.PredictionErrors.TermError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegretReportTest {

    private static final RegretCell CELL = new RegretCell("gauge", 5, 30, 4, false);

    @Test
    void twoMillisecondsOrFivePercentAreAllowed() {
        assertThat(CellResult.isWithinLimit(11.9, 10)).isTrue();
        assertThat(CellResult.isWithinLimit(12.1, 10)).isFalse();
        assertThat(CellResult.isWithinLimit(104.9, 100)).isTrue();
        assertThat(CellResult.isWithinLimit(105.1, 100)).isFalse();
    }

    @Test
    void chosenIsComparedWithTheBestMeasuredAndWithTheBetterEnd() {
        CellResult cell = cell(
                measured("split:2", Role.CHOSEN, 110),
                measured("edge-only", Role.END, 120),
                measured("cloud-only", Role.END, 200),
                measured("split:3", Role.NEXT, 100));
        assertThat(cell.best().placement()).isEqualTo("split:3");
        assertThat(cell.betterEnd().placement()).isEqualTo("edge-only");
        assertThat(cell.isNearBest()).isFalse();
        assertThat(cell.isNearBetterEnd()).isTrue();
    }

    @Test
    void ninetyFivePercentOfAllAskedCellsMustBeNearTheBest() {
        CellResult good = cell(measured("edge-only", Role.CHOSEN, 10));
        CellResult bad = cell(measured("split:1", Role.CHOSEN, 10), measured("edge-only", Role.END, 5));
        List<CellResult> nineteen = java.util.Collections.nCopies(19, good);
        assertThat(RegretReport.of(20, with(nineteen, bad), List.of()).held()).isTrue();
        assertThat(RegretReport.of(20, with(nineteen.subList(1, 19), bad, bad), List.of())
                        .held())
                .isFalse();
        assertThat(RegretReport.of(20, nineteen.subList(0, 18), List.of("not measured"))
                        .held())
                .isFalse();
    }

    @Test
    void errorsAreMediansOverCasesThatTookMeasurableTime() {
        Measured tooShort = terms(Map.of("head", 1.0), Map.of("head", 0.05));
        Measured over = terms(Map.of("head", 12.0), Map.of("head", 10.0));
        Measured under = terms(Map.of("head", 9.0), Map.of("head", 10.0));
        Measured exact = terms(Map.of("head", 10.0), Map.of("head", 10.0));
        TermError head = PredictionErrors.of(List.of(tooShort, over, under, exact)).stream()
                .filter(error -> error.term().equals("head"))
                .findFirst()
                .orElseThrow();
        assertThat(head.cases()).isEqualTo(3);
        assertThat(head.medianAbsolute()).contains(10.0);
        assertThat(head.medianSigned()).contains(0.0);
        assertThat(head.medianMillis()).contains(1.0);
    }

    @Test
    void networkIsUnknownWhenAPartOfItIs() {
        assertThat(PredictionErrors.predicted(
                        Map.of("uplink", 1.0, "round trip", 2.0, "broker", 3.0), Optional.of(9.0)))
                .containsEntry("network", 6.0)
                .containsEntry("total", 9.0);
        assertThat(PredictionErrors.predicted(Map.of("uplink", 1.0, "broker", 3.0), Optional.empty()))
                .doesNotContainKeys("network", "total");
    }

    @Test
    void medianOfAnEvenNumberLiesBetweenTheMiddleTwo() {
        assertThat(PredictionErrors.median(List.of(4.0, 1.0, 3.0, 2.0))).contains(2.5);
        assertThat(PredictionErrors.median(List.of())).isEmpty();
    }

    @Test
    void worstMinuteIsFoundWhereverItBegins() {
        long second = 1_000_000_000L;
        List<long[]> epochs = List.of(
                new long[] {0, 1},
                new long[] {50 * second, 2},
                new long[] {70 * second, 5},
                new long[] {100 * second, 6},
                new long[] {200 * second, 7});
        assertThat(ReactionBenchmark.mostWithin(java.time.Duration.ofMinutes(1), epochs))
                .isEqualTo(4);
    }

    @Test
    void reportIsWrittenForToolsAndPeople(@TempDir Path directory) throws IOException {
        RegretReport.of(1, List.of(cell(measured("edge-only", Role.CHOSEN, 10))), List.of())
                .write(directory);
        assertThat(Files.readString(directory.resolve("regret.md")))
                .contains("| gauge | 5 | 30 | 4 | edge-only | 10.0 | 11.0 | edge-only | 10.0 | 0.0 % | 10.0 | pass |");
        assertThat(Files.readString(directory.resolve("regret.json"))).contains("\"nearBest\" : 1");
    }

    private static List<CellResult> with(List<CellResult> cells, CellResult... more) {
        List<CellResult> all = new java.util.ArrayList<>(cells);
        all.addAll(List.of(more));
        return all;
    }

    private static CellResult cell(Measured... measured) {
        return new CellResult(CELL, true, 4, 1, "because", 30, List.of(measured));
    }

    private static Measured measured(String placement, Role role, double p50) {
        return new Measured(
                placement, "raw", role, 30, 0, 0, p50, p50, p50, 0, Optional.of(p50 + 1), Map.of(), Map.of());
    }

    private static Measured terms(Map<String, Double> predicted, Map<String, Double> measured) {
        return new Measured(
                "edge-only", "raw", Role.CHOSEN, 30, 0, 0, 1, 1, 1, 0, Optional.of(1.0), predicted, measured);
    }
}
