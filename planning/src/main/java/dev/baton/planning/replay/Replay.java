package dev.baton.planning.replay;

import dev.baton.planning.Chooser;
import dev.baton.planning.Constraint;
import dev.baton.planning.EdgeObservation;
import dev.baton.planning.EdgeState;
import dev.baton.planning.LinkObservation;
import dev.baton.planning.ModelProfile;
import dev.baton.planning.Predictions;
import dev.baton.planning.Predictor;
import dev.baton.planning.TailPool;
import dev.baton.planning.change.ChangeSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/** Replays a scenario with every policy. Begin with {@link #run}. */
public final class Replay {

    private static final int TIMELINE_STEPS = 600;
    private static final int TIMELINE_POINTS = 1_500;

    private final Scenario scenario;
    private final Requests requests;
    private final Consumer<String> progress;

    private Replay(Scenario scenario, Consumer<String> progress) {
        this.scenario = scenario;
        this.requests = new Requests(scenario.traffic(), scenario.seed());
        this.progress = progress;
    }

    /**
     * The same requests under every policy: ours, both ends, the best that never changes, and the oracle.
     *
     * @param progress is told what is done now
     */
    public static ReplayResult run(Scenario scenario, ChangeSettings settings, Consumer<String> progress) {
        return new Replay(scenario, progress).run(settings);
    }

    /** A policy that was replayed. */
    private record Played(Policy policy, String placement, List<Answered> answers) {}

    private ReplayResult run(ChangeSettings settings) {
        List<Route> allowed = allowed();
        progress.accept("Replaying %d requests with our planning".formatted(requests.count()));
        Planned planned = new Planned(scenario, settings);
        List<Played> played = new ArrayList<>();
        played.add(play(planned, ""));
        Costs costs = scenario.costs();
        Route edgeOnly = costs.alternative(ModelProfile.EDGE_ONLY).orElseThrow();
        played.add(play(new Fixed("edge-only", edgeOnly)));
        played.add(play(new Fixed("cloud-only raw", costs.rawInput())));
        if (costs.sendsPictures()) {
            played.add(play(new Fixed(
                    "cloud-only picture",
                    costs.alternative(ModelProfile.CLOUD_ONLY).orElseThrow())));
        }
        progress.accept("Replaying %d placements that never change".formatted(allowed.size()));
        played.add(bestStatic(allowed));
        progress.accept("Asking the oracle");
        Played oracle = play(new Oracle(allowed), "");
        played.add(oracle);
        double best = meanScore(oracle.answers());
        return new ReplayResult(
                scenario.uplink().toString(),
                scenario.traffic().durationMicros() / 1e6,
                played.stream().map(one -> result(one, best, planned)).toList(),
                planned.changes(),
                timeline(played));
    }

    /** What no constraint but the latency target rules out: that one depends on the moment. */
    private List<Route> allowed() {
        Costs costs = scenario.costs();
        EdgeState state = new EdgeState(costs.model());
        state.power(scenario.power());
        state.observe(
                EdgeObservation.builder()
                        .link(LinkObservation.of(scenario.uplink().meanBytesPerSecond(), scenario.roundTripMicros()))
                        .build(),
                0);
        TailPool tails = new TailPool(Long.MAX_VALUE);
        tails.observe(costs.reported("tail-1", 0, 1, 0, 1_000_000), 0);
        Predictions predictions = new Predictions();
        new Predictor(new Predictor.Settings(scenario.brokerMicros(), scenario.price()))
                .predict(state, tails, 0, predictions);
        Chooser chooser = new Chooser();
        List<Route> allowed = new ArrayList<>();
        for (int alternative = 0; alternative < costs.model().alternatives(); alternative++) {
            Optional<Route> route = costs.alternative(alternative);
            int violated = chooser.violated(predictions, scenario.preferences(), alternative);
            if (route.isPresent()
                    && predictions.occurs(alternative)
                    && (violated & ~Constraint.LATENCY_TARGET.bit()) == 0) {
                allowed.add(route.get());
            }
        }
        if (allowed.isEmpty()) {
            allowed.add(costs.alternative(ModelProfile.EDGE_ONLY).orElseThrow());
        }
        return allowed;
    }

