package dev.baton.benchmarks;

import dev.baton.benchmarks.CellResult.Measured;
import dev.baton.benchmarks.CellResult.Role;
import dev.baton.clients.Answer;
import dev.baton.clients.ModelView;
import dev.baton.clients.PlanView;
import dev.baton.clients.PlanView.Alternative;
import dev.baton.clients.Provenance;
import dev.baton.clients.ServiceRefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** One cell: the planner settles on a plan, then this one and others are measured, pinned, in turns. */
final class CellRun {

    /*
     * Alternatives take turns in rounds, in another order each time, so that whatever else the machine does meets all of
     * them. It is a race: who is clearly behind gives its time to those in front, whose medians decide. An alternative
     * leaves when its fastest answer took twice the best median, after two rounds when its median is well above the best,
     * and after four when it is not among the first few. The first answer after each pin does not count: it waited for the
     * plan to arrive and found caches cold.
     */

    private static final int NEXT_BEST = 6;
    private static final int RANDOM_OTHERS = 4;

    private static final Duration CALM = Duration.ofSeconds(3);
    private static final Duration LEAST_SETTLING = Duration.ofSeconds(4);
    private static final Duration MOST_SETTLING = Duration.ofSeconds(12);
    private static final Duration BETWEEN_REQUESTS = Duration.ofMillis(100);
    private static final Duration PIN_LIMIT = Duration.ofSeconds(15);

    /** A random other is not drawn when the link alone takes so many times what was predicted for the chosen one, */
    private static final double HOPELESS_SHARE = 3;
    /** and more than this. */
    private static final double HOPELESS_MILLIS = 250;

    private static final int MOST_PER_TURN = 12;
    private static final int ENOUGH = 90;
    private static final int TURNS = 45;
    private static final int ROUNDS_OF_ALL = 2;
    private static final int ROUNDS_OF_MANY = 4;
    private static final int FINALISTS = 4;

    private final PlannerFleet.EdgeNode edge;
    private final RegretCell cell;
    private final Workload workload;
    private final ModelView model;
    private final Random random;
    private final long began = System.nanoTime();
    private final long end;
    private int sent;

    /** @param budget for the whole cell; the least of measuring is done even where it takes longer */
    CellRun(PlannerFleet fleet, RegretCell cell, Workload workload, Duration budget, long seed) {
        this.edge = fleet.withSlowdown(cell.slowdown());
        this.model = fleet.model(workload);
        this.cell = cell;
        this.workload = workload;
        this.random = new Random(seed);
        this.end = began + budget.toNanos();
    }

    CellResult run() {
        edge.unpin(workload);
        edge.link(cell.uplinkMegabits(), cell.rttMillis());
        Settled settled = settle();
        PlanView.Standing standing = edge.standing(workload);
        List<Contender> contenders = contenders(standing);
        try {
            race(contenders);
        } finally {
            edge.unpin(workload);
        }
        return new CellResult(
                cell,
                settled.calm,
                settled.seconds,
                settled.switches,
                standing.plan().reason(),
                seconds(System.nanoTime() - began),
                contenders.stream()
                        .filter(contender -> !contender.took.isEmpty())
                        .map(contender -> contender.measured(cell.uplinkMegabits()))
                        .toList());
    }

    /** How the planner came to rest. */
    private record Settled(boolean calm, double seconds, int switches) {}

    /** Sends as a camera would, until the plan has stayed the same for some windows. */
    private Settled settle() {
        long start = System.nanoTime();
        long lastChange = start;
        long epoch = edge.standing(workload).plan().epoch();
        int switches = 0;
        while (true) {
            long now = System.nanoTime();
            boolean calm = now - lastChange > CALM.toNanos() && now - start > LEAST_SETTLING.toNanos();
            if (calm || now - start > MOST_SETTLING.toNanos()) {
                return new Settled(calm, seconds(now - start), switches);
            }
            send();
            long latest = edge.standing(workload).plan().epoch();
            if (latest != epoch) {
                epoch = latest;
                lastChange = System.nanoTime();
                switches++;
            }
            LockSupport.parkNanos(now + BETWEEN_REQUESTS.toNanos() - System.nanoTime());
        }
    }

    /** Empty when the request was refused. */
    private Optional<Answer> send() {
        try {
            return Optional.of(edge.send(workload, sent++));
        } catch (ServiceRefusedException refused) {
            return Optional.empty();
        }
    }

