package dev.baton.planning.replay;

import dev.baton.planning.EdgeObservation;
import dev.baton.planning.EdgeState;
import dev.baton.planning.LinkObservation;
import dev.baton.planning.ModelProfile;
import dev.baton.planning.Moments;
import dev.baton.planning.Predictions;
import dev.baton.planning.Predictor;
import dev.baton.planning.TailPool;
import dev.baton.planning.change.ChangeSettings;
import dev.baton.planning.change.Decision;
import dev.baton.planning.change.PlanKeeper;
import dev.baton.planning.link.LinkEstimate;
import dev.baton.planning.link.LinkEstimator;
import dev.baton.planning.link.LinkProbes;
import dev.baton.planning.link.LinkSilence;
import dev.baton.tensor.codec.Codec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;

/*
 * The parts are those of the services: the edge node's estimator, probes and silence, the windows that it sends over the same
 * link, and the planner's keeper, predictor and tails. What lies between is played: windows end every second, or at once when the
 * estimator sees a step; they reach the planner as records of the uplink do, behind whatever waits there; and a plan is in force
 * half a round trip and what publishing it takes after the decision. The planner also looks every 500 ms, without news.
 */
/** Our own planning, as edge node and orchestrator do it together. */
final class Planned implements Policy {

    private static final long WINDOW_MICROS = 1_000_000;
    private static final long LOOK_MICROS = 500_000;
    private static final long TAIL_STALE_MICROS = 5_000_000;

    /** Windows ended early come no closer than this. */
    private static final long LEAST_WINDOW_MICROS = 300_000;

    /** What the broker took longer ago the edge node does not report any more. */
    private static final long BROKER_MAX_AGE_MICROS = 30_000_000;

    /** The way back takes half a round trip here, however large the answer: traces are of the uplink. */
    private static final double UNLIMITED = 1e12;

    /** A window's record of one model. */
    private static final int WINDOW_BYTES = 900;

    /** Deciding, writing the plan to its topic, reading it on the edge node. */
    private static final long PUBLISH_MICROS = 8_000;

    private final Costs costs;
    private final ModelProfile model;
    private final Scenario scenario;
    private final PlanKeeper keeper;
    private final TailPool tails = new TailPool(TAIL_STALE_MICROS);
    private final Predictor predictor;
    private final Predictions scratch = new Predictions();
    private final List<PlanChange> changes = new ArrayList<>();
    private final List<Moments> heads = new ArrayList<>();
    private final Map<Integer, Moments> encodings = new LinkedHashMap<>();
    private final Map<Integer, Window> windows = new LinkedHashMap<>();
    private final Recent broker = new Recent(64, BROKER_MAX_AGE_MICROS);
    private final LinkEstimator link;
    private final LinkProbes probes;
    private final LinkSilence silence;
    private Route route;
    private long epoch;
    private long nowMicros;
    private long windowSinceMicros;
    private long windowNumber;
    private double tailBusyBefore;
    private boolean changedSinceWindow;
    private double bytesBeside;

    /** What requests of one plan took during a window, term by term. */
    private static final class Window {
        final Route route;
        final long epoch;
        final Series total = new Series();
        final Series preprocess = new Series();
        final Series head = new Series();
        final Series encode = new Series();
        final Series bytes = new Series();
        final Series uplink = new Series();
        final Series broker = new Series();
        final Series queue = new Series();
        final Series decode = new Series();
        final Series tail = new Series();
        final Series local = new Series();
        final Series joules = new Series();
        int completedLocally;

        Window(Route route, long epoch) {
            this.route = route;
            this.epoch = epoch;
        }
    }

    Planned(Scenario scenario, ChangeSettings settings) {
        this.scenario = scenario;
        this.costs = scenario.costs();
        this.model = costs.model();
        this.link = new LinkEstimator(() -> nowMicros * 1_000);
        this.probes = new LinkProbes(link, () -> nowMicros * 1_000);
        this.silence = new LinkSilence(() -> nowMicros * 1_000);
        this.predictor = new Predictor(new Predictor.Settings(scenario.brokerMicros(), scenario.price()));
        EdgeState state = new EdgeState(model);
        state.power(scenario.power());
        this.keeper = new PlanKeeper(state, settings);
        this.route = costs.alternative(ModelProfile.EDGE_ONLY).orElseThrow();
        shadowRuns(new SplittableRandom(scenario.seed() + 1));
    }

