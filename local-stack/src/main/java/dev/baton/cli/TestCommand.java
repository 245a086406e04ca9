package dev.baton.cli;

import dev.baton.console.CommandFailure;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Stands in the list of commands; the launcher itself runs the tests, since they build what this tool is made of. */
@Command(name = "test", header = "Build Baton and run all of its tests (mvn verify).")
final class TestCommand implements Callable<Integer> {

    @Parameters(paramLabel = "MAVEN ARGUMENT", arity = "0..*", description = "Goes to Maven as it is.")
    private List<String> mavenArguments = List.of();

    @Override
    public Integer call() {
        throw CommandFailure.usage(
                "tests are run by the launcher: './baton test %s'".formatted(String.join(" ", mavenArguments)));
    }
}
