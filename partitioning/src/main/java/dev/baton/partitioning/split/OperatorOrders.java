package dev.baton.partitioning.split;

import dev.baton.partitioning.graph.ModelGraph;
import dev.baton.partitioning.graph.Operator;
import dev.baton.partitioning.graph.OperatorId;
import dev.baton.partitioning.graph.TensorFacts;
import dev.baton.partitioning.graph.TensorTable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/*
 * A cut of one topological order may carry tensors that another order would not have made yet, or would have used up
 * already. Finding the best order is NP-hard (it is the graph's cutwidth, weighted); three cheap ones cover the models that
 * people write: as written, each operator as late as possible, and greedily whichever keeps least alive.
 */
/** Topological orders of a graph whose cuts are worth looking at. */
final class OperatorOrders {
    private final ModelGraph graph;
    private final TensorTable tensors;

    OperatorOrders(ModelGraph graph, TensorTable tensors) {
        this.graph = graph;
        this.tensors = tensors;
    }

    List<List<Operator>> all() {
        return List.of(graph.operators(), asLateAsPossible(), leastAlive());
    }

    /** Depth first from the outputs: what only a late operator reads is made just before it. */
    private List<Operator> asLateAsPossible() {
        Set<Operator> done = new LinkedHashSet<>();
        Set<Operator> opened = new HashSet<>();
        Deque<Operator> open = new ArrayDeque<>();
        for (String output : graph.outputs()) {
            graph.producer(output).filter(this::isOperator).ifPresent(open::push);
            while (!open.isEmpty()) {
                Operator next = open.peek();
                if (done.contains(next)) {
                    open.pop();
                } else if (opened.add(next)) {
                    for (String input : next.inputs().reversed()) {
                        graph.producer(input)
                                .filter(this::isOperator)
                                .filter(source -> !opened.contains(source))
                                .ifPresent(open::push);
                    }
                } else {
                    done.add(open.pop());
                }
            }
        }
        return List.copyOf(done);
    }

    /** Of the operators that are ready, always the one after which the fewest bytes are alive. */
    private List<Operator> leastAlive() {
        Map<String, Integer> unread = new HashMap<>();
        Map<OperatorId, Integer> waitingFor = new HashMap<>();
        List<Operator> ready = new ArrayList<>();
        graph.outputs().forEach(output -> unread.merge(output, 1, Integer::sum));
        for (Operator operator : graph.operators()) {
            int sources = 0;
            for (String input : operator.inputs()) {
                unread.merge(input, 1, Integer::sum);
                sources += graph.producer(input).filter(this::isOperator).isPresent() ? 1 : 0;
            }
            waitingFor.put(operator.id(), sources);
            if (sources == 0) {
                ready.add(operator);
            }
        }
        List<Operator> order = new ArrayList<>();
        Comparator<Operator> least = Comparator.<Operator>comparingLong(operator -> growth(operator, unread))
                .thenComparingInt(operator -> operator.id().number());
        while (!ready.isEmpty()) {
            Operator next = ready.stream().min(least).orElseThrow();
            ready.remove(next);
            order.add(next);
            next.inputs().forEach(input -> unread.merge(input, -1, Integer::sum));
            for (String output : next.outputs()) {
                for (Operator reader : graph.consumers(output)) {
                    if (waitingFor.merge(reader.id(), -1, Integer::sum) == 0) {
                        ready.add(reader);
                    }
                }
            }
        }
        return order;
    }

    private boolean isOperator(Operator source) {
        return source.outputs().isEmpty() || !graph.isConstant(source.outputs().getFirst());
    }

    /** By how many bytes running the operator now changes what is alive. */
    private long growth(Operator operator, Map<String, Integer> unread) {
        long bytes = 0;
        for (String output : operator.outputs()) {
            bytes += unread.getOrDefault(output, 0) > 0 ? bytes(output) : 0;
        }
        for (String input : operator.inputs()) {
            bytes -= unread.getOrDefault(input, 0) == 1 ? bytes(input) : 0;
        }
        return bytes;
    }

    private long bytes(String tensor) {
        return tensors.of(tensor).map(TensorFacts::bytes).orElse(0L);
    }
}