    /** What the edge node knows of what it does not use: a few runs of each, with their luck. */
    private void shadowRuns(SplittableRandom random) {
        for (int point = 0; point < model.points().size(); point++) {
            heads.add(Costs.shadow(costs.head(point), random));
        }
        for (int alternative = 0; alternative < model.alternatives(); alternative++) {
            Optional<Route> known = costs.alternative(alternative);
            if (known.isPresent() && known.get().encode().micros() > 0) {
                encodings.put(alternative, Costs.shadow(known.get().encode(), random));
            }
        }
    }

    @Override
    public String name() {
        return "baton";
    }

    /** Plans that came into force, the first one included. */
    List<PlanChange> changes() {
        return List.copyOf(changes);
    }

    /** Bytes of probes and windows. */
    double bytesBeside() {
        return bytesBeside;
    }

    @Override
    public Route choose(int request, Simulation simulation) {
        return route;
    }

    @Override
    public void begin(Simulation simulation) {
        changes.add(new PlanChange(0, route.name(), "no plan yet", "without a plan an edge node answers by itself"));
        clock(simulation);
        simulation.at(0, () -> probe(simulation));
        simulation.at(0, () -> tailWindow(simulation));
        simulation.at(LOOK_MICROS, () -> lookAgain(simulation));
        simulation.at(WINDOW_MICROS, () -> windowEnds(simulation, windowNumber));
    }

    private void clock(Simulation simulation) {
        nowMicros = simulation.nowMicros();
    }

    private void probe(Simulation simulation) {
        if (!simulation.isOpen()) {
            return;
        }
        clock(simulation);
        LinkProbes.Advice advice = probes.next();
        long pause = Math.max(1_000, advice.askAgainAfter().toNanos() / 1_000);
        if (advice.probeBytes().isEmpty()) {
            simulation.at(nowMicros + pause, () -> probe(simulation));
            return;
        }
        int bytes = advice.probeBytes().getAsInt();
        bytesBeside += bytes + Simulation.RECORD_OVERHEAD_BYTES;
        simulation.sendBeside(
                bytes, arrived -> simulation.at(arrived + simulation.half() + pause, () -> probe(simulation)));
    }

    @Override
    public void sent(int bytes, long atMicros) {
        nowMicros = atMicros;
        silence.sent(bytes);
    }

    @Override
    public void acknowledged(int bytes, long sentMicros, long atMicros) {
        nowMicros = atMicros;
        silence.ended(bytes, true);
        LinkEstimator.News news = link.acknowledged(bytes, sentMicros * 1_000, atMicros * 1_000);
        changedSinceWindow |= news == LinkEstimator.News.STEP;
    }

    @Override
    public boolean linkIsGone() {
        return silence.silence().isPresent();
    }

    @Override
    public void answered(Answered answered, long atMicros) {
        nowMicros = atMicros;
        Route answeredBy = answered.route();
        Window window = windows.computeIfAbsent(
                answeredBy.alternative(), alternative -> new Window(answeredBy, epochOf(answeredBy)));
        window.total.add(answered.latencyMicros());
        window.joules.add(answered.joules());
        addPositive(window.preprocess, answered.preprocessMicros());
        addPositive(window.head, answered.headMicros());
        addPositive(window.encode, answered.encodeMicros());
        if (answered.completedLocally()) {
            window.completedLocally++;
            window.local.add(answered.localMicros());
        } else if (answeredBy.sends()) {
            window.bytes.add(answered.bytes());
            window.queue.add(answered.queueMicros());
            window.decode.add(answered.decodeMicros());
            window.tail.add(answered.tailMicros());
            addPositive(window.uplink, answered.uplinkMicros());
            broker(answered).ifPresent(beyond -> {
                window.broker.add(beyond);
                broker.add(beyond, atMicros);
            });
        }
    }

