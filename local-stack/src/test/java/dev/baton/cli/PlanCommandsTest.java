package dev.baton.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.cli.CommandLines.Outcome;
import dev.baton.cli.TestingOrchestrator.Asked;
import dev.baton.console.ExitCode;
import dev.baton.console.Json;
import dev.baton.partitioning.accuracy.AccuracyBudget;
import dev.baton.partitioning.accuracy.AccuracyProfile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands that show and steer plans, against answers as the orchestrator gives them. */
class PlanCommandsTest {

    private static final String PREFERENCES = "/api/preferences/edge-1/gauge";
    private static final String STRICT = """
            {"edgeNode": "*", "model": "*", "preferences": {"objective": {"perMilli": 1, "perJoule": 5, "perCost": 0},
             "constraints": {"latencyTarget": {"millis": 100, "quantile": 0.99},
                             "accuracy": {"agreement": 0.98, "relativeError": 0.02}, "edgeMemoryBytes": 64000000,
                             "maxRecordBytes": 1048576, "rawInputStaysOnDevice": true, "minimumDepth": 3,
                             "allowedPlacements": ["edge-only", "split"]}}}""";
    private static final String USUAL = """
            {"edgeNode": "edge-1", "model": "gauge", "preferences": {"objective": "latency",
             "constraints": {"accuracy": {"agreement": 0.99, "relativeError": 0.01}, "maxRecordBytes": 33554432,
                             "rawInputStaysOnDevice": false}}}""";

    @TempDir
    private Path directory;

    private final TestingOrchestrator orchestrator = new TestingOrchestrator();

    @AfterEach
    void stop() {
        orchestrator.close();
    }

    private Outcome run(String... arguments) {
        return CommandLines.run(Stream.concat(Stream.of(arguments), Stream.of("--orchestrator", orchestrator.url()))
                .toArray(String[]::new));
    }

