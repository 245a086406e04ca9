package dev.baton.benchmarks;

import dev.baton.benchmarks.SteadyLoad.Sample;
import dev.baton.clients.PlanView;
import dev.baton.console.Console;
import dev.baton.console.Table;
import dev.baton.console.Table.Column;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** How soon a plan follows a link that suddenly became slow, and how calm it stays on one that changes all the time. */
final class ReactionBenchmark {

    private static final double FAST = 100;
    private static final double SLOW = 5;
    private static final double ROUND_TRIP_MILLIS = 10;

    /** At which most models that take pictures run better in the cloud over the fast link, and better here over the slow one. */
    private static final double CHANGING_SLOWDOWN = 6;

    static final double LIMIT_SECONDS = 2;
    static final int LIMIT_PER_MINUTE = 6;

    private static final Duration BETWEEN_REQUESTS = Duration.ofMillis(200);
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final Duration CALM = Duration.ofSeconds(3);
    private static final Duration LEAST_SETTLING = Duration.ofSeconds(4);
    private static final Duration MOST_SETTLING = Duration.ofSeconds(15);
    private static final Duration WATCH = Duration.ofSeconds(10);
    private static final Duration WATCH_AFTER_CHANGE = Duration.ofSeconds(3);

    private static final int WANTED_STEPS = 12;
    private static final Duration HALF_PERIOD = Duration.ofMillis(500);

    /**
     * A step of the link.
     *
     * @param before      the plan before
     * @param first       the first new plan; empty when none came
     * @param last        the plan when watching ended
     * @param answered    seconds from the first request sent after the step to the first answer under a new plan
     * @param sent        seconds from that request to the first request that ran under a new plan
     * @param changes     of the plan while watching
     * @param lost        requests without an answer
     * @param said        what the planner said of the plan while watching, with the seconds since the step
     */
    record Step(
            String model,
            double slowdown,
            String before,
            Optional<String> first,
            String last,
            Optional<Double> answered,
            Optional<Double> sent,
            long changes,
            int lost,
            List<String> said) {

        boolean isSlow() {
            return answered.filter(seconds -> seconds <= LIMIT_SECONDS).isEmpty();
        }
    }

    /**
     * A link that changes all the time.
     *
     * @param mostPerMinute changes of the plan in the worst minute
     */
    record Flapping(
            String model, double slowdown, double seconds, long changes, long mostPerMinute, int requests, int lost) {}

    /**
     * All of it.
     *
     * @param steps    those after which the plan changed
     * @param needless steps after which the same plan stayed the best
     */
    record Found(List<Step> steps, List<Step> needless, List<Flapping> flapping) implements BenchmarkResult {

        @Override
        public boolean held() {
            return !steps.isEmpty()
                    && steps.stream().allMatch(step -> step.lost() == 0 && !step.isSlow())
                    && flapping.stream().allMatch(flap -> flap.lost() == 0 && flap.mostPerMinute() <= LIMIT_PER_MINUTE);
        }

        @Override
        public List<String> lines() {
            Table table = new Table(
                    Column.left("model", 20),
                    Column.right("x", 3),
                    Column.left("at 100 Mbit/s", 20),
                    Column.left("first after", 20),
                    Column.left("at 5 Mbit/s", 20),
                    Column.right("sent s", 7),
                    Column.right("answered s", 10),
                    Column.right("changes", 7),
                    Column.right("lost", 4));
            List<String> lines = new ArrayList<>();
            lines.add(
                    "Link %s -> %s Mbit/s, round trip %s ms, %d requests/s. Seconds from the first request after the step:"
                            .formatted(
                                    RegretCell.plain(FAST),
                                    RegretCell.plain(SLOW),
                                    RegretCell.plain(ROUND_TRIP_MILLIS),
                                    1000 / BETWEEN_REQUESTS.toMillis()));
            lines.add(table.header());
            steps.forEach(step -> lines.add(row(table, step)));
            List<Double> answered = steps.stream()
                    .flatMap(step -> step.answered().stream())
                    .sorted()
                    .toList();
            lines.add(
                    answered.isEmpty()
                            ? "no step changed a plan"
                            : "%d steps: median %s s, longest %s s (limit %s s)"
                                    .formatted(
                                            answered.size(),
                                            Quantiles.text(
                                                    PredictionErrors.median(answered)
                                                            .orElseThrow(),
                                                    2),
                                            Quantiles.text(answered.getLast(), 2),
                                            RegretCell.plain(LIMIT_SECONDS)));
            steps.stream().filter(Step::isSlow).forEach(step -> {
                lines.add("what was said after the step under %s %sx:"
                        .formatted(step.model(), RegretCell.plain(step.slowdown())));
                step.said().forEach(line -> lines.add("  " + line));
            });
            needless.forEach(step -> lines.add("no change needed: %s %sx, %s"
                    .formatted(step.model(), RegretCell.plain(step.slowdown()), step.last())));
            flapping.forEach(flap -> lines.add(
                    "flapping every %d ms: %s %sx, %d changes in %s s, at most %d a minute (limit %d), %d of %d requests lost"
                            .formatted(
                                    HALF_PERIOD.toMillis(),
                                    flap.model(),
                                    RegretCell.plain(flap.slowdown()),
                                    flap.changes(),
                                    Quantiles.text(flap.seconds(), 0),
                                    flap.mostPerMinute(),
                                    LIMIT_PER_MINUTE,
                                    flap.lost(),
                                    flap.requests())));
            lines.add(held() ? "held" : "NOT HELD");
            return lines;
        }

