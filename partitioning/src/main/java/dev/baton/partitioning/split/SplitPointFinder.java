package dev.baton.partitioning.split;

import dev.baton.partitioning.cost.OperatorCosts;
import dev.baton.partitioning.graph.ModelGraph;
import dev.baton.partitioning.graph.Operator;
import dev.baton.partitioning.graph.OperatorId;
import dev.baton.partitioning.graph.TensorTable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/*
 * All heads are prefixes of one order of the operators, so that weights lie in one file of which every head needs a prefix. The
 * order goes through the minimum cuts for all proportions of edge, link and cloud (HeadChain), and between them through
 * whichever simple order cuts cheapest (OperatorOrders).
 *
 * Of its positions one is dominated by another that carries no more bytes and lies within 1.5 % of the model's work: at no
 * price of work and bytes does the other cost more, but for that one part in seventy. Of equals the last stays, which is
 * behind the activation function and compresses better. The ends dominate what has practically nothing on one side.
 *
 * What is not dominated may be more than a package should hold. First come the corners: were computing and sending linear, no
 * other position could ever be the fastest. They are not (codecs, batching, memory, privacy), so next come the stairs, which
 * carry clearly less than everything before them, and then what the limit still allows goes where the gaps in the model's
 * work are widest and the bytes few.
 *
 * Bytes are those of the tensors as they are. Codecs shrink floating-point numbers; masks and token numbers they leave nearly
 * as they are. The order takes both into account, the choice of positions only the plain size.
 */
/** Finds the few split points of a model that are worth having; their heads are nested. */
public final class SplitPointFinder {
    /** Ask for this many to get every legal cut, good or not. */
    public static final int ALL = Integer.MAX_VALUE;

    private static final double NEIGHBOURHOOD = 0.015;
    /** A head or tail with less of the work than this is as good as none. */
    private static final double NOTHING = 0.002;
    /** So many operators around a cut that failed are taken to be fused with each other. */
    private static final int FUSED = 6;
    /** A stair carries at most this share of what the stair before carries. */
    private static final double CLEARLY_LESS = 0.9;

    private final TensorTable tensors;
    private final OperatorCosts costs;
    private final CutGraph places;
    private final PrefixCuts cuts;

    public SplitPointFinder(ModelGraph graph, TensorTable tensors) {
        this.tensors = tensors;
        this.costs = OperatorCosts.of(graph, tensors);
        this.places = new CutGraph(graph, tensors);
        SpreadingWork spreading = new SpreadingWork(costs);
        double[] work = graph.operators().stream().mapToDouble(spreading::of).toArray();
        List<BitSet> chain = new HeadChain(places, new BlockingFlowCut()).heads(costs);
        this.cuts = new PrefixCuts(places, new OperatorOrders(places, work).through(chain), work);
    }

    /** The order whose prefixes the heads are. */
    public List<Operator> order() {
        return cuts.order();
    }

    /** What the operators cost. */
    public OperatorCosts costs() {
        return costs;
    }

    /** What would cross after the first {@code headOperators} of the order, in bytes; empty where something cannot cross. */
    public OptionalLong crossingBytes(int headOperators) {
        return cuts.canCross(headOperators) ? OptionalLong.of(cuts.bytes(headOperators)) : OptionalLong.empty();
    }

    /** At most {@code limit} split points. */
    public SplitPoints find(int limit) {
        return find(limit, Set.of(), Set.of());
    }

    /**
     * At most {@code limit} split points, told apart by how many operators their heads have.
     *
     * @param kept were found before and stay
     * @param failed were found before and are to be replaced, by none nearby: most likely they lie in the middle of operators
     *     that the engine fuses
     */
    public SplitPoints find(int limit, Set<Integer> kept, Set<Integer> failed) {
        List<Integer> useful = new ArrayList<>();
        for (int position = 1; position < cuts.order().size(); position++) {
            if (cuts.canCross(position)
                    && (limit == ALL
                            ? !failed.contains(position)
                            : isUseful(position) && isAwayFrom(failed, position))) {
                useful.add(position);
            }
        }
        if ((useful.isEmpty() && kept.isEmpty()) || limit == 0) {
            return new SplitPoints(
                    List.of(), Optional.of(limit == 0 ? "no split points were asked for" : reason(failed)));
        }
        Collection<Integer> chosen = limit == ALL ? useful : spread(undominated(useful, kept), kept, limit);
        return new SplitPoints(points(chosen), Optional.empty());
    }