    private static String recorded(String name) throws IOException {
        try (InputStream json = PlanCommandsTest.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(json).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private void planning() {
        orchestrator.answering("GET /api/plans", """
                [{"edgeNode": "edge-1", "model": "gauge", "version": "6f", "placement": "split:2", "codec": "int8+zstd",
                  "epoch": 7, "pinned": false, "since": "%s", "predictedMillis": 31.25, "measuredMillis": 32.5,
                  "joules": 0.125, "objective": "latency", "reason": "split:2 is the best", "planner": "o-1"},
                 {"edgeNode": "edge-22", "model": "gauge", "version": "6f", "placement": "edge-only", "codec": "raw",
                  "epoch": 1, "pinned": true, "since": "%s", "objective": "energy", "reason": "pinned", "planner": "o-2"}]""".formatted(
                Instant.now().minus(Duration.ofSeconds(330)), Instant.now().minus(Duration.ofHours(30))));
    }

    @Test
    void plansAreATable() {
        planning();

        Outcome outcome = run("plans");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(outcome.out().lines())
                .startsWith(
                        "edge     model  placement  codec      epoch  since  predicted  measured      J  objective  reason",
                        "edge-1   gauge  split:2    int8+zstd      7     5m       31.3      32.5  0.125  latency    split:2 is the best",
                        "edge-22  gauge  edge-only  –              1     1d          –         –      –  energy     pinned");
    }

    @Test
    void plansMayBeOfOneEdgeNodeOrModel() throws IOException {
        planning();

        JsonNode one = Json.read(run("plans", "edge-22", "--json").out());

        assertThat(one).hasSize(1);
        assertThat(one.get(0).get("placement").asText()).isEqualTo("edge-only");
        assertThat(one.get(0).has("measuredMillis")).isFalse();
        assertThat(Instant.parse(one.get(0).get("since").asText())).isBefore(Instant.now());
        assertThat(run("plans", "edge-1", "squeezenet").out()).isEqualTo("No plans." + System.lineSeparator());
    }

    @Test
    void anExplanationGoesFromTheDecisionToItsOutcome() throws IOException {
        orchestrator.answering("GET /api/plans/edge-1/gauge/explanation", recorded("explanation.json"));

        Outcome outcome = run("explain", "edge-1", "gauge");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
        List<String> lines = outcome.out().lines().toList();
        assertThat(lines.getFirst()).startsWith("edge-1 gauge: split:2 int8+zstd, epoch 7, since 2026-10-0");
        assertThat(lines)
                .contains(
                        "  trigger     the link changed",
                        "  replaced    cloud-only, epoch 6, predicted at 12.5 ms when it was decided",
                        "  now         in force: nothing is predicted to be better",
                        "uplink    8.1 Mbit/s ± 0.20 Mbit/s  7.4 Mbit/s ± 0.30 Mbit/s",
                        "requests  –                         14.0 a second",
                        "alternative          ms    ±   now  head  uplink  round trip  tail  encode  bytes      J",
                        "split:2 int8+zstd  31.3  2.5  33.8  20.5     6.5         2.3   2.0       –   4100  0.125  ◀",
                        "cloud-only         48.5  4.0     –     –    40.5           –     –       –  21000  0.200",
                        "  split:1 raw: needs 3 operators on the edge node, has 2",
                        "  split:1 int4: encode is unknown (int4 was never run here)",
                        "head                    20.5  0.5      21.8  measured: 41 runs",
                        "round trip               2.3    –            estimated: of the link",
                        "tail                     2.0  0.1         –  prior: share of operators",
                        "transfer                 8.8    –       9.5  uplink and round trip together",
                        "total                   31.3  2.5      32.5",
                        "milliseconds; measured: medians of 14 requests in the last window that had any, p95 41.0 ms, 0.130 J each, 1 finished on the edge node");
        assertThat(lines).noneMatch(line -> line.startsWith("split:1 raw"));
    }

    @Test
    void everyAlternativeIsShownWhenAskedFor() throws IOException {
        orchestrator.answering("GET /api/plans/edge-1/gauge/explanation", recorded("explanation.json"));

        assertThat(run("explain", "edge-1", "gauge", "--all").out())
                .containsPattern("\nsplit:1 raw +29\\.0 .* ruled out: needs 3 operators")
                .containsPattern("\nsplit:1 int4 +– ");
        assertThat(run("explain", "edge-1", "gauge", "--best", "1").out())
                .containsPattern("\nsplit:2 int8\\+zstd +31\\.3")
                .doesNotContainPattern("\ncloud-only +48");
    }

    @Test
    void aDecisionThatWasReplacedSaysByWhat() throws IOException {
        orchestrator.answering(
                "GET /api/plans/edge-1/gauge/explanation",
                recorded("explanation.json").replace("\"inForce\": true", "\"inForce\": false"));

        Outcome outcome = run("explain", "edge-1", "gauge", "--at", "2026-10-05T10:16:00Z");

        assertThat(outcome.out())
                .contains(
                        "  now         replaced; in force is split:2 int8+zstd, epoch 7, since",
                        "of the plan in force only");
        assertThat(orchestrator.asked())
                .containsExactly(new Asked("GET /api/plans/edge-1/gauge/explanation?at=2026-10-05T10%3A16%3A00Z", ""));
    }

    @Test
    void anExplanationIsOneDocument() throws IOException {
        orchestrator.answering("GET /api/plans/edge-1/gauge/explanation", recorded("explanation.json"));

        JsonNode document =
                Json.read(run("explain", "edge-1", "gauge", "--json").out());

        assertThat(document.at("/decision/plan/alternatives/0/terms/1/deviationMillis")
                        .asDouble())
                .isEqualTo(2.25);
        assertThat(document.at("/decision/plan/decidedAt").asText()).isEqualTo("2026-10-05T10:15:30.250Z");
        assertThat(document.at("/now/measured/p95Millis").asDouble()).isEqualTo(41);
    }

    @ParameterizedTest
    @CsvSource({"yesterday, expected how long ago", "2999-01-01T00:00, expected one that has passed"})
    void aTimeThatIsNoneIsRefused(String time, String expected) {
        Outcome outcome = run("explain", "edge-1", "gauge", "--at", time);

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(outcome.err()).hasLineCount(1).contains("time '" + time + "'", expected);
        assertThat(orchestrator.asked()).isEmpty();
    }

    @Test
    void whatTheOrchestratorDoesNotKnowIsSaid() {
        Outcome outcome = run("explain", "edge-1", "gauge");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.CHECK_FAILED);
        assertThat(outcome.err()).hasLineCount(1).contains("there is no GET /api/plans/edge-1/gauge");
    }

    @Test
    void preferencesAreShownWithWhomTheyAreFor() {
        orchestrator.answering("GET " + PREFERENCES, STRICT);

        Outcome outcome = run("prefer", "edge-1", "gauge");

        assertThat(outcome.out().lines())
                .containsExactly(
                        "edge-1 gauge, as set for * * or, where nothing was set, by the orchestrator's settings",
                        "  objective       1.0 per ms + 5.0 per J + 0.0 per unit of cloud cost",
                        "  latency target  100 ms for 99 % of requests",
                        "  accuracy        agreement of 0.98, or an error of 0.02 at most",
                        "  edge memory     64 MB",
                        "  largest record  1.0 MB",
                        "  raw input       stays on the edge node",
                        "  least depth     3 operators on the edge node",
                        "  placements      edge-only, split");
        assertThat(orchestrator.asked()).hasSize(1);
    }

    @Test
    void whatIsNotNamedStaysAsItIsInForce() throws IOException {
        orchestrator.answering("GET " + PREFERENCES, STRICT).answering("PUT " + PREFERENCES, USUAL);

        Outcome outcome = run(
                "prefer",
                "edge-1",
                "gauge",
                "--objective",
                "energy",
                "--latency-target",
                "none",
                "--accuracy-budget",
                "0.95",
                "--min-depth",
                "0",
                "--allow",
                "all");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
        Asked put = orchestrator.asked().getLast();
        assertThat(put.line()).isEqualTo("PUT " + PREFERENCES);
        assertThat(Json.read(put.body())).isEqualTo(Json.read("""
                                {"objective": "energy", "constraints": {"accuracy": {"agreement": 0.95, "relativeError": 0.02},
                                 "edgeMemoryBytes": 64000000, "maxRecordBytes": 1048576, "rawInputStaysOnDevice": true,
                                 "allowedPlacements": []}}"""));
        assertThat(outcome.out()).startsWith("edge-1 gauge, as set for edge-1 gauge" + System.lineSeparator());
    }

    @Test
    void everyPreferenceCanBeSet() throws IOException {
        orchestrator.answering("GET /api/preferences/*/*", USUAL).answering("PUT /api/preferences/*/*", STRICT);

        Outcome outcome = run(
                "prefer",
                "*",
                "*",
                "--objective",
                "weighted:latency=1,energy=20,cost=0.5",
                "--latency-target",
                "100ms@p90",
                "--accuracy-budget",
                "0.03",
                "--memory",
                "512mb",
                "--min-depth",
                "4",
                "--raw-input-stays",
                "--allow",
                "split,edge-only");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(Json.read(orchestrator.asked().getLast().body())).isEqualTo(Json.read("""
                                {"objective": {"perMilli": 1.0, "perJoule": 20.0, "perCost": 0.5}, "constraints": {
                                 "latencyTarget": {"millis": 100.0, "quantile": 0.9},
                                 "accuracy": {"agreement": 0.99, "relativeError": 0.03}, "edgeMemoryBytes": 512000000,
                                 "maxRecordBytes": 33554432, "rawInputStaysOnDevice": true, "minimumDepth": 4,
                                 "allowedPlacements": ["edge-only", "split"]}}"""));
    }

    @Test
    void clearedPreferencesLeaveWhatIsInForceThen() {
        orchestrator.answering("DELETE " + PREFERENCES, "").answering("GET " + PREFERENCES, STRICT);

        Outcome outcome = run("prefer", "edge-1", "gauge", "--clear");

        assertThat(outcome.out()).startsWith("edge-1 gauge, as set for * *");
        assertThat(orchestrator.asked())
                .extracting(Asked::line)
                .containsExactly("DELETE " + PREFERENCES, "GET " + PREFERENCES);
    }

    @ParameterizedTest
    @CsvSource({
        "--objective, speed, --objective: 'speed': expected latency",
        "--latency-target, soon, --latency-target: 'soon': expected a time",
        "--latency-target, 100ms@p40, quantile must lie in",
        "--memory, much, --memory: 'much': expected a size",
        "--min-depth, -1, minimumDepth must not be negative",
        "--accuracy-budget, 1.5, accuracy budget with agreement 1.5",
        "--allow, half, 'must be edge-only, cloud-only, split or split:N'"
    })
    void aPreferenceThatMakesNoSenseIsRefusedBeforeAnythingIsAsked(String flag, String value, String expected) {
        Outcome outcome = run("prefer", "edge-1", "gauge", flag, value);

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(outcome.err()).hasLineCount(1).contains(expected);
        assertThat(orchestrator.asked()).isEmpty();
    }

    @Test
    void clearingAndSettingAreTwoThings() {
        assertThat(run("prefer", "edge-1", "gauge", "--clear", "--memory", "1gb")
                        .exitCode())
                .isEqualTo(ExitCode.USAGE);
        assertThat(run("prefer", "edge-1", "gauge", "--clear", "--show").err()).contains("one at a time");
        assertThat(orchestrator.asked()).isEmpty();
    }

    private Path profile(String version) throws IOException {
        return Files.write(
                directory.resolve("accuracy.json"),
                new AccuracyProfile(
                                AccuracyProfile.FORMAT,
                                "gauge",
                                version,
                                new AccuracyProfile.Dataset("pictures", 200, "0".repeat(64), false),
                                AccuracyProfile.Metric.RELATIVE_ERROR,
                                AccuracyBudget.USUAL,
                                "this machine",
                                "2026-10-05T10:00:00Z",
                                Optional.empty(),
                                List.of(),
                                List.of())
                        .toJson());
    }

    @Test
    void anAccuracyProfileIsAttachedAsItIs() throws IOException {
        Path file = profile("a".repeat(64));
        orchestrator
                .answering(
                        "GET /api/models/gauge",
                        "{\"name\": \"gauge\", \"version\": \"%s\", \"splitPoints\": []}".formatted("a".repeat(64)))
                .answering("PUT /api/models/gauge/accuracy", "");

        Outcome outcome = run("accuracy", "gauge", file.toString());

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(outcome.out()).contains("gauge", "200 samples of pictures");
        assertThat(orchestrator.asked().getLast())
                .isEqualTo(new Asked("PUT /api/models/gauge/accuracy", Files.readString(file)));
    }

    @Test
    void anAccuracyProfileOfAnotherVersionIsNotSent() throws IOException {
        Path file = profile("a".repeat(64));
        orchestrator.answering(
                "GET /api/models/gauge",
                "{\"name\": \"gauge\", \"version\": \"%s\", \"splitPoints\": []}".formatted("b".repeat(64)));

        Outcome outcome = run("accuracy", "gauge", file.toString());

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.CHECK_FAILED);
        assertThat(outcome.err())
                .hasLineCount(1)
                .contains("aaaaaaaaaaaa…", "bbbbbbbbbbbb…", "packages/" + "b".repeat(64));
        assertThat(orchestrator.asked()).hasSize(1);
    }

    @Test
    void aFileThatIsNoAccuracyProfileIsNamed() throws IOException {
        Path file = Files.writeString(directory.resolve("notes.txt"), "notes");

        assertThat(run("accuracy", "gauge", file.toString()).err()).contains("notes.txt is no accuracy profile");
        assertThat(run("accuracy", "gauge", "nowhere.json").err()).contains("no such accuracy profile: nowhere.json");
        assertThat(orchestrator.asked()).isEmpty();
    }
}