        private static String row(Table table, Step step) {
            return table.row(
                    step.model(),
                    RegretCell.plain(step.slowdown()),
                    step.before(),
                    step.first().orElse("-"),
                    step.last(),
                    step.sent().map(seconds -> Quantiles.text(seconds, 2)).orElse("never"),
                    step.answered().map(seconds -> Quantiles.text(seconds, 2)).orElse("never"),
                    step.changes(),
                    step.lost());
        }
    }

    /** A model on one of the edge nodes. */
    private record Subject(PlannerFleet.EdgeNode edge, Workload workload) {}

    private ReactionBenchmark() {}

    static Found run(Path home, Path models, boolean quick, Console console) throws IOException {
        List<String> names = quick ? List.of("gauge", "squeezenet", "mobilenet_v2") : RegretCell.MODELS;
        List<Workload> workloads = Workload.all(home, models).stream()
                .filter(workload -> names.contains(workload.name()))
                .toList();
        List<Double> slowdowns = quick ? List.of(CHANGING_SLOWDOWN) : List.of(CHANGING_SLOWDOWN, 16.0);
        try (PlannerFleet fleet = PlannerFleet.start(home, slowdowns, workloads, console)) {
            List<Step> steps = new ArrayList<>();
            List<Step> needless = new ArrayList<>();
            List<Subject> changing = new ArrayList<>();
            for (PlannerFleet.EdgeNode edge : fleet.edges()) {
                for (Workload workload : workloads) {
                    Subject subject = new Subject(edge, workload);
                    Step step = step(subject, console);
                    if (step.before().equals(step.last()) && step.first().isEmpty()) {
                        needless.add(step);
                    } else {
                        steps.add(step);
                        changing.add(subject);
                    }
                }
            }
            for (int i = 0; !quick && !changing.isEmpty() && steps.size() < WANTED_STEPS; i++) {
                steps.add(step(changing.get(i % changing.size()), console));
            }
            List<Flapping> flapping = new ArrayList<>();
            Duration length = Duration.ofSeconds(quick ? 65 : 125);
            for (Subject subject : changing.subList(0, Math.min(changing.size(), quick ? 1 : 2))) {
                flapping.add(flap(subject, length, console));
            }
            console.clearProgress();
            return new Found(steps, needless, flapping);
        }
    }

    private static Step step(Subject subject, Console console) {
        PlannerFleet.EdgeNode edge = subject.edge;
        Workload workload = subject.workload;
        console.progress(
                "A step of the link under %s, %sx".formatted(workload.name(), RegretCell.plain(edge.slowdown())));
        edge.link(FAST, ROUND_TRIP_MILLIS);
        SteadyLoad load = SteadyLoad.start(edge, workload, BETWEEN_REQUESTS);
        PlanView before;
        PlanView last;
        long stepped;
        List<String> said;
        try (load) {
            settle(edge, workload);
            before = edge.standing(workload).plan();
            edge.link(SLOW, ROUND_TRIP_MILLIS);
            stepped = System.nanoTime();
            said = watch(edge, workload, before.epoch(), stepped);
            last = edge.standing(workload).plan();
        }
        return outcome(subject, before, last, stepped, load.samples(), said);
    }

    private static void settle(PlannerFleet.EdgeNode edge, Workload workload) {
        long start = System.nanoTime();
        long lastChange = start;
        long epoch = edge.standing(workload).plan().epoch();
        while (true) {
            LockSupport.parkNanos(LOOK.toNanos());
            long now = System.nanoTime();
            long latest = edge.standing(workload).plan().epoch();
            if (latest != epoch) {
                epoch = latest;
                lastChange = now;
            }
            boolean calm = now - lastChange > CALM.toNanos() && now - start > LEAST_SETTLING.toNanos();
            if (calm || now - start > MOST_SETTLING.toNanos()) {
                return;
            }
        }
    }