    private List<Contender> contenders(PlanView.Standing standing) {
        List<Alternative> feasible = standing.ranking().stream()
                .filter(alternative -> alternative.infeasible().isEmpty())
                .toList();
        Map<String, Contender> contenders = new LinkedHashMap<>();
        add(contenders, Role.CHOSEN, find(standing, standing.plan()));
        for (String end : List.of("edge-only", "cloud-only")) {
            feasible.stream()
                    .filter(alternative -> alternative.placement().equals(end))
                    .findFirst()
                    .ifPresent(alternative -> add(contenders, Role.END, alternative));
        }
        int wanted = contenders.size() + NEXT_BEST;
        for (Alternative alternative : feasible) {
            if (contenders.size() < wanted && alternative.predictedMillis().isPresent()) {
                add(contenders, Role.NEXT, alternative);
            }
        }
        double hopeless = Math.max(
                HOPELESS_MILLIS,
                HOPELESS_SHARE
                        * contenders.values().stream()
                                .flatMap(known -> known.alternative.predictedMillis().stream())
                                .min(Comparator.naturalOrder())
                                .orElse(0.0));
        List<Alternative> rest = new ArrayList<>(feasible.stream()
                .filter(alternative -> linkMillis(alternative) <= hopeless)
                .toList());
        Collections.shuffle(rest, random);
        wanted = contenders.size() + RANDOM_OTHERS;
        for (Alternative alternative : rest) {
            if (contenders.size() < wanted) {
                add(contenders, Role.RANDOM, alternative);
            }
        }
        return List.copyOf(contenders.values());
    }

    /** What the link takes at least for what crosses, by the sizes measured when the model was imported. */
    private double linkMillis(Alternative alternative) {
        if (!alternative.placement().startsWith("split:")) {
            return 0;
        }
        int index = Integer.parseInt(alternative.placement().substring("split:".length()));
        double bytes = model.splitPoint(index)
                .flatMap(point -> point.codec(alternative.codec()))
                .map(codec -> (double) codec.bytes())
                .orElse(0.0);
        return bytes * Byte.SIZE / (cell.uplinkMegabits() * 1e3) + cell.rttMillis();
    }

    private static Alternative find(PlanView.Standing standing, PlanView plan) {
        return PlanView.find(standing.ranking(), plan.placement(), plan.codec())
                .orElseGet(() -> Alternative.unpredicted(plan.placement(), plan.codec()));
    }

    private static void add(Map<String, Contender> contenders, Role role, Alternative alternative) {
        contenders.putIfAbsent(alternative.placement() + " " + alternative.codec(), new Contender(role, alternative));
    }

    private void race(List<Contender> contenders) {
        double turnMillis = (end - System.nanoTime()) / 1e6 / TURNS;
        List<Contender> running = new ArrayList<>(contenders);
        for (int round = 1; !running.isEmpty(); round++) {
            if (round > 1) {
                Collections.shuffle(running, random);
            }
            for (Contender contender : List.copyOf(running)) {
                // The first round is measured whatever time it takes; later ones as far as time goes.
                if (round > 1 && System.nanoTime() > end) {
                    return;
                }
                if (!turn(contender, turnMillis, best(contenders))) {
                    running.remove(contender);
                }
            }
            sortOut(running, round, best(contenders));
            boolean enough = running.stream().allMatch(contender -> contender.took.size() >= ENOUGH);
            if (enough && round >= ROUNDS_OF_MANY) {
                return;
            }
        }
    }

    /** One turn of an alternative; false when it need not have another. */
    private boolean turn(Contender contender, double turnMillis, OptionalDouble best) {
        Alternative alternative = contender.alternative;
        PlanView pin = edge.pin(
                workload,
                alternative.placement(),
                alternative.placement().equals("edge-only") ? Optional.empty() : Optional.of(alternative.codec()));
        Optional<Answer> first = firstUnder(pin);
        if (first.isEmpty()) {
            contender.failed++;
            return contender.role == Role.CHOSEN;
        }
        double expected = contender.took.isEmpty() ? millis(first.get()) : contender.median();
        double tooLong = contender.role == Role.CHOSEN || best.isEmpty()
                ? Double.POSITIVE_INFINITY
                : 3 * best.getAsDouble() + 200;
        for (int left = requests(turnMillis, expected); left > 0; left--) {
            Optional<Answer> answer = send();
            if (answer.isEmpty()) {
                contender.failed++;
            } else if (answer.get().provenance().planEpoch() == pin.epoch()) {
                contender.add(answer.get());
                if (millis(first.get()) > tooLong && millis(answer.get()) > tooLong) {
                    return false;
                }
            }
        }
        return true;
    }

