package dev.baton.planning;

import static dev.baton.planning.TestingSituation.CLOUD;
import static dev.baton.planning.TestingSituation.point;
import static dev.baton.planning.TestingSituation.split;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.partitioning.accuracy.AccuracyBudget;
import dev.baton.partitioning.accuracy.AccuracyProfile;
import dev.baton.partitioning.accuracy.AccuracyProfile.Metric;
import dev.baton.partitioning.accuracy.Answers;
import dev.baton.partitioning.accuracy.ByteSummary;
import dev.baton.partitioning.accuracy.CodecAccuracy;
import dev.baton.partitioning.accuracy.SplitPointAccuracy;
import dev.baton.partitioning.splitpackage.CodecMeasurement;
import dev.baton.partitioning.splitpackage.FileEntry;
import dev.baton.partitioning.splitpackage.Manifest;
import dev.baton.partitioning.splitpackage.Parity;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.partitioning.splitpackage.SplitPointEntry;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ModelProfileTest {
    private static final String DIGEST = "d".repeat(64);
    private static final ModelVersion VERSION = new ModelVersion("gauge", DIGEST);
    private static final Choice HALF = split(1, "int8");

    @Test
    void everyAlternativeHasOneNumberAndIsFoundByIt() {
        ModelProfile profile = TestingSituation.profile(true);
        Set<Choice> choices = new HashSet<>();
        for (int alternative = 0; alternative < profile.alternatives(); alternative++) {
            choices.add(profile.choice(alternative));
            assertThat(profile.indexOf(profile.choice(alternative))).isEqualTo(alternative);
        }

        assertThat(choices).hasSize(1 + 4 * ModelProfile.CODEC_COUNT);
        assertThat(profile.choice(ModelProfile.EDGE_ONLY)).isEqualTo(Choice.EDGE_ONLY);
        assertThat(profile.choice(ModelProfile.CLOUD_ONLY)).isEqualTo(CLOUD);
    }

    @Test
    void whatAVersionDoesNotHaveHasNoNumber() {
        ModelProfile profile = TestingSituation.profile(true);

        assertThat(profile.indexOf(split(4, "int8")))
                .as("runs everything on the edge node")
                .isEqualTo(-1);
        assertThat(profile.indexOf(split(99, "int8"))).isEqualTo(-1);
    }

    @Test
    void theImportsErrorAndBytesCountUntilTheModelIsEvaluated() {
        ModelProfile imported = ModelProfile.of(VERSION, manifest(), OptionalLong.empty(), Optional.empty());
        ModelProfile evaluated =
                ModelProfile.of(VERSION, manifest(), OptionalLong.empty(), Optional.of(evaluation(DIGEST)));
        int half = imported.indexOf(HALF);

        assertThat(imported.relativeError[half]).isEqualTo(0.2);
        assertThat(imported.agreement[half]).isNaN();
        assertThat(imported.encodedBytes[half]).isEqualTo(100);
        assertThat(evaluated.relativeError[half]).isEqualTo(0.003);
        assertThat(evaluated.agreement[half]).isEqualTo(0.997);
        assertThat(evaluated.encodedBytes[half]).isEqualTo(90.5);
        assertThat(evaluated.metric()).contains(Metric.TOP1);
        assertThat(imported.metric()).as("nobody said what the output means").isEmpty();
    }

    @Test
    void whatNobodyMeasuredIsUnknownAndExactCodecsAreExact() {
        ModelProfile profile = ModelProfile.of(VERSION, manifest(), OptionalLong.empty(), Optional.empty());

        assertThat(profile.relativeError[profile.indexOf(split(1, "int4"))]).isNaN();
        assertThat(profile.encodedBytes[profile.indexOf(split(1, "int4"))]).isNaN();
        assertThat(profile.relativeError[profile.indexOf(split(1, "raw+zstd"))]).isZero();
    }

    @Test
    void anEvaluationOfAnotherVersionIsRefused() {
        AccuracyProfile other = evaluation("e".repeat(64));

        assertThatThrownBy(() -> ModelProfile.of(VERSION, manifest(), OptionalLong.empty(), Optional.of(other)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot describe gauge");
    }

    @Test
    void headsThatAreNotNestedAreRefused() {
        List<ModelProfile.Point> points = List.of(
                point(0, "input", 10, 0, Map.of()), point(1, "a", 10, 0.6, Map.of()), point(2, "b", 10, 0.5, Map.of()));

        assertThatThrownBy(() -> new ModelProfile(VERSION, points, false, OptionalLong.empty(), Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nested heads");
    }

    private static Manifest manifest() {
        FileEntry file = new FileEntry(10, "f".repeat(64));
        return new Manifest(
                Manifest.FORMAT,
                "gauge",
                "a".repeat(64),
                List.of(),
                List.of(),
                List.of(
                        entry(0, 0, Optional.empty(), Optional.of(SplitPackage.WHOLE_FILE)),
                        entry(1, 2, Optional.of("head.onnx"), Optional.of("tail.onnx")),
                        entry(2, 4, Optional.of(SplitPackage.WHOLE_FILE), Optional.empty())),
                List.of(),
                Optional.empty(),
                Map.of(
                        SplitPackage.WHOLE_FILE,
                        file,
                        SplitPackage.WEIGHTS_FILE,
                        file,
                        "head.onnx",
                        file,
                        "tail.onnx",
                        file),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of());
    }

    private static SplitPointEntry entry(int index, int head, Optional<String> headFile, Optional<String> tailFile) {
        return new SplitPointEntry(
                index,
                "op" + index,
                head,
                4 - head,
                0,
                List.of(),
                0,
                List.of(),
                headFile,
                tailFile,
                new Parity(true, 0),
                List.of(new CodecMeasurement("int8", 100, 0.2), new CodecMeasurement("of another time", 1, 0)));
    }

    private static AccuracyProfile evaluation(String version) {
        Answers answers = new Answers(0.997, OptionalDouble.empty(), OptionalDouble.empty(), 0, 0.003);
        CodecAccuracy codec = new CodecAccuracy("int8", answers, new ByteSummary(90.5, 95), 10, 10, true);
        return new AccuracyProfile(
                AccuracyProfile.FORMAT,
                "gauge",
                version,
                new AccuracyProfile.Dataset("dials", 1_000, "c".repeat(64), false),
                Metric.TOP1,
                AccuracyBudget.USUAL,
                "a test",
                "2026-01-01T00:00:00Z",
                Optional.empty(),
                List.of(new SplitPointAccuracy(1, "op1", OptionalDouble.empty(), Optional.empty(), List.of(codec))),
                List.of());
    }
}
