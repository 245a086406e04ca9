package dev.baton.edge.request;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;

/** How often requests went another way than planned, since the start, by model. */
public final class RequestCounters {

    private static final AttributeKey<String> MODEL = AttributeKey.stringKey("baton.model");

    private final LongCounter earlyExits;
    private final LongCounter localCompletions;
    private final LongCounter cancelled;

    public RequestCounters(Meter meter) {
        this.earlyExits = meter.counterBuilder("baton.request.early_exits")
                .setUnit("{request}")
                .setDescription("Requests that an output of the head answered, so that nothing was sent")
                .build();
        this.localCompletions = meter.counterBuilder("baton.request.local_completions")
                .setUnit("{request}")
                .setDescription("Requests that the edge node finished in place of the cloud")
                .build();
        this.cancelled = meter.counterBuilder("baton.request.cancelled")
                .setUnit("{request}")
                .setDescription("Requests that their client no longer wanted")
                .build();
    }

    void exitedEarly(String model) {
        earlyExits.add(1, Attributes.of(MODEL, model));
    }

    void completedLocally(String model) {
        localCompletions.add(1, Attributes.of(MODEL, model));
    }

    void cancelled(String model) {
        cancelled.add(1, Attributes.of(MODEL, model));
    }
}
