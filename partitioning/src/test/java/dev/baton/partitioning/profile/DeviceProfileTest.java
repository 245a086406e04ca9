package dev.baton.partitioning.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DeviceProfileTest {
    private static final DeviceProfile.Setup SETUP =
            new DeviceProfile.Setup("a processor", 2, "Linux", "an engine 1", "cpu", 2, "ALL", "BASIC");

    @TempDir
    private Path directory;

    @Test
    void isReadAsItWasWritten() throws IOException {
        DeviceProfile profile = DeviceProfile.empty("bench", SETUP, "2026-01-01T00:00:00Z")
                .with(profile("gauge", "v1"), "2026-01-02T00:00:00Z");
        Path file = directory.resolve("profiles").resolve("bench.json");

        profile.write(file);

        assertThat(DeviceProfile.read(file)).isEqualTo(profile);
        assertThat(profile.layerTimes()).isPresent();
        assertThat(file.getParent()).isDirectoryContaining(path -> path.equals(file));
    }

    @Test
    void aModelMeasuredAgainReplacesItsFormerSelf() {
        DeviceProfile profile = DeviceProfile.empty("bench", SETUP, "2026-01-01T00:00:00Z")
                .with(profile("gauge", "v1"), "2026-01-02T00:00:00Z")
                .with(profile("other", "v7"), "2026-01-03T00:00:00Z")
                .with(profile("gauge", "v2"), "2026-01-04T00:00:00Z");

        assertThat(profile.models()).extracting(ModelProfile::version).containsExactly("v7", "v2");
        assertThat(profile.measuredAt()).isEqualTo("2026-01-04T00:00:00Z");
        assertThat(profile.model("v1")).isEmpty();
    }

    @Test
    void everyHeadAndTailIsARun() {
        List<MeasuredRun> runs = profile("gauge", "v1").runs();

        assertThat(runs).extracting(run -> run.layers().size()).containsExactly(2, 1, 1, 2);
        assertThat(runs).extracting(MeasuredRun::micros).containsExactly(30.0, 10.0, 20.0, 30.0);
    }

    @Test
    void aFileThatIsNoProfileIsNamed() throws IOException {
        Path file = Files.writeString(directory.resolve("notes.json"), "{\"format\": 1}");

        assertThatThrownBy(() -> DeviceProfile.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("notes.json is no device profile");
    }

    @Test
    void summarisesSamples() {
        TimeSummary summary = TimeSummary.ofNanos(new long[] {5000, 1000, 4000, 2000, 3000});

        assertThat(summary.medianMicros()).isEqualTo(3);
        assertThat(summary.p95Micros()).isEqualTo(4.8);
        assertThat(summary.spread()).isEqualTo(2.0 / 3);
        assertThat(summary.samples()).isEqualTo(5);
    }

    @Test
    void nodesAreKnownByTheirNumbers() {
        assertThat(NumberedGraph.operatorOf("baton-operator-12-")).hasValue(12);
        assertThat(NumberedGraph.operatorOf("baton-operator-12-/MatMulAddFusion/"))
                .hasValue(12);
        assertThat(NumberedGraph.operatorOf("baton-constant-12-")).isEmpty();
        assertThat(NumberedGraph.operatorOf("/reshape")).isEmpty();
    }

    private static ModelProfile profile(String model, String version) {
        TimeSummary whole = TimeSummary.ofNanos(new long[] {30_000});
        return new ModelProfile(
                model,
                version,
                whole,
                1.0,
                List.of(
                        new SplitPointTime(0, 0, Optional.empty(), Optional.of(whole), List.of()),
                        new SplitPointTime(
                                1,
                                1,
                                Optional.of(TimeSummary.ofNanos(new long[] {10_000})),
                                Optional.of(TimeSummary.ofNanos(new long[] {20_000})),
                                List.of(new CodecTime("raw", 10, whole, whole))),
                        new SplitPointTime(2, 2, Optional.of(whole), Optional.empty(), List.of())),
                List.of(
                        new OperatorTime(0, "Conv", OptionalLong.of(1000), 100, 12, 5),
                        new OperatorTime(1, "Relu", OptionalLong.empty(), 100, 0, 0)));
    }
}
