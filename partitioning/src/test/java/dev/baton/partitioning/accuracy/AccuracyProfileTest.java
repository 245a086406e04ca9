package dev.baton.partitioning.accuracy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.baton.partitioning.accuracy.AccuracyProfile.Dataset;
import dev.baton.partitioning.accuracy.AccuracyProfile.Metric;
import dev.baton.partitioning.accuracy.AccuracyProfile.WholeAccuracy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccuracyProfileTest {
    private static final SplitPointAccuracy POINT = new SplitPointAccuracy(
            3,
            "pool1",
            OptionalDouble.of(0.4),
            Optional.of("int8"),
            List.of(codec("raw", 4000, 1, 0), codec("int8", 1000, 0.995, 0.004), codec("step3", 300, 0.96, 0.05)));

    private static CodecAccuracy codec(String id, long bytes, double agreement, double error) {
        Answers answers = new Answers(agreement, OptionalDouble.of(0.79), OptionalDouble.of(0.6), error * error, error);
        return new CodecAccuracy(id, answers, new ByteSummary(bytes, bytes + 100), 12.5, 11.25, agreement >= 0.99);
    }

    private static AccuracyProfile profile(SplitPointAccuracy... points) {
        return new AccuracyProfile(
                AccuracyProfile.FORMAT,
                "resnet20",
                "v1",
                new Dataset("cifar10", 1000, "0a".repeat(32), true),
                Metric.TOP1,
                AccuracyBudget.USUAL,
                "a desk",
                "2026-01-01T00:00:00Z",
                Optional.of(new WholeAccuracy(0.795, 0.61)),
                List.of(points),
                List.of(new PictureAccuracy(
                        "jpeg-85",
                        new Answers(0.925, OptionalDouble.empty(), OptionalDouble.empty(), 0.5, 0.1),
                        new ByteSummary(1003, 1100),
                        false)));
    }

    @Test
    void isTheSameAfterJson(@TempDir Path directory) throws IOException {
        AccuracyProfile profile = profile(POINT);
        Path file = Files.write(directory.resolve("accuracy.json"), profile.toJson());

        assertThat(AccuracyProfile.read(file)).isEqualTo(profile);
        assertThat(AccuracyProfile.read(file).toJson()).isEqualTo(profile.toJson());
    }

    @Test
    void givesTheSmallestCodecWithinABudget() {
        assertThat(smallest(new AccuracyBudget(0.99, 0), Metric.TOP1)).contains("int8");
        assertThat(smallest(new AccuracyBudget(0.95, 0), Metric.TOP1)).contains("step3");
        assertThat(smallest(new AccuracyBudget(1, 0), Metric.TOP1)).contains("raw");
        assertThat(smallest(new AccuracyBudget(1, 0.01), Metric.RELATIVE_ERROR)).contains("int8");
        assertThat(smallest(new AccuracyBudget(1, 0.001), Metric.RELATIVE_ERROR))
                .contains("raw");
    }

    private static Optional<String> smallest(AccuracyBudget budget, Metric metric) {
        return POINT.within(budget, metric).map(CodecAccuracy::codec);
    }

    @Test
    void findsASplitPointByItsIndex() {
        assertThat(profile(POINT).splitPoint(3)).contains(POINT);
        assertThat(profile(POINT).splitPoint(4)).isEmpty();
        assertThat(POINT.codec("int8").map(codec -> codec.bytes().p95())).contains(1100L);
        assertThat(POINT.codec("int4")).isEmpty();
    }

    @Test
    void refusesWhatIsNoProfile(@TempDir Path directory) throws IOException {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> profile(POINT, POINT))
                .withMessageContaining("twice");
        String json = new String(profile(POINT).toJson(), StandardCharsets.UTF_8);
        Path file = directory.resolve("other.json");
        for (String bad : List.of(
                json.replace("\"format\" : 1", "\"format\" : 2"),
                json.replace("\"samples\" : 1000", "\"samples\" : 0"),
                json.substring(0, json.length() / 2),
                "[]")) {
            Files.writeString(file, bad);
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> AccuracyProfile.read(file))
                    .withMessageContaining("other.json is no accuracy profile");
        }
    }
}
