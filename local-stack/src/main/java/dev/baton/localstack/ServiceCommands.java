package dev.baton.localstack;

import dev.baton.localstack.StackPorts.EdgePorts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The command line of each service: a small JVM, and the settings that tell it where the others are. */
final class ServiceCommands {

    /**
     * Small heaps, since six JVMs share the machine; a serial collector, since a service has one or two cores; and what the
     * native libraries inside ask of the JVM.
     */
    private static final List<String> JVM = List.of(
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-Xshare:auto",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "--add-opens=java.base/java.lang=ALL-UNNAMED");

    private final StackSettings settings;
    private final String kafka;
    private final String redis;

    ServiceCommands(StackSettings settings) {
        this.settings = settings;
        this.kafka = "127.0.0.1:" + settings.ports().kafka();
        this.redis = "redis://127.0.0.1:" + settings.ports().redis();
    }

    List<String> orchestrator() {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("quarkus.http.host", "127.0.0.1");
        properties.put("quarkus.http.port", Integer.toString(settings.ports().orchestrator()));
        properties.put("quarkus.redis.hosts", redis);
        properties.put("baton.orchestrator.kafka.bootstrap-servers", kafka);
        properties.put("baton.orchestrator.data-directory", state("orchestrator"));
        return command("orchestrator", "orchestrator", properties);
    }

    /** @param number from 1 */
    List<String> tail(int number) {
        String id = "tail-" + number;
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("quarkus.http.host", "127.0.0.1");
        properties.put(
                "quarkus.http.port", Integer.toString(settings.ports().tails().get(number - 1)));
        properties.put("quarkus.redis.hosts", redis);
        properties.put("baton.tail.id", id);
        properties.put("baton.tail.kafka.bootstrap-servers", kafka);
        properties.put("baton.tail.package-directory", state(id));
        return command("cloud-tail-service", id, properties);
    }

    /** @param number from 1 */
    List<String> edge(int number) {
        String id = "edge-" + number;
        EdgePorts ports = settings.ports().edges().get(number - 1);
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("quarkus.http.host", "127.0.0.1");
        properties.put("quarkus.http.port", Integer.toString(ports.http()));
        properties.put("quarkus.grpc.server.host", "127.0.0.1");
        properties.put("quarkus.grpc.server.port", Integer.toString(ports.grpc()));
        properties.put("baton.edge.id", id);
        properties.put(
                "baton.edge.kafka.bootstrap-servers",
                "127.0.0.1:" + settings.ports().link(number).edge());
        properties.put("baton.edge.package-directory", state(id));
        properties.put("baton.edge.emulated-slowdown", Double.toString(settings.edgeSlowdown()));
        return command("edge-partitioner", id, properties);
    }

    private String state(String path) {
        return settings.stateDirectory().resolve(path).toString();
    }

    private List<String> command(String module, String service, Map<String, String> properties) {
        Path jar = settings.home().resolve(module).resolve("target/quarkus-app/quarkus-run.jar");
        if (!Files.isRegularFile(jar)) {
            throw new StackException(
                    "%s is missing: build it with 'mvn -DskipTests package', as ./baton does".formatted(jar));
        }
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM);
        properties.put("java.awt.headless", "true");
        // Every look at a service that is not ready yet would be a line of its log.
        properties.put("quarkus.log.category.\"io.smallrye.health\".level", "WARN");
        properties.put(
                "quarkus.otel.sdk.disabled",
                Boolean.toString(settings.otlpEndpoint().isEmpty()));
        settings.otlpEndpoint().ifPresent(endpoint -> properties.put("quarkus.otel.exporter.otlp.endpoint", endpoint));
        properties.putAll(settings.properties().getOrDefault(service, Map.of()));
        properties.forEach((name, value) -> command.add("-D" + name + "=" + value));
        command.add("-jar");
        command.add(jar.toString());
        return command;
    }
}
