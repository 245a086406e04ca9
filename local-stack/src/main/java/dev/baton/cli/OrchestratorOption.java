package dev.baton.cli;

import dev.baton.clients.OrchestratorClient;
import dev.baton.console.CommandFailure;
import java.net.URI;
import picocli.CommandLine.Option;

/** Which orchestrator to talk to. */
final class OrchestratorOption {

    @Option(
            names = "--orchestrator",
            paramLabel = "URL",
            description = "The orchestrator's HTTP address (${DEFAULT-VALUE}).")
    private String url = "http://127.0.0.1:8080";

    OrchestratorClient client() {
        if (!url.matches("https?://[^/\\s]+.*")) {
            throw CommandFailure.usage(
                    "--orchestrator '%s': expected a URL such as http://127.0.0.1:8080".formatted(url));
        }
        return new OrchestratorClient(URI.create(url));
    }
}
