package dev.baton.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.cli.CommandLines.Outcome;
import dev.baton.console.ExitCode;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatonTest {

    private static final List<String> COMMANDS = List.of(
            "demo",
            "up",
            "import",
            "infer",
            "conformance",
            "plans",
            "explain",
            "prefer",
            "pin",
            "unpin",
            "inspect",
            "split",
            "verify",
            "profile",
            "bench",
            "test",
            "evaluate",
            "accuracy",
            "plan",
            "replay");

    @Test
    void helpListsEveryCommandAndExitCode() {
        Outcome outcome = CommandLines.run("--help");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(outcome.out()).contains("Exit codes:").contains("  3  something is missing");
        assertThat(COMMANDS).allSatisfy(command -> assertThat(outcome.out()).contains("\n  " + command + " "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "demo",
                "up",
                "import",
                "infer",
                "conformance",
                "plans",
                "explain",
                "prefer",
                "pin",
                "unpin",
                "inspect",
                "split",
                "verify",
                "profile",
                "bench",
                "test",
                "evaluate",
                "accuracy",
                "plan",
                "replay"
            })
    void everyCommandExplainsItself(String command) {
        Outcome outcome = CommandLines.run(command, "--help");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(outcome.out()).contains("Usage: baton " + command);
        assertThat(outcome.err()).isEmpty();
    }

    @Test
    void withoutCommandShowsHelpAndSaysUsage() {
        Outcome outcome = CommandLines.run();

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(outcome.out()).contains("Commands:");
    }

    @Test
    void unknownCommandIsOneLineOfUsage() {
        Outcome outcome = CommandLines.run("divide");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(outcome.err()).hasLineCount(1).contains("divide", "'./baton --help'");
    }

    @Test
    void unknownOptionNamesTheCommandsHelp() {
        Outcome outcome = CommandLines.run("verify", "model.onnx", "--fast");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(outcome.err()).hasLineCount(1).contains("--fast", "'./baton verify --help'");
    }

    @Test
    void missingModelFileIsNamed() {
        Outcome outcome = CommandLines.run("verify", "nowhere.onnx");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.ENVIRONMENT);
        assertThat(outcome.err()).isEqualTo("baton: no such model: nowhere.onnx" + System.lineSeparator());
    }

    @Test
    void aFileThatIsNoModelFailsTheCheckInOneLine(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("picture.onnx"), "not a model");

        Outcome outcome = CommandLines.run("verify", file.toString());

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.CHECK_FAILED);
        assertThat(outcome.err()).hasLineCount(1).startsWith("baton: ").contains("picture.onnx", "not an ONNX model");
    }

    @Test
    void debugShowsWhereAFailureCameFrom() {
        Outcome outcome = CommandLines.run("verify", "nowhere.onnx", "--debug");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.ENVIRONMENT);
        assertThat(outcome.err()).contains("no such model: nowhere.onnx", "CommandFailure", "\tat dev.baton.cli.");
    }

    @Test
    void placementsAreCheckedBeforeAnythingStarts() {
        assertUsage("demo", "--placement", "half", "expected edge-only, cloud-only or split:N");
        assertUsage("pin", "edge-1", "gauge", "split:0", "expected edge-only, cloud-only or split:N");
        assertUsage("pin", "edge-1", "gauge", "split:3", "--codec", "jpeg", "int8");
    }

    @Test
    void demoSettingsAreChecked() {
        assertUsage("demo", "--pictures", "0", "at least one picture");
        assertUsage("demo", "--image", "dial.jpg", "--image goes with --model");
        assertUsage("demo", "--model", "any.onnx", "--model needs at least one picture");
    }

    @Test
    void linksAreChecked() {
        assertUsage("up", "--link", "fast", "'fast' is not a rate");
        assertUsage("up", "--edge-slowdown", "0", "an edge slowdown is between 1 and 1000, is 0.0");
    }

    @Test
    void aPortOutsideItsRangeIsNamedWithItsFlag() {
        assertUsage("up", "--redis-port", "70000", "port 70000 for Redis: expected 1 to 65535 (--redis-port)");
    }

    @Test
    void portsThatCollideAreNamed() {
        assertUsage(
                "up",
                "--orchestrator-port",
                "8090",
                "the orchestrator and tail-1 cannot both have port 8090: change --orchestrator-port or --tail-port");
    }

    @Test
    void aPortThatIsTakenIsNamedWithItsFlag(@TempDir Path state) throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            String port = Integer.toString(taken.getLocalPort());

            Outcome outcome = CommandLines.run("up", "--kafka-port", port, "--state", state.toString());

            assertThat(outcome.exitCode()).isEqualTo(ExitCode.ENVIRONMENT);
            assertThat(outcome.err().lines().toList())
                    .last()
                    .asString()
                    .contains(
                            "port " + port + ", wanted by the Kafka broker, is taken", "--kafka-port", "--free-ports");
            assertThat(state).isEmptyDirectory();
        }
    }

    @Test
    void anOrchestratorThatIsAwayIsNamed() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }

        Outcome outcome = CommandLines.run("plans", "--orchestrator", "http://127.0.0.1:" + port);

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.ENVIRONMENT);
        assertThat(outcome.err()).hasLineCount(1).contains("127.0.0.1:" + port, "./baton up", "--orchestrator");
    }

    @Test
    void anEdgeNodeThatIsAwayIsNamed(@TempDir Path directory) throws IOException {
        Path picture = Files.writeString(directory.resolve("dial.jpg"), "any bytes");
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }

        Outcome outcome = CommandLines.run(
                "infer", "--model", "gauge", "--image", picture.toString(), "--edge", "127.0.0.1:" + port);

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.ENVIRONMENT);
        assertThat(outcome.err()).hasLineCount(1).contains("127.0.0.1:" + port, "./baton up", "--edge");
    }

    @Test
    void testsBelongToTheLauncher() {
        Outcome outcome = CommandLines.run("test", "tensor");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(outcome.err()).contains("'./baton test tensor'");
    }

    /** The last element is expected in the message. */
    private static void assertUsage(String... argumentsAndMessage) {
        int last = argumentsAndMessage.length - 1;
        String[] arguments = Arrays.copyOf(argumentsAndMessage, last);

        Outcome outcome = CommandLines.run(arguments);

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(outcome.err().lines().toList()).last().asString().contains(argumentsAndMessage[last]);
    }

    @Test
    void optionsOfBenchmarksAreHandedOn() {
        Outcome outcome = CommandLines.run("bench", "no-such-benchmark", "--quick");

        assertThat(outcome.exitCode()).isIn(ExitCode.ENVIRONMENT, ExitCode.USAGE); // not built yet, or unknown to them
        assertThat(outcome.err()).doesNotContain("Picocli");
    }
}
