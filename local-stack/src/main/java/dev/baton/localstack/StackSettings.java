package dev.baton.localstack;

import dev.baton.embedded.LinkConditions;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a {@link LocalStack} consists of.
 *
 * @param home           the repository's root, where the services' jars were built
 * @param stateDirectory where broker, Redis and packages live
 * @param temporary      whether the state directory is deleted in the end
 * @param logDirectory   where each service's output goes; the files of the last stack are overwritten
 * @param ports          where everything listens; their number says how many edge nodes and tails there are
 * @param link           between the edge nodes and the broker; how each of them begins where there are several
 * @param edgeSlowdown   how many times slower an edge node's device is than this machine, emulated; 1 for not at all
 * @param otlpEndpoint   where the services send traces, if anywhere
 * @param properties     further settings by service, such as those of {@code edge-2}; they go before those above
 */
public record StackSettings(
        Path home,
        Path stateDirectory,
        boolean temporary,
        Path logDirectory,
        StackPorts ports,
        LinkConditions link,
        double edgeSlowdown,
        Optional<String> otlpEndpoint,
        Map<String, Map<String, String>> properties) {

    public StackSettings {
        Objects.requireNonNull(home, "home");
        Objects.requireNonNull(stateDirectory, "stateDirectory");
        Objects.requireNonNull(logDirectory, "logDirectory");
        Objects.requireNonNull(ports, "ports");
        Objects.requireNonNull(link, "link");
        Objects.requireNonNull(otlpEndpoint, "otlpEndpoint");
        properties = Map.copyOf(properties);
        if (!(edgeSlowdown >= 1 && edgeSlowdown <= 1000)) {
            throw new IllegalArgumentException("an edge slowdown is between 1 and 1000, is " + edgeSlowdown);
        }
    }

    /** Without further settings. */
    public StackSettings(
            Path home,
            Path stateDirectory,
            boolean temporary,
            Path logDirectory,
            StackPorts ports,
            LinkConditions link,
            double edgeSlowdown,
            Optional<String> otlpEndpoint) {
        this(home, stateDirectory, temporary, logDirectory, ports, link, edgeSlowdown, otlpEndpoint, Map.of());
    }

    /** With one more setting of a service, such as {@code baton.edge.emulated-slowdown} of {@code edge-2}. */
    public StackSettings with(String service, String property, String value) {
        Map<String, Map<String, String>> all = new HashMap<>(properties);
        Map<String, String> ofService = new HashMap<>(all.getOrDefault(service, Map.of()));
        ofService.put(property, value);
        all.put(service, Map.copyOf(ofService));
        return new StackSettings(
                home, stateDirectory, temporary, logDirectory, ports, link, edgeSlowdown, otlpEndpoint, all);
    }
}