    private Played play(Policy policy, String placement) {
        return new Played(policy, placement, new Simulation(scenario, requests, policy).run());
    }

    private Played play(Fixed policy) {
        return play(policy, "always");
    }

    /** In hindsight: of all that never change, the one with the least objective. */
    private Played bestStatic(List<Route> allowed) {
        return allowed.stream()
                .map(route -> play(new Fixed("best static", route), route.name()))
                .min(Comparator.comparingDouble(one -> meanScore(one.answers())))
                .orElseThrow();
    }

    private double score(Answered answer) {
        double cost = scenario.price().of(answer.decodeMicros() + answer.tailMicros());
        return Oracle.score(scenario, answer.latencyMicros(), answer.joules(), cost);
    }

    private double meanScore(List<Answered> answers) {
        return answers.stream().mapToDouble(this::score).average().orElse(0);
    }

    private PolicyResult result(Played played, double oracleScore, Planned planned) {
        List<Answered> answers = played.answers();
        double[] millis = answers.stream()
                .mapToDouble(answer -> answer.latencyMicros() / 1e3)
                .sorted()
                .toArray();
        double mean = meanScore(answers);
        boolean ours = played.policy() == planned;
        return new PolicyResult(
                played.policy().name(),
                played.placement(),
                answers.size(),
                Arrays.stream(millis).average().orElse(0),
                quantile(millis, 0.5),
                quantile(millis, 0.95),
                quantile(millis, 0.99),
                deadlineHits(millis),
                answers.stream().mapToDouble(Answered::joules).average().orElse(0),
                answers.stream().mapToDouble(Answered::bytes).average().orElse(0),
                ours ? planned.bytesBeside() : 0,
                switches(answers),
                (int) answers.stream().filter(Answered::completedLocally).count(),
                mean,
                oracleScore > 0 ? mean / oracleScore - 1 : 0);
    }

    private static double quantile(double[] sorted, double share) {
        return sorted.length == 0 ? 0 : Series.quantile(sorted, share);
    }

    private OptionalDouble deadlineHits(double[] millis) {
        if (scenario.deadlineMicros().isEmpty()) {
            return OptionalDouble.empty();
        }
        double deadline = scenario.deadlineMicros().getAsDouble() / 1e3;
        long within = Arrays.stream(millis).filter(taken -> taken <= deadline).count();
        return OptionalDouble.of(within / (double) Math.max(1, millis.length));
    }

    private static int switches(List<Answered> answers) {
        int switches = 0;
        for (int i = 1; i < answers.size(); i++) {
            switches += answers.get(i).route().equals(answers.get(i - 1).route()) ? 0 : 1;
        }
        return switches;
    }

    private ReplayResult.Timeline timeline(List<Played> played) {
        long length = Simulation.WARM_UP_MICROS + scenario.traffic().durationMicros();
        long step = Math.max(100_000, length / TIMELINE_STEPS);
        List<Double> uplink = new ArrayList<>();
        for (long at = 0; at + step <= length; at += step) {
            uplink.add(scenario.uplink().bytesPerSecond(at, at + step) * 8 / 1e6);
        }
        return new ReplayResult.Timeline(
                step / 1e6, uplink, played.stream().map(Replay::latencies).toList());
    }

    private static ReplayResult.Latencies latencies(Played played) {
        List<Answered> answers = played.answers();
        int together = Math.max(1, (answers.size() + TIMELINE_POINTS - 1) / TIMELINE_POINTS);
        List<Double> seconds = new ArrayList<>();
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < answers.size(); i += together) {
            seconds.add(answers.get(i).atMicros() / 1e6);
            millis.add(answers.subList(i, Math.min(answers.size(), i + together)).stream()
                    .mapToDouble(answer -> answer.latencyMicros() / 1e3)
                    .max()
                    .orElse(0));
        }
        return new ReplayResult.Latencies(played.policy().name(), seconds, millis);
    }
}