    private static void addPositive(Series series, double value) {
        if (value > 0) {
            series.add(value);
        }
    }

    /** As the edge node accounts for it: what an answer took beyond the link as estimated and the tail's own times. */
    private Optional<Double> broker(Answered answered) {
        double beyond = answered.latencyMicros()
                - answered.preprocessMicros()
                - answered.headMicros()
                - answered.encodeMicros()
                - answered.queueMicros()
                - answered.decodeMicros()
                - answered.tailMicros();
        return link.estimate()
                .map(estimate -> Math.max(
                        0,
                        beyond - estimate.transfer(Math.round(answered.bytes())).toNanos() / 1e3));
    }

    /** The epoch of the plan that says so: requests of the plan before still come in after a change. */
    private long epochOf(Route answeredBy) {
        return answeredBy.alternative() == route.alternative() ? epoch : Math.max(0, epoch - 1);
    }

    private void windowEnds(Simulation simulation, long number) {
        if (!simulation.isOpen() || number != windowNumber) {
            return;
        }
        clock(simulation);
        windowNumber++;
        EdgeObservation observation = observation();
        windows.clear();
        windowSinceMicros = nowMicros;
        changedSinceWindow = false;
        bytesBeside += WINDOW_BYTES + Simulation.RECORD_OVERHEAD_BYTES;
        simulation.sendBeside(WINDOW_BYTES, arrived -> received(observation, simulation));
        nextWindow(simulation);
    }

    private void nextWindow(Simulation simulation) {
        long number = windowNumber;
        simulation.at(windowSinceMicros + WINDOW_MICROS, () -> windowEnds(simulation, number));
        simulation.at(windowSinceMicros + LEAST_WINDOW_MICROS, () -> endEarly(simulation, number));
    }

    /** A step is looked for now and then rather than told, which costs a few milliseconds of reaction. */
    private void endEarly(Simulation simulation, long number) {
        if (number != windowNumber || !simulation.isOpen()) {
            return;
        }
        if (changedSinceWindow) {
            windowEnds(simulation, number);
        } else {
            simulation.at(simulation.nowMicros() + 20_000, () -> endEarly(simulation, number));
        }
    }

    private EdgeObservation observation() {
        EdgeObservation.Builder builder = EdgeObservation.builder()
                .link(linkObservation(link.estimate()))
                .windowMicros(Math.max(1, nowMicros - windowSinceMicros))
                .activePlanEpoch(epoch);
        long requests = 0;
        for (Window window : windows.values()) {
            requests += window.total.count();
            builder.placement(placement(window));
            window.preprocess.moments().ifPresent(builder::preprocess);
        }
        builder.requests(requests);
        broker.moments(nowMicros).ifPresent(builder::broker);
        if (costs.sendsPictures()) {
            builder.pictureBytes(Moments.exactly(Math.max(1, requests), costs.pictureBytes()));
            if (windows.values().stream().allMatch(window -> window.preprocess.count() == 0)) {
                builder.preprocess(
                        Moments.exactly(Costs.SHADOW_RUNS, costs.edgePicture().micros()));
            }
        }
        for (int point = 1; point < model.points().size(); point++) {
            builder.head(point, headOf(point));
            builder.ready(point);
        }
        encodings.forEach((alternative, micros) -> {
            Route encoded = costs.alternative(alternative).orElseThrow();
            Codec codec = model.choice(alternative).codec();
            builder.encoding(
                    encoded.splitPoint(), codec, encodeOf(alternative, micros), Moments.exactly(1, encoded.bytes()));
        });
        if (changedSinceWindow) {
            builder.change("the link stepped");
        }
        return builder.build();
    }

    private Moments headOf(int point) {
        return windows.values().stream()
                .filter(window -> window.route.splitPoint() == point)
                .flatMap(window -> window.head.moments().stream())
                .findFirst()
                .orElse(heads.get(point));
    }

