package dev.baton.cli;

import dev.baton.clients.ModelView;
import dev.baton.clients.OrchestratorClient;
import dev.baton.console.CommandFailure;
import dev.baton.console.Console;
import dev.baton.console.ExitCode;
import dev.baton.partitioning.accuracy.AccuracyProfile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Attaches an accuracy profile to a model. */
@Command(
        name = "accuracy",
        header = "Attach an accuracy profile to a model of a running stack.",
        description =
                "From then on plans keep to the accuracy budget as it was measured on that data set ('evaluate'), and no "
                        + "longer by the codecs' error on one probe input.")
final class AccuracyCommand implements Callable<Integer> {

    private static final int SHOWN_DIGITS = 12;

    @Parameters(index = "0", paramLabel = "MODEL", description = "The model's name.")
    private String model = "";

    @Parameters(index = "1", paramLabel = "FILE", description = "What './baton evaluate --output FILE' wrote.")
    private Path file = Path.of("");

    @Mixin
    private OrchestratorOption orchestratorOption = new OrchestratorOption();

    private final Console console;

    AccuracyCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        AccuracyProfile profile = read();
        try (OrchestratorClient orchestrator = orchestratorOption.client()) {
            requireVersion(profile, orchestrator.model(model));
            orchestrator.attachAccuracy(model, profile.toJson());
        }
        console.line("Plans for %s follow its accuracy on %d samples of %s."
                .formatted(model, profile.dataset().samples(), profile.dataset().name()));
        return ExitCode.OK.number();
    }

    private AccuracyProfile read() {
        try {
            return AccuracyProfile.read(InputFiles.requireReadable(file, "accuracy profile"));
        } catch (IOException e) {
            throw CommandFailure.environment(String.valueOf(e.getMessage()), e);
        }
    }

    /** Split points of another version are others. */
    private void requireVersion(AccuracyProfile profile, ModelView current) {
        if (!profile.version().equals(current.version())) {
            throw CommandFailure.check(
                    "%s was measured on version %s… of %s, the current one is %s…: evaluate the package of that version, such as .baton/orchestrator/packages/%s"
                            .formatted(
                                    file,
                                    brief(profile.version()),
                                    profile.model(),
                                    brief(current.version()),
                                    current.version()));
        }
    }

    private static String brief(String version) {
        return version.substring(0, Math.min(SHOWN_DIGITS, version.length()));
    }
}
