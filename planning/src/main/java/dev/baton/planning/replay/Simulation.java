package dev.baton.planning.replay;

import dev.baton.planning.replay.Requests.Luck;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/*
 * Discrete events in order of time. There are three places where requests wait for one another: the edge node's engine, the
 * uplink and the tail, each a queue with one server that takes them as they come. What waits where is therefore exact for the
 * trace; what is simplified is said in docs/what-if.md: one tail for this edge node alone, no loss, a downlink that costs nothing
 * but half the round trip, and heads, codecs and pictures one after the other on one engine.
 */
/** One replay of one policy. Begin with {@link #run}. */
final class Simulation {

    /** A produce request around a record: Kafka's, TCP's and IP's headers. */
    static final int RECORD_OVERHEAD_BYTES = 220;

    /** What an edge node reserves for finishing by itself: the time that this takes and a fifth, and some slack. */
    private static final double LOCAL_RESERVE = 1.2;

    private static final double LEAST_SLACK_MICROS = 10_000;
    private static final double SLACK_SHARE = 0.05;

    /** Requests begin so late, when a planner that starts with the trace knows its link. */
    static final long WARM_UP_MICROS = 10_000_000;

    private final Scenario scenario;
    private final Requests requests;
    private final Policy policy;
    private final Uplink uplink;
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::atMicros).thenComparingLong(Event::order));
    private final @Nullable Answered[] answers;
    private long order;
    private long nowMicros;
    private double engineFreeMicros;
    private double tailFreeMicros;
    private double tailBusyMicros;
    private int open;

    private record Event(long atMicros, long order, Runnable what) {}

    Simulation(Scenario scenario, Requests requests, Policy policy) {
        this.scenario = scenario;
        this.requests = requests;
        this.policy = policy;
        this.uplink = new Uplink(scenario.uplink());
        this.answers = new @Nullable Answered[requests.count()];
    }

    /** What became of every request. */
    List<Answered> run() {
        open = requests.count();
        policy.begin(this);
        if (open > 0) {
            at(requests.atMicros(0), () -> arrives(0));
        }
        while (open > 0) {
            Event event = next();
            nowMicros = event.atMicros();
            event.what().run();
        }
        return List.of(answers);
    }

    private Event next() {
        Event event = events.poll();
        if (event == null) {
            throw new IllegalStateException("%d requests were never answered".formatted(open));
        }
        return event;
    }

    /** Lets something happen later, or now. */
    void at(long atMicros, Runnable what) {
        events.add(new Event(Math.max(nowMicros, atMicros), order++, what));
    }

    long nowMicros() {
        return nowMicros;
    }

    Scenario scenario() {
        return scenario;
    }

    Requests requests() {
        return requests;
    }

    /** Whether requests are still to come or to be answered. */
    boolean isOpen() {
        return open > 0;
    }

    /** How long the tail has worked so far. */
    double tailBusyMicros() {
        return tailBusyMicros;
    }

    /** When the engine of the edge node is free. */
    double engineFreeMicros() {
        return Math.max((double) nowMicros, engineFreeMicros);
    }

    double tailFreeMicros() {
        return tailFreeMicros;
    }

    Uplink uplink() {
        return uplink;
    }

    /** Sends a record that is no request; what comes back says when it was acknowledged. */
    void sendBeside(int bytes, java.util.function.LongConsumer arrived) {
        long sent = nowMicros;
        long left = uplink.send(nowMicros, bytes + RECORD_OVERHEAD_BYTES);
        policy.sent(bytes, sent);
        at(left + half(), () -> arrived.accept(nowMicros));
        at(left + 2 * half(), () -> policy.acknowledged(bytes, sent, nowMicros));
    }

    /** The answer's way, or a plan's: half the round trip. */
    long half() {
        return Math.round(scenario.roundTripMicros() / 2);
    }

    private void arrives(int request) {
        if (request + 1 < requests.count()) {
            at(requests.atMicros(request + 1), () -> arrives(request + 1));
        }
        new Run(request, policy.choose(request, this)).begin();
    }

    /** The engine works when it is free. */
    private double onEngine(double micros) {
        engineFreeMicros = engineFreeMicros() + micros;
        return engineFreeMicros;
    }

    /** One request on its way. */
    private final class Run {
        private final int request;
        private final Route route;
        private final double preprocess;
        private final double head;
        private final double encode;
        private double uplinkMicros;
        private double sending;
        private double queue;
        private double decode;
        private double tail;
        private double broker;
        private double sentMicros;
        private double bytes;
        private boolean done;

        Run(int request, Route route) {
            this.request = request;
            this.route = route;
            this.preprocess = requests.draw(request, Luck.CODEC, route.preprocess());
            this.head = requests.draw(request, Luck.EDGE, route.head());
            this.encode = requests.draw(request, Luck.CODEC, route.encode());
        }

        void begin() {
            double work = preprocess + head + encode;
            double ready = work > 0 ? onEngine(work) : nowMicros;
            at(Math.round(ready), route.sends() ? this::send : () -> finish(0, false));
        }

        private void send() {
            if (policy.linkIsGone()) {
                locally();
                return;
            }
            int size = (int) Math.round(route.bytes());
            bytes = size;
            long sent = nowMicros;
            sentMicros = sent;
            double begins = Math.max(sent, uplink.idleAtMicros());
            long left = uplink.send(sent, size + RECORD_OVERHEAD_BYTES);
            sending = Math.max(0, left - begins);
            policy.sent(size, sent);
            broker = requests.broker(request, scenario.brokerMicros());
            at(left + half() + Math.round(broker / 2), this::onTail);
            at(left + 2 * half(), () -> {
                uplinkMicros = nowMicros - (double) sent;
                policy.acknowledged(size, sent, nowMicros);
            });
            at(sent + waitMicros(sent), this::tooLate);
        }

        /** As the edge node waits: until what is left is just enough to finish by itself, where that is enough even now. */
        private long waitMicros(long sent) {
            if (scenario.deadlineMicros().isEmpty()) {
                return scenario.cloudTimeoutMicros();
            }
            double left = requests.atMicros(request) + scenario.deadlineMicros().getAsDouble() - sent;
            double slack = Math.max(LEAST_SLACK_MICROS, left * SLACK_SHARE);
            double reserved = route.rest().micros() * LOCAL_RESERVE + slack;
            double wait = left > reserved ? left - reserved : left;
            return Math.clamp(Math.round(wait), 1, scenario.cloudTimeoutMicros());
        }

        private void onTail() {
            double begins = Math.max((double) nowMicros, tailFreeMicros);
            queue = begins - nowMicros;
            decode = requests.draw(request, Luck.DECODE, route.decode());
            tail = requests.draw(request, Luck.TAIL, route.tail());
            tailFreeMicros = begins + decode + tail;
            tailBusyMicros += decode + tail;
            at(Math.round(tailFreeMicros + broker / 2) + half(), () -> finish(0, false));
        }

        private void tooLate() {
            if (!done) {
                locally();
            }
        }

        private void locally() {
            double rest = requests.draw(request, Luck.EDGE, route.rest());
            at(Math.round(onEngine(rest)), () -> finish(rest, true));
        }

        private void finish(double local, boolean locally) {
            if (done) {
                return;
            }
            done = true;
            open--;
            double latency = nowMicros - (double) requests.atMicros(request);
            double edge = preprocess + head + encode + local;
            double waiting = sentMicros > 0 ? Math.max(0, nowMicros - sentMicros - sending - local) : 0;
            Answered answered = new Answered(
                    request,
                    route,
                    requests.atMicros(request),
                    latency,
                    edge,
                    preprocess,
                    head,
                    encode,
                    local,
                    uplinkMicros,
                    sending,
                    bytes,
                    broker,
                    queue,
                    decode,
                    tail,
                    locally,
                    scenario.power().joules(edge, Math.min(sending, nowMicros - sentMicros), waiting));
            answers[request] = answered;
            policy.answered(answered, nowMicros);
        }
    }
}
