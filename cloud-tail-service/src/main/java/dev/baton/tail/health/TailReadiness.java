package dev.baton.tail.health;

import dev.baton.tail.kafka.KafkaActivationReceiver;
import dev.baton.tail.kafka.KafkaCatalog;
import dev.baton.tail.models.ServedModels;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready once the catalog was read and activations of the served models arrive here. */
@Readiness
@Singleton
public final class TailReadiness implements HealthCheck {

    private final KafkaCatalog catalog;
    private final KafkaActivationReceiver receiver;
    private final ServedModels models;

    public TailReadiness(KafkaCatalog catalog, KafkaActivationReceiver receiver, ServedModels models) {
        this.catalog = catalog;
        this.receiver = receiver;
        this.models = models;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("tail")
                .status(catalog.isCaughtUp() && receiver.isReady())
                .withData("catalog read", catalog.isCaughtUp())
                .withData("receiving", receiver.isReady())
                .withData("models", String.join(", ", models.names()))
                .build();
    }
}
