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
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** How soon a plan follows a link that suddenly became slow, and how calm it stays on one that changes all the time. */
final class ReactionBenchmark {

    private static final double FAST = 100;
    private static final double SLOW = 5;
    private static final double ROUND_TRIP_MILLIS = 10;

    /** Close enough to one another that most models that take pictures run better here over the slow link alone at one of them. */
    private static final List<Double> SLOWDOWNS = List.of(5.0, 8.0, 12.0, 18.0);

    private static final List<Double> QUICK_SLOWDOWNS = List.of(6.0, 12.0);

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

    /** What a placement must be better by to be called better, as in the regret benchmark. */
    private static final double EQUAL_SHARE = 0.05;

    private static final double EQUAL_MILLIS = 2;

    /** What the slow link must make the plan worse by, as far as can be told before, for a step to be taken. */
    private static final double CLEAR_SHARE = 0.15;

    private static final double CLEAR_MILLIS = 5;

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
     * @param gain        by how many milliseconds the best is predicted to be better than the plan before, when watching ended
     * @param needed      whether that is more than what counts as equal
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
            double gain,
            boolean needed,
            List<String> said) {

        boolean isSlow() {
            return needed
                    && answered.filter(seconds -> seconds <= LIMIT_SECONDS).isEmpty();
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
     * @param steps    those after which another plan was better
     * @param needless those after which the plan before was as good as any
     * @param untaken  where no other plan would be clearly better over the slow link
     */
    record Found(List<Step> steps, List<Step> needless, List<String> untaken, List<Flapping> flapping)
            implements BenchmarkResult {

        @Override
        public boolean held() {
            return !steps.isEmpty()
                    && steps.stream().noneMatch(Step::isSlow)
                    && Stream.concat(steps.stream(), needless.stream()).allMatch(step -> step.lost() == 0)
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
                    Column.right("gain ms", 7),
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
                            ? "no step called for another plan"
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
            needless.forEach(step -> lines.add("no change needed: %s %sx, %s; the best is better by %s ms%s"
                    .formatted(
                            step.model(),
                            RegretCell.plain(step.slowdown()),
                            step.before(),
                            Quantiles.text(step.gain(), 1),
                            step.changes() == 0 ? "" : "; changed to " + step.last())));
            if (!untaken.isEmpty()) {
                lines.add("no step taken, as none would call for another plan: " + String.join(", ", untaken));
            }
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
                    Quantiles.text(step.gain(), 1),
                    step.changes(),
                    step.lost());
        }
    }

    /** A model on one of the edge nodes. */
    private record Subject(PlannerFleet.EdgeNode edge, Workload workload) {

        @Override
        public String toString() {
            return "%s %sx".formatted(workload.name(), RegretCell.plain(edge.slowdown()));
        }
    }

    private ReactionBenchmark() {}

    static Found run(Path home, Path models, boolean quick, Console console) throws IOException {
        List<String> names = quick ? List.of("gauge", "squeezenet", "mobilenet_v2") : RegretCell.MODELS;
        List<Workload> workloads = Workload.all(home, models).stream()
                .filter(workload -> names.contains(workload.name()))
                .toList();
        try (PlannerFleet fleet = PlannerFleet.start(home, quick ? QUICK_SLOWDOWNS : SLOWDOWNS, workloads, console)) {
            List<Step> steps = new ArrayList<>();
            List<Step> needless = new ArrayList<>();
            List<String> untaken = new ArrayList<>();
            List<Subject> changing = new ArrayList<>();
            for (Subject subject : subjects(fleet, workloads)) {
                Optional<Step> step = step(subject, console);
                step.ifPresentOrElse(
                        taken -> {
                            (taken.needed() ? steps : needless).add(taken);
                            changing.add(subject);
                        },
                        () -> untaken.add(subject.toString()));
            }
            int more = quick ? 0 : WANTED_STEPS - steps.size();
            for (int i = 0; !changing.isEmpty() && i < more; i++) {
                step(changing.get(i % changing.size()), console)
                        .ifPresent(taken -> (taken.needed() ? steps : needless).add(taken));
            }
            List<Flapping> flapping = new ArrayList<>();
            Duration length = Duration.ofSeconds(quick ? 65 : 125);
            for (Subject subject : changing.subList(0, Math.min(changing.size(), quick ? 1 : 2))) {
                flapping.add(flap(subject, length, console));
            }
            console.clearProgress();
            return new Found(steps, needless, untaken, flapping);
        }
    }

    /** So that steps of one edge node's link are far apart: few changes a minute are allowed, and all its models see them. */
    private static List<Subject> subjects(PlannerFleet fleet, List<Workload> workloads) {
        return workloads.stream()
                .flatMap(workload -> fleet.edges().stream().map(edge -> new Subject(edge, workload)))
                .toList();
    }

    /** Empty when no other plan would be clearly better over the slow link: then no step is taken. */
    private static Optional<Step> step(Subject subject, Console console) {
        PlannerFleet.EdgeNode edge = subject.edge;
        Workload workload = subject.workload;
        console.progress("A step of the link under " + subject);
        edge.link(FAST, ROUND_TRIP_MILLIS);
        SteadyLoad load = SteadyLoad.start(edge, workload, BETWEEN_REQUESTS);
        PlanView before;
        PlanView.Standing last;
        long stepped;
        List<String> said;
        try (load) {
            settle(edge, workload);
            PlanView.Standing standing = edge.standing(workload);
            if (!callsForAnother(standing)) {
                return Optional.empty();
            }
            before = standing.plan();
            edge.link(SLOW, ROUND_TRIP_MILLIS);
            stepped = System.nanoTime();
            said = watch(edge, workload, before.epoch(), stepped);
            last = edge.standing(workload);
        }
        return Optional.of(outcome(subject, before, last, stepped, load.samples(), said));
    }

    /** Whether another placement would clearly be better over the slow link: what is sent takes longer, nothing else changes. */
    private static boolean callsForAnother(PlanView.Standing overFast) {
        double best = predicted(overFast, PlanView.Alternative::comparable, ReactionBenchmark::overSlow);
        double kept = predicted(overFast, chosenIn(overFast.plan()), ReactionBenchmark::overSlow);
        return kept - best > Math.max(CLEAR_SHARE * best, CLEAR_MILLIS);
    }

    private static double overSlow(PlanView.Alternative overFast) {
        double bits = 8 * overFast.bytes().orElse(0.0);
        return millis(overFast) + bits / 1e3 * (1 / SLOW - 1 / FAST);
    }

    private static double millis(PlanView.Alternative alternative) {
        return alternative.predictedMillis().orElse(Double.NaN);
    }

    private static Predicate<PlanView.Alternative> chosenIn(PlanView plan) {
        return alternative -> alternative.choice().equals(plan.choice());
    }

    /** Milliseconds of the best placement of a kind. */
    private static double predicted(
            PlanView.Standing standing,
            Predicate<PlanView.Alternative> kind,
            ToDoubleFunction<PlanView.Alternative> millis) {
        return standing.ranking().stream()
                .filter(kind)
                .mapToDouble(millis)
                .filter(Double::isFinite)
                .min()
                .orElseThrow(() -> new IllegalStateException(
                        "no prediction for %s: %s".formatted(standing.plan().choice(), standing.verdict())));
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
            Subject subject,
            PlanView before,
            PlanView.Standing after,
            long stepped,
            List<Sample> samples,
            List<String> said) {
        PlanView last = after.plan();
        double best = predicted(after, PlanView.Alternative::comparable, ReactionBenchmark::millis);
        double gain = predicted(after, chosenIn(before), ReactionBenchmark::millis) - best;
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
                gain,
                gain > Math.max(EQUAL_SHARE * best, EQUAL_MILLIS),
                said);
    }

    private static Flapping flap(Subject subject, Duration length, Console console) {
        PlannerFleet.EdgeNode edge = subject.edge;
        Workload workload = subject.workload;
        console.progress("A flapping link under " + subject);
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
