package dev.baton.cli;

import dev.baton.console.CommandFailure;
import dev.baton.console.Console;
import dev.baton.console.ExitCode;
import dev.baton.console.Table;
import dev.baton.models.EngineGraphRunner;
import dev.baton.partitioning.divide.DivisionRequest;
import dev.baton.partitioning.divide.ModelVerifier;
import dev.baton.partitioning.divide.PackageVerifier;
import dev.baton.partitioning.divide.Verification;
import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.partitioning.splitpackage.InvalidPackageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Proves that a model can be divided. */
@Command(
        name = "verify",
        header = "Prove that a model can be divided.",
        description = {
            "Divides a model at every split point, runs head and tail, and compares with the whole model:",
            "bit for bit where the engine allows it (optimisation EXTENDED), within 1e-4 relative at ALL.",
            "Of a split package, every file's digest is compared too."
        })
final class VerifyCommand implements Callable<Integer> {

    private static final Table TABLE = new Table(
            Table.Column.right("split", 5),
            Table.Column.left("after operator", 40),
            Table.Column.right("head", 5),
            Table.Column.right("tail", 5),
            Table.Column.right("tensors", 7),
            Table.Column.right("bytes", 10),
            Table.Column.left("bit-exact", 9),
            Table.Column.right("max rel. at ALL", 15),
            Table.Column.left("", 3));

    @Parameters(paramLabel = "MODEL", description = "An ONNX file, or the directory of a split package.")
    private Path model = Path.of("");

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    @Mixin
    private DivisionOptions divisionOptions = new DivisionOptions();

    @Mixin
    private ModelOptions modelOptions = new ModelOptions();

    private final Console console;

    VerifyCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Console people = json ? console.besideJson() : console;
        Verification verification = verify(people);
        people.clearProgress();
        if (json) {
            console.line(DataJson.write(verification));
        } else {
            print(verification);
        }
        return (verification.passed() ? ExitCode.OK : ExitCode.CHECK_FAILED).number();
    }

    private Verification verify(Console people) throws IOException {
        if (OpenedPackage.isPackage(model)) {
            try (OpenedPackage opened = OpenedPackage.in(model);
                    EngineGraphRunner runner = divisionOptions.runner()) {
                return PackageVerifier.verify(opened.splitPackage(), runner, people::progress);
            } catch (InvalidPackageException e) {
                throw CommandFailure.check(String.valueOf(e.getMessage()), e);
            }
        }
        DivisionRequest request = divisionOptions.request(model, modelOptions);
        try (EngineGraphRunner runner = divisionOptions.runner()) {
            return ModelVerifier.verify(request, runner, people::progress);
        } catch (InvalidModelException e) {
            throw CommandFailure.check(String.valueOf(e.getMessage()), e);
        }
    }

    private void print(Verification verification) {
        long keptOut = verification.rows().stream().filter(row -> !row.passed()).count();
        console.line("%s: %d operators, %d split points%s"
                .formatted(
                        console.bold(verification.model()),
                        verification.operators(),
                        verification.rows().size() - keptOut,
                        verification
                                .reason()
                                .map(reason -> ". It is not divided: " + reason)
                                .orElse("")));
        verification.warnings().forEach(warning -> console.line("  " + console.bad("caution") + ": " + warning));
        if (verification.rows().isEmpty()) {
            return;
        }
        console.line("");
        console.line(console.dim(TABLE.header()));
        verification.rows().forEach(row -> console.line(text(row)));
        console.line("");
        if (!verification.passed()) {
            console.line(console.bad("No split point gives what the whole model gives."));
        } else if (keptOut > 0) {
            console.line("%d others do not give exactly what the whole model gives; they are kept out of packages."
                    .formatted(keptOut));
        } else {
            console.line(console.good("Every split point gives what the whole model gives."));
        }
    }

    private String text(Verification.Row row) {
        return TABLE.row(
                row.passed() ? row.index() : "–",
                row.name(),
                row.headOperators(),
                row.tailOperators(),
                row.crossing().size(),
                row.crossingBytes(),
                row.bitExact() ? "yes" : "no",
                row.maxRelativeDifference().isPresent()
                        ? "%.1e".formatted(row.maxRelativeDifference().getAsDouble())
                        : "did not run",
                row.failure()
                        .map(failure -> console.bad("kept out") + ": " + failure)
                        .orElse(console.good("ok")));
    }
}
