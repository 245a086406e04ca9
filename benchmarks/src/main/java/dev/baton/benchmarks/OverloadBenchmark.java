package dev.baton.benchmarks;

import dev.baton.benchmarks.TailLoad.Sample;
import dev.baton.benchmarks.TailStack.Served;
import dev.baton.console.Console;
import dev.baton.console.Table;
import dev.baton.console.Table.Column;
import dev.baton.schemas.records.Activation;
import dev.baton.tensor.codec.Codec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A tail that is asked for three times what it can do: how much of it is done in time, and how soon all is as before. */
final class OverloadBenchmark {

    static final double LIMIT_GOODPUT = 0.9;
    static final double LIMIT_RECOVERY_SECONDS = 5;

    private static final double OVERLOAD = 3;
    private static final double AFTERWARDS = 0.5;
    private static final int EDGE_NODES = 4;
    private static final int UNDER_WAY = 8;

    /** Deadlines are this many times what a request takes that waits for nothing, and no less than. */
    private static final int DEADLINE_TIMES = 10;

    private static final Duration LEAST_DEADLINE = Duration.ofMillis(200);

    /** Queues fill up first. */
    private static final Duration FILLING = Duration.ofSeconds(1);

    private static final double MEGABYTE = 1024 * 1024;

    /**
     * What was found.
     *
     * @param capacity        answers per second when so many requests are under way that the engine never waits
     * @param goodput         answers in time per second while overloaded
     * @param p99Millis       of answers while overloaded, those too late among them
     * @param late            answers after their deadline
     * @param refused         by reason
     * @param lost            requests without answer or refusal
     * @param leastShare      of answers in time, of the edge node that got fewest, times the number of edge nodes
     * @param residentBefore  of the tail's process, in bytes
     * @param residentMost    while overloaded
     * @param recoverySeconds from the end of the overload until the last request was sent that was not answered in time
     */
    record Found(
            String model,
            double capacity,
            double deadlineMillis,
            double asked,
            double goodput,
            double p99Millis,
            int late,
            Map<String, Long> refused,
            int lost,
            double leastShare,
            long residentBefore,
            long residentMost,
            double recoverySeconds)
            implements BenchmarkResult {

        double ratio() {
            return goodput / capacity;
        }

        @Override
        public boolean held() {
            return lost == 0
                    && ratio() >= LIMIT_GOODPUT
                    && p99Millis <= deadlineMillis
                    && recoverySeconds <= LIMIT_RECOVERY_SECONDS;
        }

        @Override
        public List<String> lines() {
            Table table = new Table(Column.left("", 44), Column.right("", 12), Column.left("", 30));
            List<String> lines = new ArrayList<>();
            lines.add("%s: %d edge nodes ask a tail for %s times its capacity, deadline %s ms"
                    .formatted(model, EDGE_NODES, RegretCell.plain(OVERLOAD), Quantiles.text(deadlineMillis, 0)));
            lines.add(table.row("capacity, requests/s", Quantiles.text(capacity, 1), ""));
            lines.add(table.row("asked for, requests/s", Quantiles.text(asked, 1), ""));
            lines.add(table.row(
                    "answered in time, requests/s",
                    Quantiles.text(goodput, 1),
                    "%s of the capacity (limit %s)".formatted(Quantiles.text(ratio(), 3), LIMIT_GOODPUT)));
            lines.add(table.row("p99 of answers, ms", Quantiles.text(p99Millis, 1), "limit: the deadline"));
            lines.add(table.row("answers too late", late, ""));
            lines.add(table.row("fewest in time, of an equal share", Quantiles.text(leastShare, 2), ""));
            lines.add(table.row(
                    "tail's memory before, at most, MiB",
                    Quantiles.text(residentBefore / MEGABYTE, 0),
                    Quantiles.text(residentMost / MEGABYTE, 0)));
            lines.add(table.row(
                    "all in time again after, s",
                    Quantiles.text(recoverySeconds, 2),
                    "limit " + RegretCell.plain(LIMIT_RECOVERY_SECONDS)));
            lines.add(table.row("without answer or refusal", lost, ""));
            lines.add("refused: " + refused);
            lines.add(held() ? "held" : "NOT HELD");
            return lines;
        }
    }

    private OverloadBenchmark() {}

