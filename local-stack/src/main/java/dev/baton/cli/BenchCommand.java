package dev.baton.cli;

import dev.baton.console.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Unmatched;

/** Runs the benchmarks in a JVM of their own, which nothing else disturbs. */
@Command(
        name = "bench",
        header = "Measure Baton on this machine.",
        description = "Arguments go to the benchmarks; './baton bench -- --help' lists them.")
final class BenchCommand implements Callable<Integer> {

    private static final String MAIN_CLASS = "dev.baton.benchmarks.BenchmarkMain";

    @Parameters(paramLabel = "ARGUMENT", arity = "0..*", description = "Goes to the benchmarks.")
    private List<String> arguments = List.of();

    @Unmatched
    private List<String> more = new ArrayList<>(); // picocli adds to it

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path home = Home.directory();
        Path jar = home.resolve("benchmarks/target/baton-benchmarks.jar");
        if (!Files.isRegularFile(jar)) {
            throw CommandFailure.environment("the benchmarks are not built: %s is missing".formatted(jar));
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Djava.awt.headless=true",
                "-Dbaton.home=" + home,
                "-cp",
                jar + ":" + home.resolve("benchmarks/target/lib") + "/*",
                MAIN_CLASS));
        command.addAll(arguments);
        command.addAll(more);
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }
}
