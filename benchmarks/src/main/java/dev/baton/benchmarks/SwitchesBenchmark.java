package dev.baton.benchmarks;

import dev.baton.benchmarks.SteadyLoad.Sample;
import dev.baton.clients.PlanView;
import dev.baton.clients.PlanView.Alternative;
import dev.baton.console.Console;
import dev.baton.console.Table;
import dev.baton.console.Table.Column;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** What switching costs requests: the same load with a switch every second, and without, in turns. */
final class SwitchesBenchmark {

    /*
     * Edge-only, a split and cloud-only take different times, so a mixture is compared with the same mixture: without switches
     * each of the three is in force for as long as with them. Phases take turns, so that whatever else the machine does meets
     * both. What was sent while a quiet phase began counts for neither: a pin is a switch, too.
     */

    private static final double SLOWDOWN = 1;
    private static final double UPLINK = 100;
    private static final double ROUND_TRIP_MILLIS = 5;
    static final double LIMIT_RATIO = 1.10;

    private static final Duration BETWEEN_REQUESTS = Duration.ofMillis(50);
    private static final Duration BETWEEN_SWITCHES = Duration.ofSeconds(1);
    private static final int SWITCHES_PER_PHASE = 12;
    private static final Duration GUARD = Duration.ofMillis(700);
    private static final Duration AFTER_SWITCH = Duration.ofMillis(300);
    private static final int SHOWN = 5;
    private static final Duration WARM_UP = Duration.ofSeconds(2);

    /** Requests of one placement. */
    record Row(String placement, int with, double p99With, int without, double p99Without) {}

    /**
     * Times in milliseconds.
     *
     * @param inForce          switches under whose epoch a request was answered
     * @param with             requests sent while switching
     * @param p99AfterSwitch   of those sent within {@link #AFTER_SWITCH} after a switch was asked for
     * @param lost             requests without an answer, in all phases
     * @param completedByEdge  requests that the edge node finished for the cloud, in all phases
     * @param slowest          what the slowest requests while switching, and those that were lost, say
     */
    record Found(
            String model,
            int switches,
            int inForce,
            int with,
            double p50With,
            double p99With,
            double p99AfterSwitch,
            int without,
            double p50Without,
            double p99Without,
            double ratio,
            int lost,
            int completedByEdge,
            List<Row> placements,
            List<String> slowest)
            implements BenchmarkResult {

        @Override
        public boolean held() {
            return lost == 0 && inForce == switches && ratio <= LIMIT_RATIO;
        }

        @Override
        public List<String> lines() {
            Table table = new Table(
                    Column.left("", 22),
                    Column.right("requests", 8),
                    Column.right("p50 ms", 8),
                    Column.right("p99 ms", 8));
            List<String> lines = new ArrayList<>();
            lines.add(
                    "%s, %d requests/s, link %s Mbit/s with round trip %s ms: %d switches, of which %d answered requests"
                            .formatted(
                                    model,
                                    1000 / BETWEEN_REQUESTS.toMillis(),
                                    RegretCell.plain(UPLINK),
                                    RegretCell.plain(ROUND_TRIP_MILLIS),
                                    switches,
                                    inForce));
            lines.add(table.header());
            lines.add(table.row("while switching", with, text(p50With), text(p99With)));
            lines.add(table.row("without", without, text(p50Without), text(p99Without)));
            lines.add(
                    "p99 ratio %s (limit %s); within %d ms after a switch p99 %s ms; lost %d; finished by the edge node %d"
                            .formatted(
                                    Quantiles.text(ratio, 3),
                                    LIMIT_RATIO,
                                    AFTER_SWITCH.toMillis(),
                                    text(p99AfterSwitch),
                                    lost,
                                    completedByEdge));
            placements.forEach(row -> lines.add("  %s: p99 %s ms while switching (%d), %s ms without (%d)"
                    .formatted(
                            row.placement(), text(row.p99With()), row.with(), text(row.p99Without()), row.without())));
            lines.add("slowest while switching, and lost:");
            slowest.forEach(story -> lines.add("  " + story));
            lines.add(held() ? "held" : "NOT HELD");
            return lines;
        }

        private static String text(double millis) {
            return Quantiles.text(millis, 1);
        }
    }

    /** A stretch of time. */
    private record Phase(long from, long to) {
        boolean holds(Sample sample) {
            return sample.dueNanos() >= from && sample.dueNanos() < to;
        }
    }

    private final PlannerFleet.EdgeNode edge;
    private final Workload workload;
    private final List<Alternative> placements;
    private final List<Phase> switching = new ArrayList<>();
    private final List<Phase> quiet = new ArrayList<>();
    private final List<Phase> afterSwitch = new ArrayList<>();
    private final List<Long> epochs = new ArrayList<>();
    private int next;

    private SwitchesBenchmark(PlannerFleet.EdgeNode edge, Workload workload) {
        this.edge = edge;
        this.workload = workload;
        List<Alternative> ranking = edge.standing(workload).ranking();
        this.placements = Stream.of("edge-only", "split:", "cloud-only")
                .flatMap(kind -> ranking.stream()
                        .filter(each -> each.placement().startsWith(kind)
                                && each.infeasible().isEmpty())
                        .limit(1))
                .toList();
    }

