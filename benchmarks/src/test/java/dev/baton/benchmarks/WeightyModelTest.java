package dev.baton.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.partitioning.divide.DivisionRequest;
import dev.baton.partitioning.divide.ModelDivider;
import dev.baton.partitioning.splitpackage.SplitPackage;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WeightyModelTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void isPackagedWithoutAnEngine(boolean external) throws Exception {
        WeightyModel model = new WeightyModel(12, external);
        SplitPackage made = ModelDivider.divide(
                DivisionRequest.of(model.write(directory), "weighty").withCodecs(List.of()),
                new StandInEngine(),
                directory.resolve("package"),
                step -> {});
        made.verify();
        assertThat(made.manifest().weightBytes()).isEqualTo(model.weightBytes()).isEqualTo(12 << 20);
        assertThat(made.manifest().splitPoints()).hasSizeGreaterThan(2);
        assertThat(made.manifest().splitPoint(1).headWeightBytes()).isLessThan(model.weightBytes());
    }
}
