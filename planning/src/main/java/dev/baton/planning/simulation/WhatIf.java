package dev.baton.planning.simulation;

import dev.baton.partitioning.Placement;
import dev.baton.partitioning.splitpackage.Manifest;
import dev.baton.planning.Alternative;
import dev.baton.planning.Chooser;
import dev.baton.planning.CloudPrice;
import dev.baton.planning.DevicePrior;
import dev.baton.planning.EdgeObservation;
import dev.baton.planning.EdgeState;
import dev.baton.planning.LinkObservation;
import dev.baton.planning.ModelProfile;
import dev.baton.planning.Moments;
import dev.baton.planning.Predictions;
import dev.baton.planning.Predictor;
import dev.baton.planning.Preferences;
import dev.baton.planning.Quantities;
import dev.baton.planning.Ranking;
import dev.baton.planning.TailPool;
import dev.baton.planning.Term;
import dev.baton.planning.TermName;
import dev.baton.planning.device.ModelTimes;
import dev.baton.planning.replay.Costs;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Ranks placements of a model between two devices that are only described, as the planner would with an edge node and a tail of
 * these kinds.
 */
public final class WhatIf {

    private static final String LONG_AGO = "1970-01-01T00:00:00Z";

    private final ModelProfile model;
    private final ModelTimes edge;
    private final DevicePrior prior;
    private final TailPool tails;
    private final Predictor predictor;
    private final double requestsPerSecond;
    private final Predictions scratch = new Predictions();

    /**
     * A question about one model on two devices.
     *
     * @param edge what the model takes on the edge node
     * @param tail what it takes on the tail
     * @param brokerMicros what the broker adds to an answer
     * @param price of the tail's time
     * @param requestsPerSecond that the edge node has to answer
     * @throws IllegalArgumentException when the package lists no operators and a device did not measure it
     */
    public WhatIf(
            ModelProfile model,
            Manifest manifest,
            ModelTimes edge,
            ModelTimes tail,
            double brokerMicros,
            CloudPrice price,
            double requestsPerSecond) {
        this.model = model;
        this.edge = edge;
        this.prior = DevicePrior.of(edge.asProfile(model.model().version(), LONG_AGO), model, manifest);
        this.tails = new TailPool(Long.MAX_VALUE);
        this.predictor = new Predictor(new Predictor.Settings(brokerMicros, price));
        this.requestsPerSecond = requestsPerSecond;
        tails.observe(Costs.of(model, edge, tail).reported("tail", 0, 1, 0, 1_000_000), 0);
    }

    /** Every alternative over one link, best first. */
    public Ranking rank(double bytesPerSecond, double roundTripMicros, Preferences preferences) {
        return predictor.rank(state(bytesPerSecond, roundTripMicros), tails, preferences, 0, scratch);
    }

    /** Why nothing may be chosen; empty when something may. */
    public Optional<String> infeasible(double bytesPerSecond, double roundTripMicros, Preferences preferences) {
        predictor.predict(state(bytesPerSecond, roundTripMicros), tails, 0, scratch);
        Chooser chooser = new Chooser();
        return chooser.best(scratch, preferences) >= 0
                ? Optional.empty()
                : Optional.of(chooser.infeasibility(scratch, preferences));
    }

    private EdgeState state(double bytesPerSecond, double roundTripMicros) {
        EdgeState state = new EdgeState(model);
        state.prior(prior);
        state.power(edge.device().power());
        EdgeObservation.Builder window = EdgeObservation.builder()
                .link(LinkObservation.of(bytesPerSecond, roundTripMicros))
                .requests(Math.round(requestsPerSecond));
        if (model.takesPictures() && model.samplePictureBytes().isPresent()) {
            long bytes = model.samplePictureBytes().getAsLong();
            window.pictureBytes(Moments.exactly(1, (double) bytes));
            ModelTimes.Time picture = edge.picture(bytes);
            window.preprocess(new Moments(
                    1, picture.micros(), picture.error() * picture.error(), picture.micros(), picture.micros()));
        }
        state.observe(window.build(), 0);
        return state;
    }

    /** A rate from which on another placement is the best. */
    public record Turn(double fromBytesPerSecond, Alternative best) {}

