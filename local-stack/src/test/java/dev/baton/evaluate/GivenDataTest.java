package dev.baton.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.baton.inference.Device;
import dev.baton.models.EngineGraphRunner;
import dev.baton.partitioning.accuracy.AccuracyBudget;
import dev.baton.partitioning.accuracy.AccuracyProfile;
import dev.baton.partitioning.accuracy.AccuracyProfile.Metric;
import dev.baton.partitioning.accuracy.CodecAccuracy;
import dev.baton.partitioning.accuracy.PictureAccuracy;
import dev.baton.partitioning.accuracy.SplitPointAccuracy;
import dev.baton.partitioning.divide.DivisionRequest;
import dev.baton.partitioning.divide.ModelDescription;
import dev.baton.partitioning.divide.ModelDivider;
import dev.baton.partitioning.splitpackage.Manifest;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.tensor.codec.Codec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Evaluates real models on a few samples of real data. */
class GivenDataTest {
    private static final Path MODELS = Path.of(System.getProperty("baton.models", "../../shared/models"));
    private static final Path HOME = Path.of(System.getProperty("baton.home", ".."));

    @TempDir
    private Path directory = Path.of("");

    @Test
    void activationsOfSqueezeNetTakeFewerBytesThanTheJpeg() throws Exception {
        AccuracyProfile profile = evaluate(
                "squeezenet_fp32/squeezenet_fp32.onnx",
                HOME.resolve("docs/models/squeezenet_fp32.json"),
                "inputs/photos",
                6,
                List.of(Codec.parse("int8"), Codec.parse("step12")));

        assertThat(profile.metric()).isEqualTo(Metric.TOP1);
        assertThat(profile.dataset().labelled()).isTrue();
        PictureAccuracy jpeg = profile.pictures().stream()
                .filter(picture -> picture.form().equals("jpeg-85"))
                .findFirst()
                .orElseThrow();
        List<SplitPointAccuracy> early = profile.splitPoints().stream()
                .filter(point -> point.headFlopsShare().orElse(1) <= 0.6)
                .toList();
        assertThat(early).anySatisfy(point -> {
            CodecAccuracy codec = point.codec("step12").orElseThrow();
            assertThat(codec.bytes().mean()).isLessThan(jpeg.bytes().mean());
            assertThat(codec.answers().agreement()).isEqualTo(1);
        });
    }

    @Test
    void tokensAreEvaluatedAgainstTheirLabels() throws Exception {
        Path folder = MODELS.resolve("sms_spam_transformer");
        assumeTrue(Files.isDirectory(folder), () -> "no models in " + MODELS);
        Path model;
        try (Stream<Path> files = Files.list(folder)) {
            model = files.filter(file -> file.toString().endsWith(".onnx"))
                    .findFirst()
                    .orElseThrow();
        }
        AccuracyProfile profile = evaluate(
                MODELS.relativize(model).toString(),
                Path.of("none"),
                "inputs/text/sms_spam_given_encoded.npz",
                12,
                List.of(Codec.RAW, Codec.parse("step6")));

        assertThat(profile.metric()).isEqualTo(Metric.TOP1);
        assertThat(profile.dataset().samples()).isEqualTo(12);
        assertThat(profile.pictures()).isEmpty();
        assertThat(profile.whole().orElseThrow().accuracy()).isGreaterThan(0.8);
        assertThat(profile.splitPoints()).allSatisfy(point -> {
            assertThat(point.codec("raw").orElseThrow().answers().agreement()).isEqualTo(1);
            assertThat(point.smallest()).isPresent();
        });
    }

    private AccuracyProfile evaluate(String onnx, Path description, String dataset, long limit, List<Codec> codecs)
            throws Exception {
        Path model = MODELS.resolve(onnx);
        assumeTrue(Files.exists(model), () -> "no " + model);
        ModelDescription described =
                Files.exists(description) ? ModelDescription.read(description) : ModelDescription.none();
        try (EngineGraphRunner runner = new EngineGraphRunner(Device.CPU);
                DataSet data = DataSets.open(
                        MODELS.resolve(dataset), runner.inputs(model), described.image(), Optional.empty())) {
            DivisionRequest request = DivisionRequest.of(model, "given")
                    .withDescription(described)
                    .withProbe(DataSets.firstInputs(data, described.image()))
                    .withMaxSplitPoints(6)
                    .withCodecs(List.of());
            SplitPackage made = ModelDivider.divide(request, runner, directory.resolve("package"), progress -> {});
            Manifest manifest = made.manifest();
            AccuracyProfile profile = Evaluation.of(
                    made,
                    data,
                    new Evaluation.Settings(
                            Device.CPU,
                            codecs,
                            List.of(),
                            limit,
                            AccuracyBudget.USUAL,
                            Optional.empty(),
                            "here",
                            "2026-01-01T00:00:00Z"),
                    progress -> {});
            assertThat(profile.version()).isEqualTo(made.version());
            assertThat(profile.splitPoints()).hasSize(manifest.lastIndex());
            return profile;
        }
    }
}
