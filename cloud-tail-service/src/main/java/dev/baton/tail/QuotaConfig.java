package dev.baton.tail;

import dev.baton.tail.quota.QuotaSettings;
import dev.baton.tail.quota.QuotaSettings.Limit;
import io.smallrye.config.WithDefault;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** How much of all tails together an edge node or a tenant may ask for; Redis holds the counts. */
public interface QuotaConfig {

    /** Whether requests are taken or refused while Redis does not answer. */
    @WithDefault("open")
    WhenUnavailable whenUnavailable();

    /** By name of the edge node; {@code "*"} for each that is not named. */
    Map<String, LimitConfig> edgeNodes();

    /** By name of the tenant; {@code "*"} for each that is not named. */
    Map<String, LimitConfig> tenants();

    /** What fails with Redis. */
    enum WhenUnavailable {
        /** Every request is taken. */
        OPEN,
        /** Every request that has a quota is refused. */
        CLOSED
    }

    /** A token bucket. */
    interface LimitConfig {

        /** Requests. */
        double perSecond();

        /** Requests at once after a pause; by default those of a second. */
        OptionalInt burst();
    }

    /** As quotas take it. */
    default QuotaSettings settings() {
        return new QuotaSettings(limits(edgeNodes()), limits(tenants()), whenUnavailable() == WhenUnavailable.OPEN);
    }

    private static Map<String, Limit> limits(Map<String, LimitConfig> limits) {
        return limits.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, limit -> limit(limit.getValue())));
    }

    private static Limit limit(LimitConfig limit) {
        int second = (int) Math.clamp(Math.ceil(limit.perSecond()), 1, Integer.MAX_VALUE);
        return new Limit(limit.perSecond(), limit.burst().orElse(second));
    }
}
