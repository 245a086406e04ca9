package dev.baton.partitioning.split;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.partitioning.RandomGraphs;
import dev.baton.partitioning.TestingModels;
import dev.baton.partitioning.families.ShapedBuilder;
import dev.baton.partitioning.graph.ModelGraph;
import dev.baton.partitioning.graph.Operator;
import dev.baton.partitioning.graph.TensorFacts;
import dev.baton.partitioning.graph.TensorTable;
import dev.baton.tensor.ElementType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SplitPointFinderTest {
    private static final int GRAPHS = 1000;
    private static final int FEWER_GRAPHS = 200;

    @TempDir
    Path directory;

    @Test
    void everySplitPointIsClosedNestedAndSaysExactlyWhatCrosses() throws Exception {
        int points = 0;
        for (int seed = 0; seed < GRAPHS; seed++) {
            ModelGraph graph = RandomGraphs.write(seed, directory);
            TensorTable tensors = RandomGraphs.table(graph, seed, seed % 2 == 0);
            SplitPointFinder finder = new SplitPointFinder(graph, tensors);
            Map<String, Integer> makers = new HashMap<>();
            for (Operator operator : graph.operators()) {
                operator.node()
                        .getOutputList()
                        .forEach(made -> makers.put(made, operator.id().number()));
            }
            for (int limit : new int[] {3, SplitPointFinder.ALL}) {
                Set<Integer> before = Set.of();
                List<SplitPoint> found = finder.find(limit).between();
                assertThat(found).hasSizeLessThanOrEqualTo(limit);
                for (SplitPoint point : found) {
                    points++;
                    String what = "graph %d, %s".formatted(seed, point);
                    Set<Integer> head = new HashSet<>();
                    point.head().forEach(id -> head.add(id.number()));
                    assertThat(head.size() > before.size() && head.containsAll(before))
                            .as("%s: larger than the one before", what)
                            .isTrue();
                    assertThat(isClosed(graph, head, makers))
                            .as("%s: closed", what)
                            .isTrue();
                    List<String> crossing =
                            point.crossing().stream().map(CrossingTensor::name).toList();
                    assertThat(crossing).as(what).doesNotHaveDuplicates();
                    assertThat(Set.copyOf(crossing)).as(what).isEqualTo(crossingByHand(graph, head));
                    assertThat(crossing.stream().allMatch(tensors::canCross))
                            .as(what)
                            .isTrue();
                    before = head;
                }
            }
            for (int position = 1; position < graph.operators().size(); position++) {
                Set<Integer> head = new HashSet<>();
                finder.order()
                        .subList(0, position)
                        .forEach(operator -> head.add(operator.id().number()));
                long bytes = 0;
                boolean possible = true;
                for (String tensor : crossingByHand(graph, head)) {
                    possible &= tensors.canCross(tensor);
                    bytes += tensors.of(tensor).map(TensorFacts::bytes).orElse(0L);
                }
                assertThat(finder.crossingBytes(position))
                        .as("graph %d after %d", seed, position)
                        .isEqualTo(possible ? OptionalLong.of(bytes) : OptionalLong.empty());
            }
        }
        assertThat(points).isGreaterThan(4 * GRAPHS);
    }

    private static boolean isClosed(ModelGraph graph, Set<Integer> head, Map<String, Integer> makers) {
        for (int number : head) {
            for (String read : RandomGraphs.reads(graph.model().getGraph().getNode(number))) {
                Integer maker = makers.get(read);
                if (maker != null && !head.contains(maker)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** By the definition, tensor by tensor, from the file. */
    private static Set<String> crossingByHand(ModelGraph graph, Set<Integer> head) {
        Set<String> there = new HashSet<>();
        graph.inputs().forEach(input -> there.add(input.name()));
        Set<String> needed = new HashSet<>(graph.outputs());
        for (Operator operator : graph.operators()) {
            if (head.contains(operator.id().number())) {
                there.addAll(operator.node().getOutputList());
            } else {
                needed.addAll(RandomGraphs.reads(operator.node()));
            }
        }
        there.retainAll(needed);
        return there;
    }

    /**
     * At any price of work and bytes no head of all is cheaper than the cheapest position of the order, but for what moving a
     * position behind an activation function costs.
     */
    @Test
    void orderGoesThroughTheCheapestHeadsOfAll() throws Exception {
        for (int seed = 0; seed < FEWER_GRAPHS; seed++) {
            ModelGraph graph = RandomGraphs.write(seed, directory);
            TensorTable tensors = RandomGraphs.table(graph, seed, seed % 2 == 0);
            SplitPointFinder finder = new SplitPointFinder(graph, tensors);
            SpreadingWork work = new SpreadingWork(finder.costs());
            CutGraph places = new CutGraph(graph, tensors);
            List<double[]> all = new ArrayList<>();
            ExhaustiveCut.forEachHead(places, head -> {
                double bytes = 0;
                for (int tensor = 0; tensor < places.tensors(); tensor++) {
                    if (places.crosses(tensor, head)) {
                        bytes += places.canCross(tensor) ? places.bytes(tensor) : Double.POSITIVE_INFINITY;
                    }
                }
                double inHead = head.stream()
                        .mapToDouble(place -> work.of(places.operator(place)))
                        .sum();
                all.add(new double[] {inHead, bytes});
            });
            List<double[]> positions = new ArrayList<>();
            double done = 0;
            for (int position = 0; position <= finder.order().size(); position++) {
                OptionalLong bytes = finder.crossingBytes(position);
                if (bytes.isPresent()) {
                    positions.add(new double[] {done, bytes.getAsLong()});
                }
                done += position < finder.order().size()
                        ? work.of(finder.order().get(position))
                        : 0;
            }
            for (double price = 1e-3; price < 1e3; price *= 1.7) {
                double tolerance = 0.005 * price * done + 1e-9;
                assertThat(cheapest(positions, price))
                        .as("graph %d, work at %s for a byte", seed, price)
                        .isLessThanOrEqualTo(cheapest(all, price) + tolerance);
            }
        }
    }

    private static double cheapest(List<double[]> heads, double price) {
        double cheapest = Double.POSITIVE_INFINITY;
        for (double[] head : heads) {
            cheapest = Math.min(cheapest, price * head[0] + head[1]);
        }
        return cheapest;
    }

    /** With room for all, a position is left out only for one nearby with no more bytes, or for an end. */
    @Test
    void whatIsLeftOutIsDominated() throws Exception {
        int dominated = 0;
        for (int seed = 0; seed < FEWER_GRAPHS; seed++) {
            ModelGraph graph = RandomGraphs.write(seed, directory);
            TensorTable tensors = RandomGraphs.table(graph, seed, false);
            SplitPointFinder finder = new SplitPointFinder(graph, tensors);
            SpreadingWork work = new SpreadingWork(finder.costs());
            double[] shares = new double[finder.order().size() + 1];
            for (int i = 1; i < shares.length; i++) {
                shares[i] = shares[i - 1] + work.of(finder.order().get(i - 1));
            }
            double total = shares[shares.length - 1];
            Set<Integer> kept = new HashSet<>();
            finder.find(1000).between().forEach(point -> kept.add(point.head().size()));
            for (int position = 1; position < shares.length - 1; position++) {
                if (!kept.contains(position)) {
                    dominated++;
                    double share = shares[position] / total;
                    long bytes = finder.crossingBytes(position).orElseThrow();
                    boolean byAnother = kept.stream()
                            .anyMatch(other -> Math.abs(shares[other] / total - share) <= 0.015 + 1e-12
                                    && finder.crossingBytes(other).orElseThrow() <= bytes);
                    boolean byAnEnd = 1 - share <= 0.002
                            || (share <= 0.002
                                    && bytes >= finder.crossingBytes(0).orElseThrow() / 2);
                    assertThat(byAnother || byAnEnd)
                            .as("graph %d, position %d", seed, position)
                            .isTrue();
                }
            }
        }
        assertThat(dominated).isGreaterThan(50);
    }

    @Test
    void ordersAreTopologicalAndComplete() throws Exception {
        for (int seed = 0; seed < FEWER_GRAPHS; seed++) {
            ModelGraph graph = RandomGraphs.write(seed, directory);
            TensorTable tensors = RandomGraphs.table(graph, seed, false);
            for (List<Operator> order : orders(graph, tensors)) {
                assertThat(order).containsExactlyInAnyOrderElementsOf(graph.operators());
                Set<String> made = new HashSet<>();
                for (Operator operator : order) {
                    for (String input : operator.inputs()) {
                        boolean isComputed = graph.producer(input).isPresent() && !graph.isConstant(input);
                        assertThat(!isComputed || made.contains(input))
                                .as("graph %d: %s reads %s", seed, operator, input)
                                .isTrue();
                    }
                    made.addAll(operator.outputs());
                }
            }
        }
    }

    /** A branch that is written first and makes much of little is left for later. */
    @Test
    void headLeavesOutBranchesThatOnlyCostBytes() throws Exception {
        ShapedBuilder model = new ShapedBuilder();
        String thumbnail = model.input("thumbnail", ElementType.FP32, 1, 3, 16, 16);
        String picture = model.input("picture", ElementType.FP32, 1, 3, 64, 64);
        String wide = model.same("Tanh", model.conv(thumbnail, 64, 1, 1, 0, 1));
        String narrow = model.conv(picture, 8, 4, 4, 0, 1);
        for (int i = 0; i < 6; i++) {
            narrow = model.same("Relu", model.conv(narrow, 8, 3, 1, 1, 1));
        }
        String pooled = model.pool("MaxPool", narrow, 16, 16, 0);
        String both = model.both("Add", wide, model.conv(pooled, 64, 1, 1, 0, 1));
        model.output(model.pool("MaxPool", model.same("Relu", both), 16, 16, 0));
        ModelGraph graph = ModelGraph.read(TestingModels.write(directory, model.build()));
        SplitPointFinder finder = new SplitPointFinder(graph, model.tensors());
        List<SplitPoint> found = finder.find(24).between();
        assertThat(found)
                .as("the small input and what is left of the large one")
                .anySatisfy(point -> assertThat(point.crossing())
                        .extracting(CrossingTensor::name)
                        .containsExactly(thumbnail, pooled));
    }

    private static List<List<Operator>> orders(ModelGraph graph, TensorTable tensors) {
        CutGraph places = new CutGraph(graph, tensors);
        double[] work = new double[places.operators()];
        Arrays.fill(work, 1);
        List<List<Operator>> orders = new ArrayList<>();
        for (int[] order : new OperatorOrders(places, work).all()) {
            orders.add(Arrays.stream(order).mapToObj(places::operator).toList());
        }
        orders.add(new SplitPointFinder(graph, tensors).order());
        return orders;
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
