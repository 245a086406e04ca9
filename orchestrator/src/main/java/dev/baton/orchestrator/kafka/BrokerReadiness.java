package dev.baton.orchestrator.kafka;

import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;

/** Ready when the broker answers, the past is read and measurements arrive; says what is missing. */
public final class BrokerReadiness implements HealthCheck {
    private final BrokerTopics topics;
    private final ControlTables tables;
    private final MeasurementConsumer measurements;

    public BrokerReadiness(BrokerTopics topics, ControlTables tables, MeasurementConsumer measurements) {
        this.topics = topics;
        this.tables = tables;
        this.measurements = measurements;
    }

    @Override
    public HealthCheckResponse call() {
        List<String> missing = new ArrayList<>();
        topics.missing().ifPresent(missing::add);
        missing.addAll(tables.missing());
        if (!measurements.isAssigned()) {
            missing.add("no partition of measurements is assigned yet");
        }
        HealthCheckResponseBuilder response =
                HealthCheckResponse.named("broker").status(missing.isEmpty());
        return missing.isEmpty()
                ? response.build()
                : response.withData("missing", String.join("; ", missing)).build();
    }
}
