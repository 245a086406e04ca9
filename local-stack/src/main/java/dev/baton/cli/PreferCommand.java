package dev.baton.cli;

import dev.baton.clients.OrchestratorClient;
import dev.baton.clients.PreferencesView;
import dev.baton.console.CommandFailure;
import dev.baton.console.Console;
import dev.baton.console.ExitCode;
import dev.baton.console.Json;
import dev.baton.planning.Constraints;
import dev.baton.planning.Preferences;
import dev.baton.planning.Quantities;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what is wanted of plans. */
@Command(
        name = "prefer",
        header = "Say what plans shall achieve and what must hold, per edge node and model.",
        description =
                "Changes what is named and leaves the rest as it is in force; the planner follows at once. '*' (quoted) "
                        + "stands for every edge node, or every model; of several that fit, the most particular is in force: the "
                        + "edge node's for the model, the edge node's, the model's, that of all. Without options it is shown.")
final class PreferCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "EDGE", description = "The edge node, such as edge-1, or '*' for all.")
    private String edge = "";

    @Parameters(index = "1", paramLabel = "MODEL", description = "The model's name, or '*' for all.")
    private String model = "";

    @Option(names = "--show", description = "Show what is in force.")
    private boolean show;

    @Option(names = "--clear", description = "Take back what was set for exactly this EDGE and MODEL.")
    private boolean clear;

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    @Mixin
    private PreferenceOptions preferenceOptions = new PreferenceOptions();

    @Mixin
    private OrchestratorOption orchestratorOption = new OrchestratorOption();

    private final Console console;

    PreferCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (Stream.of(show, clear, preferenceOptions.given())
                        .filter(asked -> asked)
                        .count()
                > 1) {
            throw CommandFailure.usage("one at a time: --show, --clear, or what is wanted");
        }
        // What makes no sense is refused before anything is asked for.
        preferenceOptions.over(Preferences.USUAL);
        try (OrchestratorClient orchestrator = orchestratorOption.client()) {
            if (clear) {
                orchestrator.clearPreferences(edge, model);
            }
            PreferencesView inForce = orchestrator.preferences(edge, model);
            if (preferenceOptions.given()) {
                Preferences wanted =
                        preferenceOptions.over(inForce.preferences().toPreferences());
                inForce = orchestrator.prefer(edge, model, wanted);
            }
            print(inForce);
        }
        return ExitCode.OK.number();
    }

    private void print(PreferencesView view) {
        if (json) {
            console.line(Json.write(view));
            return;
        }
        Preferences preferences = view.preferences().toPreferences();
        Constraints constraints = preferences.constraints();
        console.line("%s %s, as set for %s %s%s"
                .formatted(
                        edge,
                        model,
                        view.edgeNode(),
                        view.model(),
                        view.edgeNode().equals(edge) && view.model().equals(model)
                                ? ""
                                : " or, where nothing was set, by the orchestrator's settings"));
        line("objective", preferences.objective().text());
        line(
                "latency target",
                constraints
                        .latencyTarget()
                        .map(target -> "%s for %s of requests"
                                .formatted(
                                        Quantities.millis(target.within().toNanos() / 1e3),
                                        Quantities.percent(target.quantile())))
                        .orElse("none"));
        line(
                "accuracy",
                "agreement of %s, or an error of %s at most"
                        .formatted(
                                constraints.accuracy().agreement(),
                                constraints.accuracy().relativeError()));
        line(
                "edge memory",
                constraints.edgeMemoryBytes().isPresent()
                        ? Quantities.bytes(
                                (double) constraints.edgeMemoryBytes().getAsLong())
                        : "any");
        line("largest record", Quantities.bytes((double) constraints.maxRecordBytes()));
        line("raw input", constraints.rawInputStaysOnDevice() ? "stays on the edge node" : "may leave the edge node");
        line(
                "least depth",
                constraints.minimumDepth().isPresent()
                        ? "%d operators on the edge node"
                                .formatted(constraints.minimumDepth().getAsInt())
                        : "none");
        line(
                "placements",
                constraints.allowedPlacements().isEmpty()
                        ? "all"
                        : String.join(", ", new TreeSet<>(constraints.allowedPlacements())));
    }

    private void line(String name, String value) {
        console.line("  %-14s  %s".formatted(name, value));
    }
}
