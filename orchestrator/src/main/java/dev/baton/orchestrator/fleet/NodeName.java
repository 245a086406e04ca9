package dev.baton.orchestrator.fleet;

import java.util.regex.Pattern;

/** The rule for names of edge nodes and tails: they become record keys and parts of paths. */
public final class NodeName {
    private static final Pattern VALID = Pattern.compile("[a-zA-Z0-9._-]{1,100}");

    private NodeName() {}

    /** Returns {@code name} when it is a valid name of a {@code kind}, such as an edge node. */
    public static String require(String kind, String name) {
        if (!VALID.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "name of %s must be 1 to 100 letters, digits, dots, dashes or underscores, but was \"%s\""
                            .formatted(kind, name.length() > 120 ? name.substring(0, 120) + "…" : name));
        }
        return name;
    }
}
