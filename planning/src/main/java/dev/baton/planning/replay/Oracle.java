package dev.baton.planning.replay;

import dev.baton.planning.Objective;
import dev.baton.planning.replay.Requests.Luck;
import java.util.List;

/*
 * What it knows: the whole trace, what this request will take of everything, and how busy engine, uplink and tail are now. What it
 * does not know: requests to come. It takes for each request what is best for that request alone, and so may leave the link
 * busy for the next. A planner that knew all requests as well could be a little better; with requests further apart than
 * one takes, which is the usual case, it could not.
 */
/** Knows the trace and the luck of the request at hand, and takes what answers it best. */
final class Oracle implements Policy {

    private final List<Route> routes;

    Oracle(List<Route> routes) {
        this.routes = List.copyOf(routes);
    }

    @Override
    public String name() {
        return "oracle";
    }

    @Override
    public Route choose(int request, Simulation simulation) {
        Route best = routes.getFirst();
        double least = Double.POSITIVE_INFINITY;
        for (Route route : routes) {
            double score = score(route, request, simulation);
            if (score < least) {
                least = score;
                best = route;
            }
        }
        return best;
    }

    private static double score(Route route, int request, Simulation simulation) {
        Requests requests = simulation.requests();
        Scenario scenario = simulation.scenario();
        double now = simulation.nowMicros();
        double preprocess = requests.draw(request, Luck.CODEC, route.preprocess());
        double head = requests.draw(request, Luck.EDGE, route.head());
        double encode = requests.draw(request, Luck.CODEC, route.encode());
        double work = preprocess + head + encode;
        double ready = work > 0 ? simulation.engineFreeMicros() + work : now;
        if (!route.sends()) {
            return score(scenario, ready - now, scenario.power().joules(work, 0, 0), 0);
        }
        long sent = Math.max(Math.round(ready), simulation.uplink().idleAtMicros());
        long left = simulation.uplink().copy().send(sent, Math.round(route.bytes()) + Simulation.RECORD_OVERHEAD_BYTES);
        double broker = requests.broker(request, scenario.brokerMicros());
        double onTail = Math.max(left + simulation.half() + broker / 2, simulation.tailFreeMicros());
        double tail =
                requests.draw(request, Luck.DECODE, route.decode()) + requests.draw(request, Luck.TAIL, route.tail());
        double answered = onTail + tail + broker / 2 + simulation.half();
        double sending = left - (double) sent;
        double joules = scenario.power().joules(work, sending, Math.max(0, answered - ready - sending));
        return score(scenario, answered - now, joules, scenario.price().of(tail));
    }

    /** The value of the objective; the smaller the better. */
    static double score(Scenario scenario, double latencyMicros, double joules, double cost) {
        return switch (scenario.preferences().objective()) {
            case Objective.Latency latency -> latencyMicros / 1e3;
            case Objective.Energy energy -> joules;
            case Objective.CloudCost cloud -> cost;
            case Objective.Weighted weighted ->
                weighted.perMilli() * latencyMicros / 1e3 + weighted.perJoule() * joules + weighted.perCost() * cost;
        };
    }
}
