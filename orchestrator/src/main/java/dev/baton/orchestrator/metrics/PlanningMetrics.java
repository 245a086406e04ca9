package dev.baton.orchestrator.metrics;

import dev.baton.orchestrator.planning.Plan;
import dev.baton.orchestrator.planning.PlanningListener;
import dev.baton.partitioning.Placement;
import dev.baton.planning.Alternative;
import dev.baton.planning.EdgeObservation.PlacementTimes;
import dev.baton.planning.Moments;
import dev.baton.planning.change.Trigger;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Counts looks and plans, and holds measured against predicted latency. Labels are models and triggers, never edge nodes. */
public final class PlanningMetrics implements PlanningListener {
    /** Models that are told apart; what comes on top is counted under one name. */
    private static final int MODELS = 100;

    private static final String OTHER = "other";
    private static final AttributeKey<String> MODEL = AttributeKey.stringKey("model");
    private static final AttributeKey<String> TRIGGER = AttributeKey.stringKey("trigger");
    private static final AttributeKey<String> PLACEMENT = AttributeKey.stringKey("placement");

    private final LongCounter looks;
    private final LongCounter plans;
    private final DoubleHistogram latency;
    private final DoubleHistogram error;
    private final DoubleHistogram joules;
    private final Set<String> models = ConcurrentHashMap.newKeySet();

    public PlanningMetrics(Meter meter) {
        looks = meter.counterBuilder("baton.planner.looks")
                .setDescription("Times that an edge node's model was looked at.")
                .build();
        plans = meter.counterBuilder("baton.planner.plans")
                .setDescription("Plans made, by what made them.")
                .build();
        latency = meter.histogramBuilder("baton.planner.latency")
                .setUnit("ms")
                .setDescription("Median latency of a window's requests under one plan.")
                .build();
        error = meter.histogramBuilder("baton.planner.prediction.error")
                .setUnit("1")
                .setDescription("|measured - predicted| / measured of a window's median latency.")
                .build();
        joules = meter.histogramBuilder("baton.planner.energy")
                .setUnit("J")
                .setDescription("Median energy of the edge node per request in a window.")
                .build();
    }

    @Override
    public void looked() {
        looks.add(1);
    }

    @Override
    public void decided(Plan plan, Trigger trigger) {
        plans.add(1, Attributes.of(MODEL, model(plan), TRIGGER, trigger.text()));
    }

    @Override
    public void measured(Plan plan, PlacementTimes times) {
        Attributes of = Attributes.of(MODEL, model(plan), PLACEMENT, kind(plan));
        times.totalMicros().map(Moments::p50).filter(micros -> micros > 0).ifPresent(micros -> {
            latency.record(micros / 1e3, of);
            plan.chosen()
                    .map(Alternative::micros)
                    .orElse(OptionalDouble.empty())
                    .ifPresent(predicted -> error.record(Math.abs(micros - predicted) / micros, of));
        });
        times.joules().ifPresent(spent -> joules.record(spent.p50(), of));
    }

    private static String kind(Plan plan) {
        return switch (plan.choice().placement()) {
            case Placement.EdgeOnly edge -> "edge-only";
            case Placement.CloudOnly cloud -> "cloud-only";
            case Placement.Split split -> "split";
        };
    }

    private String model(Plan plan) {
        String model = plan.model().model();
        if (models.contains(model)) {
            return model;
        }
        if (models.size() >= MODELS) {
            return OTHER;
        }
        models.add(model);
        return model;
    }
}