    /** The split points at these positions, in one walk along the order. */
    private List<SplitPoint> points(Collection<Integer> positions) {
        Set<Integer> wanted = new HashSet<>(positions);
        List<OperatorId> order = cuts.order().stream().map(Operator::id).toList();
        Progress progress = Progress.start(places);
        Set<Integer> crossing = new LinkedHashSet<>();
        for (int tensor = 0; tensor < places.tensors(); tensor++) {
            if (places.maker(tensor) == CutGraph.GIVEN && progress.unread(tensor) > 0) {
                crossing.add(tensor);
            }
        }
        List<SplitPoint> points = new ArrayList<>();
        for (int position = 1; position < order.size(); position++) {
            Operator last = cuts.order().get(position - 1);
            int place = places.place(last);
            progress.run(place);
            for (int made : places.makes(place)) {
                if (progress.unread(made) > 0) {
                    crossing.add(made);
                }
            }
            for (int read : places.reads(place)) {
                if (progress.unread(read) == 0) {
                    crossing.remove(read);
                }
            }
            if (wanted.contains(position)) {
                points.add(SplitPoint.of(
                        last.name(),
                        order.subList(0, position),
                        crossing.stream().map(this::crossingTensor).toList()));
            }
        }
        return points;
    }

    private CrossingTensor crossingTensor(int tensor) {
        String name = places.name(tensor);
        return tensors.of(name)
                .map(facts -> new CrossingTensor(name, facts.type(), facts.probeShape()))
                .orElseThrow();
    }

    private static boolean isAwayFrom(Set<Integer> failed, int position) {
        return failed.stream().allMatch(other -> Math.abs(other - position) > FUSED);
    }

    private boolean isUseful(int position) {
        double head = cuts.share(position);
        boolean headSaves = head >= NOTHING || cuts.bytes(position) < cuts.inputBytes() / 2;
        return headSaves && 1 - head >= NOTHING;
    }

    /** From the cheapest on, those with no other nearby; of equals the last goes first, before all what is kept anyway. */
    private List<Integer> undominated(List<Integer> positions, Set<Integer> keptAnyway) {
        List<Integer> cheapestFirst = new ArrayList<>(positions);
        cheapestFirst.sort(Comparator.<Integer>comparingLong(cuts::bytes).thenComparing(Comparator.reverseOrder()));
        NavigableSet<Integer> kept = new TreeSet<>(keptAnyway);
        for (int position : cheapestFirst) {
            Integer before = kept.lower(position);
            Integer behind = kept.higher(position);
            if ((before == null || !isNear(position, before)) && (behind == null || !isNear(position, behind))) {
                kept.add(position);
            }
        }
        return List.copyOf(kept);
    }

    private boolean isNear(int position, int other) {
        return Math.abs(cuts.share(position) - cuts.share(other)) <= NEIGHBOURHOOD;
    }

    private Collection<Integer> spread(List<Integer> positions, Set<Integer> kept, int limit) {
        if (positions.size() <= limit) {
            return positions;
        }
        NavigableSet<Integer> chosen =
                new TreeSet<>(kept.isEmpty() ? cornersAndStairs(positions, Math.max(1, limit * 3 / 4)) : kept);
        Set<Integer> left = new LinkedHashSet<>(positions);
        left.removeAll(chosen);
        while (chosen.size() < limit) {
            int next = left.stream()
                    .max(Comparator.<Integer>comparingDouble(position -> gap(chosen, position) * cheapness(position))
                            .thenComparing(Comparator.naturalOrder()))
                    .orElseThrow();
            left.remove(next);
            chosen.add(next);
        }
        return chosen;
    }

    private Collection<Integer> cornersAndStairs(List<Integer> positions, int limit) {
        NavigableSet<Integer> chosen = new TreeSet<>(corners(positions, limit));
        List<Integer> stairs = stairs(positions);
        while (stairs.size() > Math.max(1, limit - chosen.size())) {
            stairs.remove(lowest(stairs));
        }
        for (int stair : stairs) {
            if (chosen.size() < limit) {
                chosen.add(stair);
            }
        }
        return chosen;
    }