    static Found run(Path home, Path models, String model, boolean quick, Console console) throws IOException {
        Workload workload = Workload.all(home, models).stream()
                .filter(each -> each.name().equals(model))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "no model '%s': expected one of %s".formatted(model, RegretCell.MODELS)));
        try (PlannerFleet fleet = PlannerFleet.start(home, List.of(SLOWDOWN), List.of(workload), console)) {
            PlannerFleet.EdgeNode edge = fleet.withSlowdown(SLOWDOWN);
            edge.link(UPLINK, ROUND_TRIP_MILLIS);
            return new SwitchesBenchmark(edge, workload).measure(quick ? 2 : 9, console);
        }
    }

    private Found measure(int cycles, Console console) {
        SteadyLoad load = SteadyLoad.start(edge, workload, BETWEEN_REQUESTS);
        try (load) {
            placements.forEach(each -> {
                pin(each);
                pause(WARM_UP);
            });
            for (int cycle = 1; cycle <= cycles; cycle++) {
                console.progress("Cycle %d of %d".formatted(cycle, cycles));
                stayQuiet();
                keepSwitching();
            }
        }
        console.clearProgress();
        return found(load.samples());
    }

    private PlanView pin(Alternative alternative) {
        return edge.pin(
                workload,
                alternative.placement(),
                alternative.placement().equals("edge-only") ? Optional.empty() : Optional.of(alternative.codec()));
    }

    private void stayQuiet() {
        Duration each = BETWEEN_SWITCHES.multipliedBy(SWITCHES_PER_PHASE).dividedBy(Math.max(1, placements.size()));
        for (Alternative alternative : placements) {
            pin(alternative);
            pause(GUARD);
            long from = System.nanoTime();
            pause(each);
            quiet.add(new Phase(from, System.nanoTime()));
        }
    }

    private void keepSwitching() {
        long from = System.nanoTime();
        for (int i = 0; i < SWITCHES_PER_PHASE; i++) {
            long due = from + i * BETWEEN_SWITCHES.toNanos();
            LockSupport.parkNanos(due - System.nanoTime());
            long asked = System.nanoTime();
            // A quiet phase ends with the last placement, so the first one here is another.
            epochs.add(pin(placements.get(next++ % placements.size())).epoch());
            afterSwitch.add(new Phase(asked, asked + AFTER_SWITCH.toNanos()));
        }
        pause(Duration.ofNanos(from + SWITCHES_PER_PHASE * BETWEEN_SWITCHES.toNanos() - System.nanoTime()));
        switching.add(new Phase(from, System.nanoTime()));
        next = 0;
    }

    private static void pause(Duration length) {
        long end = System.nanoTime() + length.toNanos();
        while (end - System.nanoTime() > 0) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    private Found found(List<Sample> samples) {
        List<Sample> with = within(switching, samples);
        List<Sample> without = within(quiet, samples);
        List<Row> rows = placements.stream()
                .map(each -> row(each.placement(), with, without))
                .toList();
        double p99With = p99(with);
        double p99Without = p99(without);
        return new Found(
                workload.name(),
                epochs.size(),
                (int) epochs.stream()
                        .filter(epoch -> samples.stream().anyMatch(sample -> sample.epoch() == epoch))
                        .count(),
                with.size(),
                quantile(with, 0.5),
                p99With,
                p99(within(afterSwitch, samples)),
                without.size(),
                quantile(without, 0.5),
                p99Without,
                p99With / p99Without,
                (int) samples.stream().filter(sample -> !sample.answered()).count(),
                (int) samples.stream().filter(Sample::byEdge).count(),
                rows,
                stories(with, samples));
    }

    private static List<String> stories(List<Sample> with, List<Sample> all) {
        Stream<String> slow = with.stream()
                .sorted(Comparator.comparingDouble(Sample::millis).reversed())
                .limit(SHOWN)
                .map(sample -> "%s ms: %s".formatted(Quantiles.text(sample.millis(), 1), sample.story()));
        Stream<String> lost =
                all.stream().filter(sample -> !sample.answered()).limit(SHOWN).map(Sample::story);
        return Stream.concat(slow, lost).toList();
    }

    private static Row row(String placement, List<Sample> with, List<Sample> without) {
        List<Sample> mine = with.stream()
                .filter(sample -> sample.placement().equals(placement))
                .toList();
        List<Sample> theirs = without.stream()
                .filter(sample -> sample.placement().equals(placement))
                .toList();
        return new Row(placement, mine.size(), p99(mine), theirs.size(), p99(theirs));
    }

    private static List<Sample> within(Collection<Phase> phases, List<Sample> samples) {
        return samples.stream()
                .filter(Sample::answered)
                .filter(sample -> phases.stream().anyMatch(phase -> phase.holds(sample)))
                .toList();
    }

    private static double p99(List<Sample> samples) {
        return quantile(samples, 0.99);
    }

    /** 0 without samples. */
    private static double quantile(List<Sample> samples, double share) {
        return samples.isEmpty()
                ? 0
                : Quantiles.at(share, samples.stream().map(Sample::millis).toList());
    }
}
