package dev.baton.benchmarks;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.baton.console.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How close what the planner chooses comes to the best there was: cell by cell, through the running stack. Every cell's
 * result is appended to a file at once, so that a run that was interrupted can go on.
 */
final class RegretBenchmark {

    private static final String JOURNAL = "cells.jsonl";
    private static final Duration LEAST_FOR_CELL = Duration.ofSeconds(12);
    private static final Duration MOST_FOR_CELL = Duration.ofSeconds(60);

    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /**
     * What to measure.
     *
     * @param models  where models lie
     * @param output  where results go
     * @param numbers of cells in the list, from 1; all of them when empty
     * @param quick   only the cells that the list marks so
     * @param resume  leave out what the output directory holds already
     * @param limit   for everything, the start of the services included
     */
    record Settings(Path models, Path output, List<Integer> numbers, boolean quick, boolean resume, Duration limit) {}

    private RegretBenchmark() {}

    static RegretReport run(Path home, Settings settings, Console console) throws IOException {
        long end = System.nanoTime() + settings.limit().toNanos();
        List<RegretCell> cells = cells(settings);
        Files.createDirectories(settings.output());
        Path journal = settings.output().resolve(JOURNAL);
        if (!settings.resume()) {
            Files.deleteIfExists(journal);
        }
        List<CellResult> results = new ArrayList<>(read(journal, cells));
        Set<RegretCell> done =
                new HashSet<>(results.stream().map(CellResult::cell).toList());
        List<RegretCell> left =
                cells.stream().filter(cell -> !done.contains(cell)).toList();
        List<String> failures = new ArrayList<>();
        if (!left.isEmpty()) {
            measure(home, settings, left, end, journal, results, failures, console);
        }
        console.clearProgress();
        RegretReport report = RegretReport.of(cells.size(), results, failures);
        report.write(settings.output());
        return report;
    }

    private static List<RegretCell> cells(Settings settings) throws IOException {
        List<RegretCell> committed = RegretCells.committed();
        if (!settings.numbers().isEmpty()) {
            return settings.numbers().stream()
                    .map(number -> committed.get(number - 1))
                    .toList();
        }
        return settings.quick() ? committed.stream().filter(RegretCell::quick).toList() : committed;
    }

    private static List<CellResult> read(Path journal, List<RegretCell> cells) throws IOException {
        List<CellResult> results = new ArrayList<>();
        if (Files.exists(journal)) {
            for (String line : Files.readAllLines(journal)) {
                CellResult result = JSON.readValue(line, CellResult.class);
                if (cells.contains(result.cell())) {
                    results.add(result);
                }
            }
        }
        return results;
    }

    private static void measure(
            Path home,
            Settings settings,
            List<RegretCell> cells,
            long end,
            Path journal,
            List<CellResult> results,
            List<String> failures,
            Console console)
            throws IOException {
        Map<String, Workload> workloads = new LinkedHashMap<>();
        for (Workload workload : Workload.all(home, settings.models())) {
            if (cells.stream().anyMatch(cell -> cell.model().equals(workload.name()))) {
                workloads.put(workload.name(), workload);
            }
        }
        List<Double> slowdowns = RegretCell.SLOWDOWNS.stream()
                .filter(slowdown -> cells.stream().anyMatch(cell -> cell.slowdown() == slowdown))
                .toList();
        try (PlannerFleet fleet = PlannerFleet.start(home, slowdowns, List.copyOf(workloads.values()), console)) {
            for (int i = 0; i < cells.size(); i++) {
                RegretCell cell = cells.get(i);
                console.progress("%d of %d: %s".formatted(i + 1, cells.size(), cell));
                Workload workload =
                        Optional.ofNullable(workloads.get(cell.model())).orElseThrow();
                Duration budget = budget(end - System.nanoTime(), cells.size() - i);
                try {
                    CellResult result = new CellRun(fleet, cell, workload, budget, RegretCells.SEED + i).run();
                    Files.writeString(
                            journal,
                            JSON.writeValueAsString(result) + "\n",
                            StandardOpenOption.CREATE,
                            StandardOpenOption.APPEND);
                    results.add(result);
                    console.progress("  " + RegretReport.sentence(result));
                } catch (IllegalStateException failed) {
                    failures.add("%s: %s".formatted(cell, failed.getMessage()));
                    console.note("  failed: " + failed.getMessage());
                }
            }
        }
    }

    /** Cells share what time is left. */
    private static Duration budget(long leftNanos, int cells) {
        Duration share = Duration.ofNanos(Math.max(0, leftNanos) / cells);
        if (share.compareTo(LEAST_FOR_CELL) < 0) {
            return LEAST_FOR_CELL;
        }
        return share.compareTo(MOST_FOR_CELL) > 0 ? MOST_FOR_CELL : share;
    }
}
