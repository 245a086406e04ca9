package dev.baton.inspection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.partitioning.cost.OperatorCosts;
import dev.baton.partitioning.divide.Candidates;
import dev.baton.partitioning.probe.ProbeInput;
import dev.baton.partitioning.probe.ProbeValues;
import dev.baton.partitioning.profile.DeviceProfile;
import dev.baton.partitioning.profile.ModelProfile;
import dev.baton.partitioning.profile.OperatorTime;
import dev.baton.partitioning.profile.SplitPointTime;
import dev.baton.partitioning.profile.TimeSummary;
import dev.baton.partitioning.split.SplitPoints;
import dev.baton.partitioning.splitpackage.OperatorEntry;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.TensorSpec;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ModelPageTest {

    private static final String HOSTILE = "</script><script>alert('&')</script><!--";

    @Test
    void whatTheModelSaysIsNeverMarkup() throws IOException {
        String page = ModelPage.of(inspection(HOSTILE), Optional.empty());

        assertThat(page)
                .doesNotContain("alert('&')", HOSTILE)
                .contains("&lt;/script&gt;&lt;script&gt;alert(&#39;&amp;&#39;)")
                .contains("\\u003c/script\\u003e\\u003cscript\\u003ealert('\\u0026')");
        assertThat(page.split("</script>", -1)).hasSize(4); // the data, the charts, and what draws them
    }

    @Test
    void loadsNothingFromElsewhere() throws IOException {
        String page = ModelPage.of(inspection("conv"), Optional.empty());

        assertThat(page)
                .doesNotContainPattern("(src|href)\\s*=\\s*[\"']?(https?:)?//")
                .doesNotContain("@import", "{{")
                .contains("default-src 'none'", "The MIT License", "var uPlot=");
    }

    @Test
    void unknownCostIsSaidAndNotShownAsZero() throws IOException {
        String page = ModelPage.of(inspection("conv"), Optional.empty());

        assertThat(page).contains("<td>unknown</td>", "1.00 MFLOPs known, of 1 operators unknown");
        assertThat(page).contains("{\"kind\":\"Custom\",\"name\":\"conv\"}");
    }

    @Test
    void measuredTimesAreShownForTheSameModelOnly() throws IOException {
        Inspection model = inspection("conv");

        assertThat(ModelPage.of(model, Optional.of(device("conv model"))))
                .contains("Times were measured on bench", "\"micros\":12.5", "0.02 ms");
        assertThat(ModelPage.of(model, Optional.of(device("another model")))).doesNotContain("\"micros\"");
    }

    private static DeviceProfile device(String model) {
        TimeSummary time = TimeSummary.ofNanos(new long[] {20_000});
        return DeviceProfile.empty(
                        "bench",
                        new DeviceProfile.Setup("a processor", 2, "Linux", "an engine", "cpu", 2, "ALL", "BASIC"),
                        "2026-01-01T00:00:00Z")
                .with(
                        new ModelProfile(
                                model,
                                "0123",
                                time,
                                1,
                                List.of(new SplitPointTime(0, 0, Optional.empty(), Optional.of(time), List.of())),
                                List.of(
                                        new OperatorTime(0, "Conv", OptionalLong.of(1_000_000), 90, 12.5, 4),
                                        new OperatorTime(1, "Custom", OptionalLong.empty(), 40, 1, 4))),
                        "2026-01-02T00:00:00Z");
    }

    private static Inspection inspection(String name) {
        Shape shape = Shape.of(1, 3);
        return Inspection.of(
                new Candidates(
                        "conv model",
                        List.of(new TensorSpec(name, ElementType.FP32, shape)),
                        List.of(new TensorSpec("out", ElementType.FP32, shape)),
                        List.of(new ProbeInput(
                                name, ElementType.FP32, shape, ProbeValues.given(List.of(1.0, 2.0, 3.0)))),
                        0,
                        List.of(
                                new OperatorEntry(0, "Conv", name, OptionalLong.of(1_000_000), 50, 40, 40),
                                new OperatorEntry(
                                        1, "Custom", name, OptionalLong.empty(), 0, 40, OperatorEntry.CANNOT_CROSS)),
                        new OperatorCosts.Total(1_000_000, 1, 50, 80),
                        new SplitPoints(List.of(), Optional.of("nothing but " + name))),
                Optional.empty());
    }
}
