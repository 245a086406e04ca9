package dev.baton.cli;

import dev.baton.console.CommandFailure;
import dev.baton.embedded.FreePorts;
import dev.baton.embedded.LinkConditions;
import dev.baton.localstack.StackPorts;
import dev.baton.localstack.StackPorts.EdgePorts;
import dev.baton.localstack.StackPorts.LinkPorts;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import picocli.CommandLine.Option;

/** Size and ports of a stack. */
final class StackOptions {

    /** From the ports of one edge node to those of the next. */
    private static final int EDGE_STEP = 10;

    @Option(names = "--edges", paramLabel = "N", description = "Edge nodes (${DEFAULT-VALUE}).")
    private int edges = 1;

    @Option(names = "--tails", paramLabel = "N", description = "Cloud tails (${DEFAULT-VALUE}).")
    private int tails = 1;

    @Option(names = "--free-ports", description = "Any free ports instead of the usual ones.")
    private boolean freePorts;

    @Option(names = "--orchestrator-port", paramLabel = "PORT", description = "HTTP (${DEFAULT-VALUE}).")
    private int orchestratorPort = 8080;

    @Option(
            names = "--edge-port",
            paramLabel = "PORT",
            description = "gRPC of edge-1 (${DEFAULT-VALUE}); edge-2 is 10 higher, and so on.")
    private int edgePort = 8001;

    @Option(
            names = "--edge-http-port",
            paramLabel = "PORT",
            description = "HTTP of edge-1 (${DEFAULT-VALUE}), likewise.")
    private int edgeHttpPort = 8000;

    @Option(
            names = "--tail-port",
            paramLabel = "PORT",
            description = "HTTP of tail-1 (${DEFAULT-VALUE}); tail-2 is 1 higher, and so on.")
    private int tailPort = 8090;

    @Option(names = "--kafka-port", paramLabel = "PORT", description = "The broker (${DEFAULT-VALUE}).")
    private int kafkaPort = 9092;

    @Option(
            names = "--edge-kafka-port",
            paramLabel = "PORT",
            description = "The broker through the emulated link (${DEFAULT-VALUE}).")
    private int edgeKafkaPort = 9192;

    @Option(names = "--redis-port", paramLabel = "PORT", description = "Redis (${DEFAULT-VALUE}).")
    private int redisPort = 6379;

    StackPorts ports() {
        if (edges < 1 || edges > 50 || tails < 1 || tails > 50) {
            throw CommandFailure.usage("%d edge nodes and %d tails: expected 1 to 50 of each".formatted(edges, tails));
        }
        if (freePorts) {
            return StackPorts.free(edges, tails);
        }
        return new StackPorts(
                orchestratorPort,
                kafkaPort,
                List.of(new LinkPorts(edgeKafkaPort, FreePorts.find())),
                redisPort,
                IntStream.range(0, edges)
                        .mapToObj(i -> new EdgePorts(edgePort + EDGE_STEP * i, edgeHttpPort + EDGE_STEP * i))
                        .toList(),
                IntStream.range(0, tails).mapToObj(i -> tailPort + i).toList());
    }

    static LinkConditions link(String text) {
        try {
            return LinkConditions.parse(text);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage("--link: " + e.getMessage());
        }
    }

    /** Where traces go, by the variable that OpenTelemetry defines. */
    static Optional<String> otlpEndpoint() {
        return Optional.ofNullable(System.getenv("OTEL_EXPORTER_OTLP_ENDPOINT"))
                .filter(endpoint -> !endpoint.isBlank());
    }
}
