package dev.baton.edge.request;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;

/** How often requests went another way than planned, since the start, by model. */
public final class RequestCounters {

    private static final AttributeKey<String> MODEL = AttributeKey.stringKey("baton.model");

    private final LongCounter earlyExits;

    public RequestCounters(Meter meter) {
        this.earlyExits = meter.counterBuilder("baton.request.early_exits")
                .setUnit("{request}")
                .setDescription("Requests that an output of the head answered, so that nothing was sent")
                .build();
    }

    void exitedEarly(String model) {
        earlyExits.add(1, Attributes.of(MODEL, model));
    }
}
