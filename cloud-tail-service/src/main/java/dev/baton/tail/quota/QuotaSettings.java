package dev.baton.tail.quota;

import java.util.Map;
import java.util.Optional;

/**
 * Who may ask for how much; whoever is not in here for as much as it likes.
 *
 * @param edgeNodes           by name; {@value #ANY} for each that is not named
 * @param tenants             likewise; requests that name no tenant are together taken for one that is not named
 * @param openWhenUnavailable whether requests are taken while quotas cannot be kept
 */
public record QuotaSettings(Map<String, Limit> edgeNodes, Map<String, Limit> tenants, boolean openWhenUnavailable) {

    /** Stands for each that is not named. */
    public static final String ANY = "*";

    public QuotaSettings {
        edgeNodes = Map.copyOf(edgeNodes);
        tenants = Map.copyOf(tenants);
    }

    /**
     * A token bucket.
     *
     * @param perSecond requests
     * @param burst     requests at once after a pause
     */
    public record Limit(double perSecond, int burst) {

        public Limit {
            if (!(perSecond > 0) || !Double.isFinite(perSecond) || burst < 1) {
                throw new IllegalArgumentException(
                        "a quota must be of more than 0 requests a second and 1 or more at once, but is of %s and %d"
                                .formatted(perSecond, burst));
            }
        }
    }

    Optional<Limit> ofEdgeNode(String name) {
        return of(edgeNodes, name);
    }

    Optional<Limit> ofTenant(String name) {
        return of(tenants, name);
    }

    private static Optional<Limit> of(Map<String, Limit> limits, String name) {
        return Optional.ofNullable(limits.get(name)).or(() -> Optional.ofNullable(limits.get(ANY)));
    }
}
