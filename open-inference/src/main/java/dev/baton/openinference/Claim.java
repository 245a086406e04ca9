package dev.baton.openinference;

import java.util.regex.Pattern;

/**
 * What a request has a claim to, where there is not enough for all.
 *
 * @param priority 1 is the highest; 0 means the server's default level, as for Triton
 * @param tenant   on whose account the request is; empty where the client did not say
 */
public record Claim(int priority, String tenant) {

    private static final Pattern TENANT = Pattern.compile("[A-Za-z0-9._-]{0,100}");

    /** Of a request that says nothing of it. */
    public static final Claim NONE = new Claim(0, ""); // made with the pattern above

    public Claim {
        if (priority < 0) {
            throw new IllegalArgumentException("priority must be 1 or more, or 0 for the default, but is " + priority);
        }
        if (!TENANT.matcher(tenant).matches()) {
            throw new IllegalArgumentException(
                    "tenant must be up to 100 letters, digits, dots, hyphens and underscores, but is '%s'"
                            .formatted(tenant.substring(0, Math.min(100, tenant.length()))));
        }
    }
}
