package dev.baton.orchestrator.planning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.baton.planning.Constraints;
import dev.baton.planning.Objective;
import dev.baton.planning.Preferences;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PreferencesDocumentTest {
    private static final String EVERYTHING = """
            {"objective": {"perMilli": 1, "perJoule": 5},
             "constraints": {"latencyTarget": {"millis": 100.5, "quantile": 0.9},
                             "accuracy": {"agreement": 0.98, "relativeError": 0.02},
                             "edgeMemoryBytes": 67108864, "maxRecordBytes": 1048576, "rawInputStaysOnDevice": true,
                             "minimumDepth": 3, "allowedPlacements": ["edge-only", "split", "split:4"]}}
            """;

    private static Preferences parse(String document) {
        return PreferencesDocument.parse(document, Preferences.USUAL);
    }

    @Test
    void everythingThatMayBeAskedForIsRead() {
        Preferences preferences = parse(EVERYTHING);
        Constraints constraints = preferences.constraints();

        assertThat(preferences.objective()).isEqualTo(new Objective.Weighted(1, 5, 0));
        assertThat(constraints.latencyTarget())
                .hasValue(new Constraints.LatencyTarget(Duration.ofNanos(100_500_000), 0.9));
        assertThat(constraints.accuracy().agreement()).isEqualTo(0.98);
        assertThat(constraints.accuracy().relativeError()).isEqualTo(0.02);
        assertThat(constraints.edgeMemoryBytes()).isEqualTo(OptionalLong.of(64 << 20));
        assertThat(constraints.maxRecordBytes()).isEqualTo(1 << 20);
        assertThat(constraints.rawInputStaysOnDevice()).isTrue();
        assertThat(constraints.minimumDepth()).isEqualTo(OptionalInt.of(3));
        assertThat(constraints.allowedPlacements()).isEqualTo(Set.of("edge-only", "split", "split:4"));
    }

    @Test
    void whatADocumentLeavesOutIsAsUsual() {
        assertThat(parse("{}")).isEqualTo(Preferences.USUAL);
        assertThat(parse("{\"objective\": null, \"constraints\": {\"minimumDepth\": null}}"))
                .isEqualTo(Preferences.USUAL);

        Preferences strict = parse(EVERYTHING);
        assertThat(PreferencesDocument.parse(
                                "{\"objective\": \"energy\", \"constraints\": {\"minimumDepth\": 5}}", strict)
                        .constraints()
                        .allowedPlacements())
                .isEqualTo(strict.constraints().allowedPlacements());
    }

    @Test
    void aLatencyTargetIsForNineteenOfTwentyRequestsUnlessSaidOtherwise() {
        assertThat(parse("{\"constraints\": {\"latencyTarget\": {\"millis\": 50}}}")
                        .constraints()
                        .latencyTarget())
                .hasValue(new Constraints.LatencyTarget(Duration.ofMillis(50), 0.95));
    }

    @Test
    void whatIsShownReadsBackAsTheSame() throws JsonProcessingException {
        JsonMapper json = JsonMapper.builder().build();
        for (Preferences preferences :
                new Preferences[] {parse(EVERYTHING), Preferences.USUAL, Preferences.USUAL.with(Objective.CLOUD_COST)
                }) {
            String shown = json.writeValueAsString(PreferencesDocument.view(preferences));
            assertThat(parse(shown)).as(shown).isEqualTo(preferences);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[]|body",
                "{|body",
                "{'speed': 1}|speed",
                "{'objective': 'speed'}|objective",
                "{'objective': {}}|objective",
                "{'objective': {'perMilli': -1}}|objective.perMilli",
                "{'objective': {'perMilli': '1'}}|objective.perMilli",
                "{'objective': {'perHour': 1}}|objective.perHour",
                "{'constraints': 1}|constraints",
                "{'constraints': {'depth': 1}}|constraints.depth",
                "{'constraints': {'latencyTarget': {}}}|constraints.latencyTarget.millis",
                "{'constraints': {'latencyTarget': {'millis': 0}}}|constraints.latencyTarget.millis",
                "{'constraints': {'latencyTarget': {'millis': 1, 'quantile': 1}}}|constraints.latencyTarget.quantile",
                "{'constraints': {'accuracy': {'agreement': 1.1}}}|constraints.accuracy.agreement",
                "{'constraints': {'accuracy': {'relativeError': -1}}}|constraints.accuracy.relativeError",
                "{'constraints': {'edgeMemoryBytes': 0}}|constraints.edgeMemoryBytes",
                "{'constraints': {'edgeMemoryBytes': 1.5}}|constraints.edgeMemoryBytes",
                "{'constraints': {'maxRecordBytes': 0}}|constraints.maxRecordBytes",
                "{'constraints': {'rawInputStaysOnDevice': 'yes'}}|constraints.rawInputStaysOnDevice",
                "{'constraints': {'minimumDepth': -1}}|constraints.minimumDepth",
                "{'constraints': {'allowedPlacements': 'split'}}|constraints.allowedPlacements",
                "{'constraints': {'allowedPlacements': [1]}}|constraints.allowedPlacements",
                "{'constraints': {'allowedPlacements': ['somewhere']}}|constraints.allowedPlacements"
            })
    void whatMakesNoSenseIsRefusedNamingTheField(String document, String field) {
        assertThatThrownBy(() -> parse(document.replace('\'', '"')))
                .isInstanceOfSatisfying(InvalidPreferencesException.class, refused -> assertThat(refused.field())
                        .isEqualTo(field));
    }
}
