package dev.baton.cli;

import dev.baton.conformance.ConformanceKit;
import dev.baton.conformance.Outcome;
import dev.baton.conformance.Target;
import dev.baton.console.CommandFailure;
import dev.baton.console.Console;
import dev.baton.console.ExitCode;
import dev.baton.schemas.inference.GRPCInferenceServiceGrpc;
import dev.baton.schemas.inference.RepositoryIndexRequest;
import dev.baton.schemas.inference.RepositoryIndexResponse.ModelIndex;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Holds any server of the Open Inference Protocol against the error contract. */
@Command(
        name = "conformance",
        header = "Ask a server of the Open Inference Protocol every question of the error contract.",
        description =
                "Right and wrong requests over gRPC, and over REST where --rest is given; one line each. Any server"
                        + " may be asked, not only Baton's.")
final class ConformanceCommand implements Callable<Integer> {

    private static final int ANSWER_BYTES = 128 << 20;

    @Parameters(paramLabel = "HOST:PORT", description = "The server's gRPC address.")
    private String address = "";

    @Option(names = "--rest", paramLabel = "URL", description = "Its HTTP address, such as http://127.0.0.1:8000.")
    private @Nullable URI rest;

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description = "A model whose inputs take zeros (the first that the server's index names as ready).")
    private @Nullable String model;

    @Option(
            names = "--not-ready",
            paramLabel = "NAME",
            description = "A model that the server knows and that is not ready. May be repeated.")
    private Set<String> notReady = new HashSet<>();

    @Option(
            names = "--max-message-bytes",
            paramLabel = "N",
            description = "The largest message that the server takes (${DEFAULT-VALUE}).")
    private int maxMessageBytes = 64 << 20;

    @Option(names = "--no-details", description = "Do not expect google.rpc details, which are Baton's own.")
    private boolean noDetails;

    @Option(names = "--timeout", paramLabel = "SECONDS", description = "For each answer (${DEFAULT-VALUE}).")
    private double timeoutSeconds = 20;

    private final Console console;

    ConformanceCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (!address.matches(".+:\\d{1,5}")) {
            throw CommandFailure.usage("server '%s': expected host:port".formatted(address));
        }
        ManagedChannel channel = NettyChannelBuilder.forTarget("dns:///" + address)
                .usePlaintext()
                .maxInboundMessageSize(ANSWER_BYTES)
                .build();
        try {
            return check(channel);
        } catch (StatusRuntimeException e) {
            throw CommandFailure.environment(
                    "%s does not answer: %s".formatted(address, e.getStatus().getCode()), e);
        } finally {
            channel.shutdownNow();
        }
    }

    private int check(ManagedChannel channel) throws InterruptedException {
        Target target = new Target(
                channel,
                Optional.ofNullable(rest),
                model == null ? firstReady(channel) : model,
                !noDetails,
                maxMessageBytes,
                notReady,
                Duration.ofMillis(Math.round(timeoutSeconds * 1e3)));
        List<Outcome> outcomes = new ConformanceKit(target).run(this::show);
        long fine = outcomes.stream().filter(Outcome::isFine).count();
        console.line("%d of %d as expected".formatted(fine, outcomes.size()));
        return (fine == outcomes.size() ? ExitCode.OK : ExitCode.CHECK_FAILED).number();
    }

    private String firstReady(ManagedChannel channel) {
        return GRPCInferenceServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(Math.round(timeoutSeconds * 1e3), TimeUnit.MILLISECONDS)
                .repositoryIndex(
                        RepositoryIndexRequest.newBuilder().setReady(true).build())
                .getModelsList()
                .stream()
                .map(ModelIndex::getName)
                .findFirst()
                .orElseThrow(() -> CommandFailure.environment("%s has no model that is ready".formatted(address)));
    }

    private void show(Outcome outcome) {
        console.line("%-4s %-4s %s%s"
                .formatted(
                        outcome.isFine() ? "ok" : "FAIL",
                        outcome.carrier(),
                        outcome.row(),
                        outcome.problem().map(problem -> ": " + problem).orElse("")));
    }
}