    /** As many as the turn's time allows, and each input as often as the others where there is time for several. */
    private static int requests(double turnMillis, double expectedMillis) {
        int fitting = (int) Math.clamp(turnMillis / expectedMillis, 1, MOST_PER_TURN);
        return fitting < Workload.INPUTS ? fitting : fitting - fitting % Workload.INPUTS;
    }

    /** Sends until an answer names the pin's epoch. */
    private Optional<Answer> firstUnder(PlanView pin) {
        long limit = System.nanoTime() + PIN_LIMIT.toNanos();
        while (System.nanoTime() < limit) {
            Optional<Answer> answer = send();
            if (answer.isPresent() && answer.get().provenance().planEpoch() >= pin.epoch()) {
                return answer;
            }
        }
        return Optional.empty();
    }

    private static void sortOut(List<Contender> running, int round, OptionalDouble best) {
        if (best.isEmpty()) {
            return;
        }
        double front = best.getAsDouble();
        running.removeIf(contender -> contender.role != Role.CHOSEN
                && !contender.took.isEmpty()
                && (contender.fastest() > 2 * front + 5
                        || (round >= ROUNDS_OF_ALL && contender.median() > 1.3 * front + 5)));
        if (round >= ROUNDS_OF_MANY && running.size() > FINALISTS) {
            List<Contender> finalists = running.stream()
                    .sorted(Comparator.comparing((Contender contender) -> contender.role != Role.CHOSEN)
                            .thenComparingDouble(Contender::median))
                    .limit(FINALISTS)
                    .toList();
            running.retainAll(finalists);
        }
    }

    private static OptionalDouble best(List<Contender> contenders) {
        return contenders.stream()
                .filter(contender -> !contender.took.isEmpty())
                .mapToDouble(Contender::median)
                .min();
    }

    /** An alternative with what was measured of it. */
    private static final class Contender {

        final Role role;
        final Alternative alternative;
        final List<Double> took = new ArrayList<>();
        final List<Double> onEdge = new ArrayList<>();
        final List<Double> bytes = new ArrayList<>();
        final Map<String, List<Double>> stages = new HashMap<>();
        int failed;
        int completedByEdge;

        Contender(Role role, Alternative alternative) {
            this.role = role;
            this.alternative = alternative;
        }

        void add(Answer answer) {
            Provenance by = answer.provenance();
            took.add(millis(answer));
            onEdge.add(by.totalMillis());
            bytes.add((double) by.bytesSent());
            by.stageMillis().forEach((stage, millis) -> stages.computeIfAbsent(term(stage), _ -> new ArrayList<>())
                    .add(millis));
            if (!alternative.placement().equals("edge-only") && by.completedBy().equals("edge")) {
                completedByEdge++;
            }
        }

        double median() {
            return Quantiles.of(took).p50();
        }

        double fastest() {
            return Collections.min(took);
        }

        Measured measured(double megabits) {
            Map<String, Double> terms = new HashMap<>();
            stages.forEach(
                    (term, values) -> terms.put(term, Quantiles.of(values).p50()));
            double sentBytes = Quantiles.of(bytes).p50();
            double total = Quantiles.of(onEdge).p50();
            terms.put(PredictionErrors.TOTAL, total);
            if (sentBytes > 0) {
                terms.put(PredictionErrors.UPLINK, sentBytes * Byte.SIZE / (megabits * 1e3));
            }
            Map<String, Double> predicted = new HashMap<>();
            alternative.terms().forEach(term -> term.millis().ifPresent(millis -> predicted.put(term.name(), millis)));
            return new Measured(
                    alternative.placement(),
                    alternative.codec(),
                    role,
                    took.size(),
                    failed,
                    completedByEdge,
                    median(),
                    Quantiles.of(took).p95(),
                    total,
                    sentBytes,
                    alternative.predictedMillis(),
                    PredictionErrors.predicted(predicted, alternative.predictedMillis()),
                    terms);
        }

        /** The planner's name for a stage of the provenance. */
        private static String term(String stage) {
            return switch (stage) {
                case "tail_queue" -> "tail queue";
                case "tail_decode" -> "decode";
                default -> stage;
            };
        }
    }

    private static double millis(Answer answer) {
        return answer.took().toNanos() / 1e6;
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }
}