    /** Returns some time after the plan has changed, or when it did not for long, with what was said of it meanwhile. */
    private static List<String> watch(PlannerFleet.EdgeNode edge, Workload workload, long epoch, long start) {
        List<String> said = new ArrayList<>();
        String last = "";
        long changed = Long.MAX_VALUE;
        while (true) {
            LockSupport.parkNanos(LOOK.toNanos());
            long now = System.nanoTime();
            PlanView.Standing standing = edge.standing(workload);
            String verdict = "%s: %s".formatted(standing.plan().placement(), standing.verdict());
            if (!verdict.equals(last)) {
                said.add("%s s %s".formatted(Quantiles.text(seconds(now - start), 2), verdict));
                last = verdict;
            }
            if (changed == Long.MAX_VALUE && standing.plan().epoch() > epoch) {
                changed = now;
            }
            boolean seenEnough = changed != Long.MAX_VALUE && now - changed > WATCH_AFTER_CHANGE.toNanos();
            if (seenEnough || now - start > WATCH.toNanos()) {
                return said;
            }
        }
    }

    private static Step outcome(
            Subject subject, PlanView before, PlanView last, long stepped, List<Sample> samples, List<String> said) {
        Optional<Long> firstAffected = samples.stream()
                .filter(sample -> sample.dueNanos() >= stepped)
                .map(Sample::dueNanos)
                .findFirst();
        List<Sample> renewed = samples.stream()
                .filter(sample -> sample.answered() && sample.epoch() > before.epoch())
                .toList();
        Optional<Sample> firstAnswer = renewed.stream().min(Comparator.comparingLong(Sample::doneNanos));
        Optional<Sample> firstSent = renewed.stream().findFirst();
        return new Step(
                subject.workload.name(),
                subject.edge.slowdown(),
                name(before.placement(), before.codec()),
                firstSent.map(Sample::placement),
                name(last.placement(), last.codec()),
                firstAnswer.flatMap(answer -> firstAffected.map(from -> seconds(answer.doneNanos() - from))),
                firstSent.flatMap(sample -> firstAffected.map(from -> seconds(sample.dueNanos() - from))),
                last.epoch() - before.epoch(),
                (int) samples.stream().filter(sample -> !sample.answered()).count(),
                said);
    }

    private static Flapping flap(Subject subject, Duration length, Console console) {
        PlannerFleet.EdgeNode edge = subject.edge;
        Workload workload = subject.workload;
        console.progress("A flapping link under %s, %sx".formatted(workload.name(), RegretCell.plain(edge.slowdown())));
        edge.link(FAST, ROUND_TRIP_MILLIS);
        List<long[]> epochs = new ArrayList<>();
        long start;
        SteadyLoad load = SteadyLoad.start(edge, workload, BETWEEN_REQUESTS);
        try (load) {
            settle(edge, workload);
            start = System.nanoTime();
            for (long now = start; now - start < length.toNanos(); now = System.nanoTime()) {
                boolean slow = (now - start) / HALF_PERIOD.toNanos() % 2 == 0;
                edge.link(slow ? SLOW : FAST, ROUND_TRIP_MILLIS);
                epochs.add(new long[] {now, edge.standing(workload).plan().epoch()});
                LockSupport.parkNanos(LOOK.toNanos());
            }
        }
        List<Sample> samples = load.samples();
        return new Flapping(
                workload.name(),
                edge.slowdown(),
                seconds(epochs.getLast()[0] - start),
                epochs.getLast()[1] - epochs.getFirst()[1],
                mostWithin(Duration.ofMinutes(1), epochs),
                samples.size(),
                (int) samples.stream().filter(sample -> !sample.answered()).count());
    }

    /**
     * The most that a number rose within any stretch of time.
     *
     * @param rising pairs of a time in nanoseconds and the number then, in the order of time
     */
    static long mostWithin(Duration length, List<long[]> rising) {
        long most = 0;
        int first = 0;
        for (long[] latest : rising) {
            while (latest[0] - rising.get(first)[0] > length.toNanos()) {
                first++;
            }
            most = Math.max(most, latest[1] - rising.get(first)[1]);
        }
        return most;
    }

    private static String name(String placement, String codec) {
        return placement.startsWith("split:") ? placement + " " + codec : placement;
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }
}
