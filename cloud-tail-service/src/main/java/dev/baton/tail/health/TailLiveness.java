package dev.baton.tail.health;

import dev.baton.tail.kafka.KafkaActivationReceiver;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** Alive while something receives, or tries to: whether the broker answers is no matter of life. */
@Liveness
@Singleton
public final class TailLiveness implements HealthCheck {

    private final KafkaActivationReceiver receiver;

    public TailLiveness(KafkaActivationReceiver receiver) {
        this.receiver = receiver;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("receiver").status(receiver.isAlive()).build();
    }
}
