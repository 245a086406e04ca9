package dev.baton.orchestrator.planning;

import dev.baton.planning.EdgeObservation.PlacementTimes;
import dev.baton.planning.Moments;
import dev.baton.planning.Term;
import dev.baton.planning.TermName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How far off predictions are: what a plan's terms were predicted to take when it was made, against the medians that its edge
 * node then measured, window by window. Thread-safe.
 */
public final class PredictionErrors {
    /** Of all terms together. */
    public static final String TOTAL = "total";

    /** An acknowledgement measures both in one. */
    static final String TRANSFER = "uplink and round trip";

    /** From the acknowledgement to the answer, without the tail. */
    static final String WAY_BACK = "broker and result";

    /** Windows of one model and term that are remembered. */
    private static final int REMEMBERED = 1024;

    /** Models that are told apart; what comes on top is counted under one name. */
    private static final int MODELS = 100;

    private static final String OTHER = "other models";

    private final Map<String, Map<String, Recent>> byModel = new ConcurrentHashMap<>();

    /**
     * The error of one term.
     *
     * @param model its name; absent over all models
     * @param windows that it was measured in, as far as remembered
     * @param medianPercent median of |measured − predicted| / measured, in percent; likewise the 90th percentile
     */
    public record ErrorView(String model, String term, int windows, double medianPercent, double p90Percent) {}

    /** The last errors of one term, as shares. */
    private static final class Recent {
        private final float[] shares = new float[REMEMBERED];
        private int added;

        synchronized void add(double share) {
            shares[added % REMEMBERED] = (float) share;
            added = added == 2 * REMEMBERED - 1 ? REMEMBERED : added + 1;
        }

        synchronized float[] values() {
            return Arrays.copyOf(shares, Math.min(added, REMEMBERED));
        }
    }

    /** Compares a window with the plan that it was measured under. */
    void add(Plan plan, PlacementTimes measured) {
        plan.chosen().ifPresent(predicted -> {
            String model = plan.model().model();
            predicted.prediction().terms().forEach(term -> measured(term.name(), measured)
                    .ifPresent(moments -> add(model, term.name().text(), term.micros(), moments)));
            measured.uplinkMicros()
                    .ifPresent(moments ->
                            add(model, TRANSFER, transfer(predicted.prediction().terms()), moments));
            measured.resultMicros()
                    .ifPresent(moments ->
                            add(model, WAY_BACK, wayBack(predicted.prediction().terms()), moments));
            measured.totalMicros().ifPresent(total -> add(model, TOTAL, predicted.micros(), total));
        });
    }

    private void add(String model, String term, OptionalDouble predicted, Moments measured) {
        if (predicted.isEmpty() || !(measured.p50() > 0)) {
            return;
        }
        String name = byModel.containsKey(model) || byModel.size() < MODELS ? model : OTHER;
        byModel.computeIfAbsent(name, key -> new ConcurrentHashMap<>())
                .computeIfAbsent(term, key -> new Recent())
                .add(Math.abs(measured.p50() - predicted.getAsDouble()) / measured.p50());
    }

    /** What was measured of a term; empty for those that are only measured together with others. */
    static Optional<Moments> measured(TermName term, PlacementTimes times) {
        return switch (term) {
            case PREPROCESS -> times.preprocessMicros();
            case HEAD -> times.headMicros();
            case ENCODE -> times.encodeMicros();
            case UPLINK -> Optional.empty();
            case ROUND_TRIP -> Optional.empty();
            case BROKER -> times.brokerMicros();
            case TAIL_QUEUE -> times.tailQueueMicros();
            case DECODE -> times.decodeMicros();
            case TAIL -> times.tailMicros();
            case RESULT -> Optional.empty();
            case OTHER -> times.otherMicros();
        };
    }

    /** Predicted uplink and round trip together, which is what an acknowledgement measures; empty when unknown. */
    static OptionalDouble transfer(List<Term> terms) {
        return sum(terms, TermName.UPLINK, TermName.ROUND_TRIP);
    }

    private static OptionalDouble wayBack(List<Term> terms) {
        return sum(terms, TermName.BROKER, TermName.RESULT);
    }

    private static OptionalDouble sum(List<Term> terms, TermName one, TermName other) {
        double sum = 0;
        for (Term term : terms) {
            if (term.name() == one || term.name() == other) {
                if (term.micros().isEmpty()) {
                    return OptionalDouble.empty();
                }
                sum += term.micros().getAsDouble();
            }
        }
        return OptionalDouble.of(sum);
    }

    /** Errors by model and term, those over all models first. */
    public List<ErrorView> errors() {
        Map<String, List<float[]>> overAll = new TreeMap<>();
        List<ErrorView> views = new ArrayList<>();
        new TreeMap<>(byModel).forEach((model, terms) -> new TreeMap<>(terms).forEach((term, recent) -> {
            float[] values = recent.values();
            overAll.computeIfAbsent(term, key -> new ArrayList<>()).add(values);
            views.add(view(model, term, values));
        }));
        List<ErrorView> all = new ArrayList<>();
        overAll.forEach((term, values) -> all.add(view("*", term, concatenated(values))));
        all.addAll(views);
        return all;
    }

    private static float[] concatenated(List<float[]> parts) {
        float[] all = new float[parts.stream().mapToInt(part -> part.length).sum()];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    private static ErrorView view(String model, String term, float[] shares) {
        Arrays.sort(shares);
        return new ErrorView(model, term, shares.length, percent(shares, 0.5), percent(shares, 0.9));
    }

    private static double percent(float[] sorted, double quantile) {
        float share = sorted[(int) Math.min(sorted.length - 1, Math.floor(quantile * sorted.length))];
        return Math.round(share * 1000) / 10.0;
    }
}