    private Moments encodeOf(int alternative, Moments otherwise) {
        Window window = windows.get(alternative);
        return window == null ? otherwise : window.encode.moments().orElse(otherwise);
    }

    private EdgeObservation.PlacementTimes placement(Window window) {
        return new EdgeObservation.PlacementTimes(
                window.epoch,
                model.choice(window.route.alternative()).placement(),
                model.choice(window.route.alternative()).codec(),
                window.total.moments(),
                window.preprocess.moments(),
                window.head.moments(),
                window.encode.moments(),
                window.bytes.moments(),
                window.uplink.moments(),
                window.broker.moments(),
                window.queue.moments(),
                window.decode.moments(),
                window.tail.moments(),
                Optional.empty(),
                window.local.moments(),
                window.joules.moments(),
                0,
                window.completedLocally,
                0);
    }

    static LinkObservation linkObservation(Optional<LinkEstimate> estimate) {
        return estimate.map(link -> new LinkObservation(
                                OptionalDouble.of(link.bytesPerSecond()),
                                positive(link.bytesPerSecondError()),
                                positive(micros(link.roundTrip())),
                                positive(micros(link.roundTripError())),
                                micros(link.residual()),
                                link.samples())
                        .withDownlink(UNLIMITED))
                .orElse(LinkObservation.UNKNOWN);
    }

    private static double micros(Duration duration) {
        return duration.toNanos() / 1e3;
    }

    private static OptionalDouble positive(double value) {
        return value > 0 ? OptionalDouble.of(value) : OptionalDouble.empty();
    }

    private void tailWindow(Simulation simulation) {
        if (!simulation.isOpen()) {
            return;
        }
        double busy = simulation.tailBusyMicros() - tailBusyBefore;
        tailBusyBefore = simulation.tailBusyMicros();
        tails.observe(
                costs.reported("tail-1", Math.min(1, busy / WINDOW_MICROS), 1, 0, WINDOW_MICROS),
                simulation.nowMicros());
        simulation.at(simulation.nowMicros() + WINDOW_MICROS, () -> tailWindow(simulation));
    }

    private void received(EdgeObservation observation, Simulation simulation) {
        keeper.observe(observation, simulation.nowMicros());
        look(simulation);
    }

    private void lookAgain(Simulation simulation) {
        if (simulation.isOpen()) {
            look(simulation);
            simulation.at(simulation.nowMicros() + LOOK_MICROS, () -> lookAgain(simulation));
        }
    }

    private void look(Simulation simulation) {
        long now = simulation.nowMicros();
        if (keeper.state().observedMicros() == Long.MIN_VALUE) {
            return;
        }
        Decision decision = keeper.look(tails, scenario.preferences(), predictor, scratch, now);
        if (decision instanceof Decision.Switch change) {
            Optional<Route> chosen = costs.alternative(change.choice());
            String reason = reason(change);
            simulation.at(now + PUBLISH_MICROS + simulation.half(), () -> takeOn(chosen, change, reason, simulation));
        }
    }

    private String reason(Decision.Switch change) {
        EdgeState state = keeper.state();
        String link = state.bytesPerSecond() > 0
                ? "uplink %.2f Mbit/s, round trip %.0f ms"
                        .formatted(state.bytesPerSecond() * 8 / 1e6, state.roundTripMicros() / 1e3)
                : "uplink unknown";
        String before = change.previous() < 0 || Double.isNaN(scratch.micros(change.previous()))
                ? ""
                : " instead of %.1f ms".formatted(scratch.micros(change.previous()) / 1e3);
        return "%s: %.1f ms predicted%s; %s"
                .formatted(change.trigger().text(), scratch.micros(change.choice()) / 1e3, before, link);
    }

    private void takeOn(Optional<Route> chosen, Decision.Switch change, String reason, Simulation simulation) {
        route = chosen.orElseThrow(() -> new IllegalStateException(
                "the planner chose %s, which does not occur here".formatted(model.choice(change.choice()))));
        epoch = change.epoch();
        changes.add(new PlanChange(
                simulation.nowMicros(), route.name(), change.trigger().text(), reason));
    }
}