    static Found run(Path home, Path models, String file, boolean quick, Console console) throws Exception {
        Path onnx = file.equals("gauge") ? home.resolve("gauge-model/model/gauge.onnx") : models.resolve(file);
        if (!Files.isRegularFile(onnx)) {
            throw new IOException("the model %s is not there: --models DIR says where".formatted(onnx));
        }
        try (TailStack stack = TailStack.start(home, console)) {
            Served served = stack.serve(onnx.getFileName().toString().replaceAll("\\.onnx$", ""), onnx);
            Found found = measure(stack, served, quick, console);
            console.clearProgress();
            return found;
        }
    }

    private static Found measure(TailStack stack, Served served, boolean quick, Console console) throws Exception {
        Activation.Builder request = served.request(Codec.parse("fp16"));
        console.progress("Measuring the capacity");
        List<Sample> unused = stack.load().closedLoop(List.of(request), UNDER_WAY, Duration.ofSeconds(3));
        List<Double> alone = stack.load().closedLoop(List.of(request), 1, Duration.ofSeconds(2)).stream()
                .filter(Sample::answered)
                .map(Sample::millis)
                .toList();
        List<Sample> saturated =
                stack.load().closedLoop(List.of(request), UNDER_WAY, Duration.ofSeconds(quick ? 3 : 8));
        double capacity = perSecond(saturated);
        double deadlineMillis = Math.max(
                (double) LEAST_DEADLINE.toMillis(),
                DEADLINE_TIMES * Quantiles.of(alone).p50());
        request.setBudgetMicros(Math.round(deadlineMillis * 1_000));
        long residentBefore = stack.residentBytes();

        console.progress("Asking for too much");
        Duration length = Duration.ofSeconds(quick ? 8 : 30);
        List<Sample> over = stack.load().openLoop(List.of(request), OVERLOAD * capacity, EDGE_NODES, length);
        long residentMost = stack.residentBytes();
        long end = over.stream().mapToLong(Sample::sentNanos).max().orElseThrow();
        console.progress("Asking for less");
        List<Sample> after =
                stack.load().openLoop(List.of(request), AFTERWARDS * capacity, EDGE_NODES, Duration.ofSeconds(10));

        long from = over.stream().mapToLong(Sample::sentNanos).min().orElseThrow() + FILLING.toNanos();
        List<Sample> counted =
                over.stream().filter(sample -> sample.sentNanos() >= from).toList();
        List<Sample> answers = counted.stream().filter(Sample::answered).toList();
        List<Sample> inTime = answers.stream()
                .filter(sample -> sample.millis() <= deadlineMillis)
                .toList();
        double seconds = (end - from) / 1e9;
        Map<String, Long> refused = counted.stream()
                .filter(sample -> !sample.failure().isEmpty())
                .collect(Collectors.groupingBy(Sample::failure, TreeMap::new, Collectors.counting()));
        Map<Integer, Long> byEdgeNode =
                inTime.stream().collect(Collectors.groupingBy(Sample::edgeNode, Collectors.counting()));
        long fewest = byEdgeNode.size() < EDGE_NODES
                ? 0
                : byEdgeNode.values().stream().mapToLong(Long::longValue).min().orElse(0);
        // The last answers of the overload were awaited before requests went on, so the time in between is no recovery.
        long resumed = after.stream().mapToLong(Sample::sentNanos).min().orElseThrow();
        long lastBad = after.stream()
                .filter(sample -> !sample.answered() || sample.millis() > deadlineMillis)
                .mapToLong(Sample::sentNanos)
                .max()
                .orElse(resumed);
        long lastOfOver = over.stream().mapToLong(Sample::doneNanos).max().orElse(end);
        return new Found(
                served.name(),
                capacity,
                deadlineMillis,
                counted.size() / seconds,
                inTime.size() / seconds,
                Quantiles.at(0.99, answers.stream().map(Sample::millis).toList()),
                answers.size() - inTime.size(),
                refused,
                (int) Stream.concat(over.stream(), after.stream())
                        .filter(sample -> sample.doneNanos() == 0)
                        .count(),
                fewest * (double) EDGE_NODES / Math.max(1, inTime.size()),
                residentBefore,
                residentMost,
                (Math.max(lastBad - resumed, 0) + Math.max(0, lastOfOver - end))
                        / (double) TimeUnit.SECONDS.toNanos(1));
    }

    private static double perSecond(List<Sample> samples) {
        List<Long> done = samples.stream()
                .filter(Sample::answered)
                .map(Sample::doneNanos)
                .sorted()
                .toList();
        return (done.size() - 1) * 1e9 / (done.getLast() - done.getFirst());
    }
}
