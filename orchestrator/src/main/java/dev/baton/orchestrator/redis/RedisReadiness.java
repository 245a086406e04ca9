package dev.baton.orchestrator.redis;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;

/** Always ready, as only history is lost without Redis; says when it is away. */
public final class RedisReadiness implements HealthCheck {
    private final RedisWriter writer;

    public RedisReadiness(RedisWriter writer) {
        this.writer = writer;
    }

    @Override
    public HealthCheckResponse call() {
        return writer.isAway()
                ? HealthCheckResponse.named("redis")
                        .up()
                        .withData("missing", "Redis does not answer; fleet views and plan history are not kept")
                        .build()
                : HealthCheckResponse.up("redis");
    }
}
