package dev.baton.partitioning.split;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.partitioning.RandomGraphs;
import dev.baton.partitioning.TestingModels;
import dev.baton.partitioning.graph.ModelGraph;
import dev.baton.partitioning.graph.Operator;
import dev.baton.partitioning.graph.OperatorId;
import dev.baton.partitioning.graph.TensorTable;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SplitPointFinderTest {
    private static final int GRAPHS = 300;

    @TempDir
    Path directory;

    @Test
    void headsAreClosedUnderPredecessors() throws Exception {
        for (int seed = 0; seed < GRAPHS; seed++) {
            ModelGraph graph = RandomGraphs.write(seed, directory);
            for (SplitPoint point : every(graph, seed)) {
                Set<OperatorId> head = new HashSet<>(point.head());
                for (Operator operator : graph.operators()) {
                    if (head.contains(operator.id())) {
                        for (String input : operator.inputs()) {
                            graph.producer(input)
                                    .filter(source -> !graph.constants().contains(source))
                                    .ifPresent(source -> assertThat(head)
                                            .as("graph %s", graph.file())
                                            .contains(source.id()));
                        }
                    }
                }
            }
        }
    }

    @Test
    void whatCrossesIsExactlyWhatIsThereAndStillNeeded() throws Exception {
        int compared = 0;
        for (int seed = 0; seed < GRAPHS; seed++) {
            ModelGraph graph = RandomGraphs.write(seed, directory);
            for (SplitPoint point : every(graph, seed)) {
                assertThat(point.crossing())
                        .as("graph %d, %s", seed, point)
                        .extracting(CrossingTensor::name)
                        .containsExactlyInAnyOrderElementsOf(crossingByHand(graph, point));
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(2 * GRAPHS);
    }

    /** By the definition, tensor by tensor, from the file. */
    private static Set<String> crossingByHand(ModelGraph graph, SplitPoint point) {
        Set<String> there = new HashSet<>();
        graph.inputs().forEach(input -> there.add(input.name()));
        Set<String> needed = new HashSet<>(graph.outputs());
        for (Operator operator : graph.operators()) {
            if (point.head().contains(operator.id())) {
                there.addAll(operator.node().getOutputList());
            } else {
                needed.addAll(operator.node().getInputList());
            }
        }
        there.retainAll(needed);
        return there;
    }

    @Test
    void eachHeadLiesWithinTheNext() throws Exception {
        for (int seed = 0; seed < GRAPHS; seed++) {
            ModelGraph graph = RandomGraphs.write(seed, directory);
            TensorTable tensors = RandomGraphs.table(graph, seed, seed % 2 == 0);
            for (int limit : new int[] {1, 3, SplitPointFinder.ALL}) {
                List<SplitPoint> points =
                        new SplitPointFinder(graph, tensors).find(limit).between();
                assertThat(points).hasSizeLessThanOrEqualTo(limit);
                for (int i = 1; i < points.size(); i++) {
                    assertThat(points.get(i).head())
                            .containsAll(points.get(i - 1).head());
                    assertThat(points.get(i).head().size())
                            .isGreaterThan(points.get(i - 1).head().size());
                }
            }
        }
    }

    @Test
    void tensorsThatCannotCrossDoNot() throws Exception {
        for (int seed = 0; seed < GRAPHS; seed++) {
            ModelGraph graph = RandomGraphs.write(seed, directory);
            TensorTable tensors = RandomGraphs.table(graph, seed, true);
            for (SplitPoint point : new SplitPointFinder(graph, tensors)
                    .find(SplitPointFinder.ALL)
                    .between()) {
                assertThat(point.crossing()).allMatch(tensor -> tensors.canCross(tensor.name()));
            }
        }
    }

    @Test
    void orderIsTopologicalAndComplete() throws Exception {
        for (int seed = 0; seed < GRAPHS; seed++) {
            ModelGraph graph = RandomGraphs.write(seed, directory);
            TensorTable tensors = RandomGraphs.table(graph, seed, false);
            for (List<Operator> order : new OperatorOrders(graph, tensors).all()) {
                assertThat(order).containsExactlyInAnyOrderElementsOf(graph.operators());
                Set<String> made = new HashSet<>();
                for (Operator operator : order) {
                    for (String input : operator.inputs()) {
                        boolean isComputed = graph.operators().stream()
                                .anyMatch(source -> source.outputs().contains(input));
                        assertThat(!isComputed || made.contains(input))
                                .as("graph %d: %s reads %s", seed, operator, input)
                                .isTrue();
                    }
                    made.addAll(operator.outputs());
                }
            }
        }
    }

    @Test
    void headThatReadsFromTheTailIsRefused() throws Exception {
        ModelGraph graph = chain();
        TensorTable tensors = RandomGraphs.table(graph, 1, false);
        assertThatThrownBy(() -> SplitPoint.after(
                        graph, tensors, List.of(graph.operators().get(1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("head is not closed under predecessors: #1 Neg make_b reads 'a'");
    }

    @Test
    void splitThroughResidualBranchSendsTensorOnce() throws Exception {
        ModelGraph graph = ModelGraph.read(TestingModels.write(
                directory,
                TestingModels.model(TestingModels.graph(
                        List.of(TestingModels.floats("x", 4)),
                        List.of(TestingModels.floats("y", 4)),
                        List.of(),
                        TestingModels.node("Relu", List.of("x"), List.of("a")),
                        TestingModels.node("Neg", List.of("a"), List.of("b")),
                        TestingModels.node("Add", List.of("a", "b"), List.of("y"))))));
        TensorTable tensors = RandomGraphs.table(graph, 1, false);
        SplitPoint point = SplitPoint.after(graph, tensors, graph.operators().subList(0, 1));
        assertThat(point.crossing()).extracting(CrossingTensor::name).containsExactly("a");
        assertThat(point.name()).isEqualTo("Relu make_a");
    }

    private static List<SplitPoint> every(ModelGraph graph, long seed) {
        return new SplitPointFinder(graph, RandomGraphs.table(graph, seed, false))
                .find(SplitPointFinder.ALL)
                .between();
    }

    private ModelGraph chain() throws Exception {
        return ModelGraph.read(TestingModels.write(
                directory,
                TestingModels.model(TestingModels.graph(
                        List.of(TestingModels.floats("x", 4)),
                        List.of(TestingModels.floats("y", 4)),
                        List.of(),
                        TestingModels.node("Relu", List.of("x"), List.of("a")),
                        TestingModels.node("Neg", List.of("a"), List.of("b")),
                        TestingModels.node("Abs", List.of("b"), List.of("y"))))));
    }
}