    /**
     * Where the best placement changes as the uplink grows: the first entry is at the slowest rate.
     *
     * @param steps rates to try between both, evenly apart in their logarithm; turns are then found to a percent
     */
    public List<Turn> sweep(
            double slowest, double fastest, int steps, double roundTripMicros, Preferences preferences) {
        List<Turn> turns = new ArrayList<>();
        double before = slowest;
        for (int step = 0; step <= steps; step++) {
            double rate = slowest * Math.pow(fastest / slowest, step / (double) steps);
            Optional<Alternative> best =
                    rank(rate, roundTripMicros, preferences).best();
            if (best.isPresent()
                    && (turns.isEmpty() || !sameChoice(turns.getLast().best(), best.get()))) {
                double from = turns.isEmpty() ? rate : turn(before, rate, best.get(), roundTripMicros, preferences);
                turns.add(new Turn(from, best.get()));
            }
            before = rate;
        }
        return turns;
    }

    private double turn(double below, double above, Alternative then, double roundTripMicros, Preferences preferences) {
        double low = below;
        double high = above;
        while (high / low > 1.01) {
            double middle = Math.sqrt(low * high);
            Optional<Alternative> best =
                    rank(middle, roundTripMicros, preferences).best();
            if (best.isPresent() && sameChoice(best.get(), then)) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return high;
    }

    private static boolean sameChoice(Alternative one, Alternative other) {
        return one.choice().equals(other.choice());
    }

    /** Why the best is the best, in a sentence; also where dividing does not pay, or nothing may be chosen. */
    public static String why(Ranking ranking) {
        Optional<Alternative> best = ranking.best();
        if (best.isEmpty()) {
            return "No placement is both allowed and predicted.";
        }
        Optional<Alternative> split = ranking.best(one -> one.choice().placement() instanceof Placement.Split);
        Optional<Alternative> edge = ranking.best(one -> one.choice().placement() instanceof Placement.EdgeOnly);
        Optional<Alternative> cloud = ranking.best(one -> one.choice().placement() instanceof Placement.CloudOnly);
        List<String> others = new ArrayList<>();
        if (best.get().choice().placement() instanceof Placement.Split) {
            edge.ifPresent(one -> others.add("the edge alone would take %s".formatted(millis(one))));
            cloud.ifPresent(one -> others.add("the cloud alone %s%s".formatted(millis(one), mostOf(one))));
            return "%s takes %s%s%s."
                    .formatted(named(best.get()), millis(best.get()), sends(best.get()), joined(others));
        }
        if (best.get().choice().placement() instanceof Placement.EdgeOnly) {
            cloud.ifPresent(one -> others.add("the cloud alone would take %s%s".formatted(millis(one), mostOf(one))));
        } else {
            edge.ifPresent(one -> others.add("the edge alone would take %s".formatted(millis(one))));
        }
        String dividing = split.map(one -> "Dividing does not pay: the best split, %s, would take %s%s, "
                        .formatted(named(one), millis(one), mostOf(one)))
                .orElse("No split may be chosen: ");
        return "%s%s takes %s%s%s."
                .formatted(dividing, named(best.get()), millis(best.get()), sends(best.get()), joined(others));
    }

    private static String joined(List<String> others) {
        return others.isEmpty() ? "" : "; " + String.join(", ", others);
    }

    private static String named(Alternative one) {
        return one.choice().toString();
    }

    private static String millis(Alternative one) {
        return one.micros().isPresent() ? Quantities.millis(one.micros().getAsDouble()) : "unknown";
    }

    private static String sends(Alternative one) {
        double bytes = one.prediction().bytes().orElse(0);
        return bytes > 0 ? " and sends " + Quantities.bytes(bytes) : "";
    }

    /** The largest term, where it is half of the whole or more. */
    private static String mostOf(Alternative one) {
        double whole = one.micros().orElse(0);
        for (Term term : one.prediction().terms()) {
            if (term.micros().orElse(0) >= whole / 2 && whole > 0) {
                return ", of it %s %s".formatted(Quantities.millis(term.micros().getAsDouble()), of(term.name()));
            }
        }
        return "";
    }

    private static String of(TermName term) {
        return switch (term) {
            case UPLINK -> "on the uplink";
            case HEAD -> "for the head";
            case TAIL -> "for the tail";
            case ENCODE -> "for encoding";
            case DECODE -> "for decoding";
            case PREPROCESS -> "for the picture";
            case ROUND_TRIP -> "for the round trip";
            case BROKER -> "in the broker";
            case TAIL_QUEUE -> "waiting for the tail";
            case RESULT -> "on the answer's way back";
            case OTHER -> "for everything else";
        };
    }
}
