package dev.baton.benchmarks;

import dev.baton.client.BatonClient;
import dev.baton.client.InferenceRequest;
import dev.baton.client.InferenceResult;
import dev.baton.client.InferenceStream;
import dev.baton.client.Provenance;
import dev.baton.client.StreamOptions;
import dev.baton.clients.ModelView.SplitPointView;
import dev.baton.console.Console;
import dev.baton.console.Table;
import dev.baton.console.Table.Column;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Frames a second of one stream through edge node, broker and tail, against what the slower of head and tail could do were
 * nothing else to be done: while the tail of one frame is in the cloud, the head of the next must run.
 */
final class StreamingBenchmark {

    static final double LEAST_RATIO = 0.9;

    /** On this machine's own cores, and on an edge device that is slower, for which the head is the bottleneck at any rate. */
    private static final List<Double> SLOWDOWNS = List.of(1.0, 8.0);

    private static final double MEGABITS = 1000;
    private static final double ROUND_TRIP_MILLIS = 10;
    private static final int IN_FLIGHT = 8;

    /**
     * One split point on one edge node.
     *
     * @param headMillis  median run of the head, requests one after the other
     * @param tailMillis  of the tail
     * @param oneByOne    frames a second, one after the other
     * @param streamed    frames a second of the stream
     * @param elsewhere   frames of the stream that the cloud did not finish
     */
    record Row(
            double slowdown,
            String placement,
            double headMillis,
            double tailMillis,
            double oneByOne,
            double streamed,
            int elsewhere) {

        double atMost() {
            return 1000 / Math.max(headMillis, tailMillis);
        }

        double ratio() {
            return streamed / atMost();
        }

        boolean held() {
            return elsewhere == 0 && ratio() >= LEAST_RATIO;
        }
    }

    record Found(String model, List<Row> rows) implements BenchmarkResult {

        @Override
        public boolean held() {
            return rows.stream().allMatch(Row::held);
        }

        @Override
        public List<String> lines() {
            Table table = new Table(
                    Column.right("x", 3),
                    Column.left("placement", 10),
                    Column.right("head ms", 8),
                    Column.right("tail ms", 8),
                    Column.right("one by one/s", 12),
                    Column.right("stream/s", 9),
                    Column.right("at most/s", 9),
                    Column.right("ratio", 6),
                    Column.right("elsewhere", 9));
            List<String> lines = new ArrayList<>();
            lines.add("%s, %d frames under way, %s Mbit/s, round trip %s ms"
                    .formatted(model, IN_FLIGHT, RegretCell.plain(MEGABITS), RegretCell.plain(ROUND_TRIP_MILLIS)));
            lines.add(table.header());
            rows.forEach(row -> lines.add(table.row(
                    RegretCell.plain(row.slowdown()),
                    row.placement(),
                    Quantiles.text(row.headMillis(), 2),
                    Quantiles.text(row.tailMillis(), 2),
                    Quantiles.text(row.oneByOne(), 1),
                    Quantiles.text(row.streamed(), 1),
                    Quantiles.text(row.atMost(), 1),
                    Quantiles.text(row.ratio(), 2),
                    row.elsewhere())));
            lines.add("%s (limit: %s of what the slower of head and tail can do)"
                    .formatted(held() ? "held" : "NOT HELD", LEAST_RATIO));
            return lines;
        }
    }

    private final PlannerFleet.EdgeNode edge;
    private final Workload workload;
    private final int frames;

    private StreamingBenchmark(PlannerFleet.EdgeNode edge, Workload workload, int frames) {
        this.edge = edge;
        this.workload = workload;
        this.frames = frames;
    }

    static Found run(Path home, Path models, String model, boolean quick, Console console) throws IOException {
        Workload workload = Workload.all(home, models).stream()
                .filter(each -> each.name().equals(model) && each.takesPictures())
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "no model '%s' that takes pictures: expected one of %s".formatted(model, RegretCell.MODELS)));
        try (PlannerFleet fleet = PlannerFleet.start(home, SLOWDOWNS, List.of(workload), console)) {
            List<SplitPointView> between = fleet.model(workload).between();
            List<SplitPointView> chosen = List.of(between.getFirst(), between.getLast());
            List<Row> rows = new ArrayList<>();
            for (PlannerFleet.EdgeNode edge : fleet.edges()) {
                edge.link(MEGABITS, ROUND_TRIP_MILLIS);
                for (SplitPointView point : chosen) {
                    console.progress(
                            "Streaming at split:%d, %sx".formatted(point.index(), RegretCell.plain(edge.slowdown())));
                    rows.add(new StreamingBenchmark(edge, workload, quick ? 100 : 500).at(point));
                }
            }
            console.clearProgress();
            return new Found(workload.name(), rows);
        }
    }

    private Row at(SplitPointView point) {
        String placement = "split:" + point.index();
        long epoch = edge.pin(workload, placement, Optional.of("raw")).epoch();
        try (BatonClient client = BatonClient.connect(edge.address())) {
            awaitPlan(client, epoch);
            List<InferenceResult> alone = new ArrayList<>();
            long began = System.nanoTime();
            for (int frame = 0; frame < frames / 2; frame++) {
                alone.add(client.infer(request(frame)));
            }
            double oneByOne = alone.size() / seconds(began);
            List<InferenceResult> streamed = new ArrayList<>();
            double perSecond = stream(client, streamed);
            return new Row(
                    edge.slowdown(), placement, median(alone, "head"), median(alone, "tail"), oneByOne, perSecond, (int)
                            streamed.stream()
                                    .filter(result -> provenance(result).completedBy() != Provenance.CompletedBy.CLOUD)
                                    .count());
        }
    }

    /** The plan takes effect between two requests; they also compile what is hot. */
    private void awaitPlan(BatonClient client, long epoch) {
        int atLeast = frames / 5;
        int most = atLeast + 2_000;
        for (int frame = 0; frame < most; frame++) {
            Provenance made = provenance(client.infer(request(frame)));
            if (made.planEpoch() >= epoch && frame >= atLeast) {
                return;
            }
        }
        throw new IllegalStateException("plan %d did not take effect within %d requests".formatted(epoch, most));
    }

    /** Frames a second, once as many are under way as may be. */
    private double stream(BatonClient client, List<InferenceResult> results) {
        try (InferenceStream stream = client.stream(StreamOptions.defaults().maxInFlight(IN_FLIGHT))) {
            Deque<CompletableFuture<InferenceResult>> underWay = new ArrayDeque<>();
            long began = 0;
            for (int frame = 0; frame < frames + IN_FLIGHT; frame++) {
                underWay.add(stream.send(request(frame))); // waits while as many are under way
                if (underWay.size() > IN_FLIGHT) {
                    results.add(underWay.remove().join());
                }
                if (frame == IN_FLIGHT) {
                    began = System.nanoTime(); // the first answer is there
                }
            }
            double perSecond = (results.size() - 1) / seconds(began);
            underWay.forEach(last -> results.add(last.join()));
            return perSecond;
        }
    }

    private InferenceRequest request(int turn) {
        return InferenceRequest.of(workload.name(), workload.picture(turn));
    }

    private static Provenance provenance(InferenceResult result) {
        return result.provenance()
                .orElseThrow(() -> new IllegalStateException("an edge node's answer says how it was made"));
    }

    private static double median(List<InferenceResult> results, String stage) {
        return Quantiles.of(results.stream()
                        .map(result -> provenance(result).stageMillis(stage))
                        .toList())
                .p50();
    }

    private static double seconds(long beganNanos) {
        return (System.nanoTime() - beganNanos) / 1e9;
    }
}