    /** The positions that are the fastest at some price, between the ends; of too many those whose lack would cost most. */
    private List<Integer> corners(List<Integer> positions, int limit) {
        List<Integer> hull = new ArrayList<>(List.of(0));
        List<Integer> rest = new ArrayList<>(positions);
        rest.add(cuts.order().size());
        for (int position : rest) {
            while (hull.size() > 1 && gain(hull.get(hull.size() - 2), hull.getLast(), position) <= 0) {
                hull.removeLast();
            }
            hull.add(position);
        }
        while (hull.size() - 2 > limit) {
            int least = 1;
            for (int i = 2; i < hull.size() - 1; i++) {
                least = gain(hull, i) < gain(hull, least) ? i : least;
            }
            hull.remove(least);
        }
        return hull.subList(1, hull.size() - 1);
    }

    private double gain(List<Integer> hull, int index) {
        return gain(hull.get(index - 1), hull.get(index), hull.get(index + 1));
    }

    /**
     * How much faster the middle one is at the price at which the outer ones cost the same, as a share of that cost; the end
     * of the model carries nothing.
     */
    private double gain(int before, int middle, int behind) {
        double fewerBytes = carried(before) - carried(behind);
        double moreWork = cuts.share(behind) - cuts.share(before);
        double outer = fewerBytes * cuts.share(before) + moreWork * carried(before);
        double inner = fewerBytes * cuts.share(middle) + moreWork * carried(middle);
        return outer <= 0 ? 0 : (outer - inner) / outer;
    }

    private double carried(int position) {
        return position == cuts.order().size() ? 0 : cuts.bytes(position);
    }

    /** Positions that carry clearly less than the model inputs and than every position before them. */
    private List<Integer> stairs(List<Integer> positions) {
        List<Integer> stairs = new ArrayList<>();
        double lowest = cuts.inputBytes();
        for (int position : positions) {
            if (cuts.bytes(position) < CLEARLY_LESS * lowest) {
                stairs.add(position);
                lowest = cuts.bytes(position);
            }
        }
        return stairs;
    }

    private int lowest(List<Integer> stairs) {
        int lowest = 0;
        for (int i = 1; i < stairs.size() - 1; i++) {
            if (step(stairs, i) > step(stairs, lowest)) {
                lowest = i;
            }
        }
        return lowest;
    }

    /** What remains of the bytes at the stair before; 1 would be no step at all. */
    private double step(List<Integer> stairs, int index) {
        double before = index == 0 ? cuts.inputBytes() : cuts.bytes(stairs.get(index - 1));
        return cuts.bytes(stairs.get(index)) / before;
    }

    /** 1 for what carries as little as the model inputs, falling with the square root of what it carries. */
    private double cheapness(int position) {
        return Math.sqrt((double) Math.max(1, cuts.inputBytes()) / Math.max(1, cuts.bytes(position)));
    }

    /** How far, in work, the position is from the nearest chosen one or end. */
    private double gap(NavigableSet<Integer> chosen, int position) {
        Integer before = chosen.floor(position);
        Integer behind = chosen.ceiling(position);
        double from = before == null ? 0 : cuts.share(before);
        double to = behind == null ? 1 : cuts.share(behind);
        return Math.min(cuts.share(position) - from, to - cuts.share(position));
    }

    private String reason(Set<Integer> without) {
        int operators = cuts.order().size();
        if (operators < 2) {
            return "the model has %d operator that depends on its input: nothing to divide".formatted(operators);
        }
        if (!without.isEmpty()) {
            return "each of the %d split points worth having failed the comparison with the whole"
                    .formatted(without.size());
        }
        for (int position = 1; position < operators; position++) {
            if (isUseful(position) && !cuts.canCross(position)) {
                return "wherever the model could be divided a tensor would have to cross that cannot, such as '%s': it is no tensor, of an element type that Baton does not carry, or within one quantised operator"
                        .formatted(obstacle(position));
            }
        }
        Operator heaviest = cuts.heaviest();
        String inside = heaviest.subgraphs().isEmpty() ? "" : ", whose subgraphs are not divided";
        return "practically all of the model's work lies in one operator, %s%s".formatted(heaviest.name(), inside);
    }

    /** A tensor that would have to cross here and cannot. */
    private String obstacle(int position) {
        BitSet head = new BitSet();
        cuts.head(position).forEach(operator -> head.set(places.place(operator)));
        for (int tensor = 0; tensor < places.tensors(); tensor++) {
            if (!places.canCross(tensor) && places.crosses(tensor, head)) {
                return places.name(tensor);
            }
        }
        throw new IllegalStateException("nothing stands in the way at position %d".formatted(position));
    }
}
