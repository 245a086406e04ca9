package dev.baton.inference;

import io.opentelemetry.api.metrics.Meter;

/** What models that are open take, as metrics of a service. */
public final class SessionMetrics {

    private SessionMetrics() {}

    /** Reports {@code sessions} from now on, whenever metrics are collected. */
    @SuppressWarnings("resource") // observed as long as the service runs
    public static void observe(SessionCache sessions, Meter meter) {
        meter.gaugeBuilder("baton.sessions.open")
                .ofLongs()
                .setUnit("{session}")
                .setDescription("Heads, tails and whole models that are open.")
                .buildWithCallback(now -> now.record(sessions.usage().open()));
        meter.gaugeBuilder("baton.sessions.memory")
                .ofLongs()
                .setUnit("By")
                .setDescription("Estimated memory of what is open: graphs and weights.")
                .buildWithCallback(now -> now.record(sessions.usage().bytes()));
        meter.counterBuilder("baton.sessions.reopened")
                .setUnit("{session}")
                .setDescription("Sessions that had been closed for room and were opened again for a run.")
                .buildWithCallback(now -> now.record(sessions.usage().reopened()));
    }
}
