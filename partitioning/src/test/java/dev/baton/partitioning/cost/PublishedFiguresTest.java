package dev.baton.partitioning.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.baton.partitioning.TestingModels;
import dev.baton.partitioning.TestingProbe;
import dev.baton.partitioning.families.ShapedBuilder;
import dev.baton.partitioning.families.ShapedModels;
import dev.baton.partitioning.graph.ModelGraph;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole models against the multiply-adds that others published for them; two operations are one multiply-add. */
final class PublishedFiguresTest {
    @TempDir
    Path directory;

    /** He et al. 2015, table 1, say 3.8; torchvision counts 4.09 for the variant with strides in the 3×3 windows. */
    @Test
    void resNet50() throws Exception {
        OperatorCosts.Total total = ofFile("onnx_light/light_resnet50.onnx");
        assertThat(total.knownFlops() / 2e9).isCloseTo(4.1, withinPercentage(8));
        assertThat(total.unknownOperators()).isZero();
        assertThat(total.weightBytes() / 4e6).isCloseTo(25.6, withinPercentage(1));
    }

    /** Sandler et al. 2018, table 4: 300 M multiply-adds, 3.4 M parameters. */
    @Test
    void mobileNetV2() throws Exception {
        OperatorCosts.Total total = ofFile("random/mobilenet_v2.onnx");
        assertThat(total.knownFlops() / 2e9).isCloseTo(0.30, withinPercentage(6));
        assertThat(total.unknownOperators()).isZero();
        assertThat(total.weightBytes() / 4e6).isCloseTo(3.4, withinPercentage(4));
    }

    /** torchvision: 17.56 G multiply-adds, 86.6 M parameters. */
    @Test
    void visionTransformer() throws Exception {
        OperatorCosts.Total total = of(ShapedModels.visionTransformer(224, 16, 768, 12, 12, 1000));
        assertThat(total.knownFlops() / 2e9).isCloseTo(17.6, withinPercentage(2));
        assertThat(total.unknownOperators()).isZero();
        assertThat(total.weightBytes() / 4e6).isCloseTo(86.6, withinPercentage(1));
    }

    /** 12 layers of (4·768² + 2·768·3072)·128 for the projections and 2·128²·768 for attention: 11.2 G. */
    @Test
    void bertBase() throws Exception {
        OperatorCosts.Total total = of(ShapedModels.bert(128, 768, 12, 12));
        assertThat(total.knownFlops() / 2e9).isCloseTo(11.2, withinPercentage(2));
        assertThat(total.unknownOperators()).isZero();
    }

    private OperatorCosts.Total of(ShapedBuilder model) throws Exception {
        ModelGraph graph = ModelGraph.read(TestingModels.write(directory, model.build()));
        return OperatorCosts.of(graph, model.tensors()).total();
    }

    private OperatorCosts.Total ofFile(String file) throws Exception {
        Path onnx =
                Path.of(System.getProperty("baton.models", "../shared/models")).resolve(file);
        assumeTrue(Files.isRegularFile(onnx), "no " + onnx + ": not compared with its published figures");
        return TestingProbe.with(onnx, directory, (graph, tensors) -> OperatorCosts.of(graph, tensors)
                .total());
    }
}
