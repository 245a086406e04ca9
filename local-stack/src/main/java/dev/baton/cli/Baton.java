package dev.baton.cli;

import dev.baton.console.Console;
import dev.baton.console.ExitCode;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

/** {@code ./baton}: runs, shows and steers everything on one machine. */
@Command(
        name = "baton",
        header = "Divides a neural network between an edge node and the cloud, and keeps choosing where.",
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n",
        subcommands = {
            DemoCommand.class,
            UpCommand.class,
            ImportCommand.class,
            InferCommand.class,
            ConformanceCommand.class,
            PlansCommand.class,
            ExplainCommand.class,
            PreferCommand.class,
            PinCommand.class,
            UnpinCommand.class,
            InspectCommand.class,
            SplitCommand.class,
            VerifyCommand.class,
            ProfileCommand.class,
            EvaluateCommand.class,
            AccuracyCommand.class,
            PlanCommand.class,
            ReplayCommand.class,
            BenchCommand.class,
            TestCommand.class,
        },
        footerHeading = "%nExit codes:%n",
        footer = {
            "  0  done, and every check held",
            "  1  a check failed, or a service refused",
            "  2  the command line makes no sense",
            "  3  something is missing or in the way: a JDK, a port, a file, a service",
            "",
            "'./baton COMMAND --help' explains a command. First steps: './baton demo'."
        })
public final class Baton {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli itself acts on it
    private boolean help;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show where a failure came from.")
    private boolean debug;

    private final Console console;

    private Baton(Console console) {
        this.console = console;
    }

    public static void main(String[] args) {
        if (List.of(args).contains("--debug")) {
            Logging.verbose();
        } else {
            Logging.quiet();
        }
        System.exit(run(Console.ofThisProcess(System.getenv()), args).number());
    }

    /** Runs one command line. */
    public static ExitCode run(Console console, String... args) {
        Baton baton = new Baton(console);
        CommandLine line = new CommandLine(baton, new CommandFactory(console))
                .setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(100)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setColorScheme(CommandLine.Help.defaultColorScheme(console.hasColour() ? Ansi.ON : Ansi.OFF))
                .setOut(console.out())
                .setErr(console.err())
                .setParameterExceptionHandler((exception, arguments) -> baton.explain(exception))
                .setExecutionExceptionHandler((exception, command, parsed) -> baton.explain(exception));
        if (args.length == 0) {
            line.usage(console.out());
            return ExitCode.USAGE;
        }
        int number = line.execute(args);
        return List.of(ExitCode.values()).stream()
                .filter(code -> code.number() == number)
                .findFirst()
                .orElse(ExitCode.CHECK_FAILED);
    }

    private int explain(ParameterException exception) {
        CommandLine command = exception.getCommandLine();
        String question = "'./baton %s--help' shows what is possible."
                .formatted(command.getParent() == null ? "" : command.getCommandName() + " ");
        return fail(ExitCode.USAGE, withStop(firstLine(exception)) + " " + question, exception);
    }

    private int explain(Exception exception) {
        Failures.Explained explained = Failures.explain(exception);
        return fail(explained.exitCode(), explained.message(), exception);
    }

    private int fail(ExitCode code, String message, Exception exception) {
        console.note(console.bad("baton: ") + message);
        if (debug) {
            exception.printStackTrace(console.err());
            console.err().flush();
        }
        return code.number();
    }

    private static String firstLine(Exception exception) {
        String message = exception.getMessage();
        return message == null
                ? exception.getClass().getSimpleName()
                : message.lines().findFirst().orElse(message);
    }

    private static String withStop(String sentence) {
        return sentence.endsWith(".") ? sentence : sentence + ".";
    }

    /** Commands get the console in their constructor. */
    private record CommandFactory(Console console) implements CommandLine.IFactory {

        @Override
        public <K> K create(Class<K> type) throws Exception {
            if (type.getPackageName().equals(Baton.class.getPackageName())) {
                for (var constructor : type.getDeclaredConstructors()) {
                    if (List.of(constructor.getParameterTypes()).equals(List.of(Console.class))) {
                        return type.cast(constructor.newInstance(console));
                    }
                }
            }
            return CommandLine.defaultFactory().create(type);
        }
    }
}
