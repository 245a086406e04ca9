package dev.baton.demo;

import dev.baton.clients.ModelView;
import dev.baton.clients.ModelView.SplitPointView;
import dev.baton.clients.PlanView;
import dev.baton.console.Console;
import dev.baton.console.Table;
import dev.baton.console.Table.Column;
import dev.baton.demo.DemoResult.Check;
import dev.baton.demo.DemoResult.Step;
import java.util.stream.Collectors;

/** Shows a demo to people, as it goes and in the end. */
public final class DemoPrinter {

    private final Console console;

    private final Table placements = new Table(
            Column.left("placement", 10),
            Column.left("sends", 9),
            Column.right("n", 3),
            Column.right("p50 ms", 6),
            Column.right("p95 ms", 6),
            Column.right("bytes", 7),
            Column.right("pre", 5),
            Column.right("head", 6),
            Column.right("enc", 5),
            Column.right("net", 6),
            Column.right("tail", 5),
            Column.right("error", 7),
            Column.left("last picture", 12));

    /** Prints to {@code console}. */
    public DemoPrinter(Console console) {
        this.console = console;
    }

    void progress(String text) {
        console.progress(text);
    }

    void imported(ModelView view, double seconds) {
        console.line("Model %s: %d operators, %d split points, divided and proven in %.1f s."
                .formatted(
                        console.bold(view.name()),
                        view.splitPoints().getLast().headOperators(),
                        view.between().size(),
                        seconds));
    }

    void pinnedHeader(double megabitsPerSecond, String device) {
        console.line("");
        console.line(console.bold("Pinned placements")
                + " over a link of %s Mbit/s. The edge node's device: %s.".formatted(rate(megabitsPerSecond), device));
        console.line("Times are means of each stage in ms; error is the mean against the truth, of full scale.");
        console.line(console.dim(placements.header()));
    }

    void pinned(Measured row, Sample last, Interpreter interpreter) {
        console.line(row(row, last, interpreter));
    }

    private String row(Measured row, Sample last, Interpreter interpreter) {
        return placements.row(
                row.placement(),
                sends(row),
                row.requests(),
                "%.1f".formatted(row.p50()),
                "%.1f".formatted(row.p95()),
                "%.0f".formatted(row.bytesSent()),
                "%.1f".formatted(row.stage("preprocess")),
                "%.1f".formatted(row.stage("head") + row.stage("local")),
                "%.1f".formatted(row.stage("encode")),
                "%.1f".formatted(row.stage("network")),
                "%.1f".formatted(row.stage("tail_queue") + row.stage("tail_decode") + row.stage("tail")),
                row.meanError().map(error -> "%.2f %%".formatted(error * 100)).orElse("–"),
                last.answer()
                        .map(answer -> interpreter.text(last.picture(), answer.outputs()))
                        .orElse("failed"));
    }

    /** The codec of what crosses, or the format of a picture that travels as it is. */
    private static String sends(Measured row) {
        return row.codec().isEmpty() ? "nothing" : row.codec().replace("image/", "");
    }

    void tick(String placement, int done, int of, Sample sample, Interpreter interpreter) {
        tick("%s %d of %d".formatted(placement, done, of), sample, interpreter);
    }

    void tick(String what, Sample sample, Interpreter interpreter) {
        console.tick(sample.answer()
                .map(answer -> "%s: %.1f ms, %d bytes sent, %s"
                        .formatted(
                                what,
                                answer.took().toNanos() / 1e6,
                                answer.provenance().bytesSent(),
                                interpreter.text(sample.picture(), answer.outputs())))
                .orElse(what + ": " + sample.failure()));
    }

    void codecsHeader(SplitPointView split) {
        console.line("");
        console.line(console.bold("Codecs") + " at split:%d, after %s.".formatted(split.index(), split.name()));
        console.line(console.dim(placements.header()));
    }

    void plannerHeader() {
        console.line("");
        console.line(console.bold("The planner chooses") + " while the link changes.");
        console.line(console.dim("  Mbit/s  " + placements.header()));
    }

    void step(Step step, Sample last, Interpreter interpreter) {
        console.line("%8s  %s".formatted(rate(step.megabitsPerSecond()), row(step.settled(), last, interpreter)));
        console.line(console.dim("          " + String.join(", then after ", step.changes())));
    }

    String rate(double megabitsPerSecond) {
        return megabitsPerSecond == Math.rint(megabitsPerSecond)
                ? "%.0f".formatted(megabitsPerSecond)
                : Double.toString(megabitsPerSecond);
    }

    /** The summary. */
    public void summary(DemoResult result, double seconds) {
        console.line("");
        console.line(console.bold("Summary"));
        if (!result.answers().isEmpty()) {
            result.answers().forEach((picture, classes) -> {
                console.line("  " + picture);
                classes.forEach(one -> console.line("    %.4f  %s".formatted(one.score(), one.label())));
            });
        }
        for (Measured row : result.pinned()) {
            console.line("  %-10s %s%slargest difference from the whole model %.1e"
                    .formatted(
                            row.placement(),
                            row.meanError()
                                    .map(error -> "mean error %.2f %% of full scale, ".formatted(error * 100))
                                    .orElse(""),
                            row.sameTop()
                                    .map(share ->
                                            "same first class as the whole model %.0f %%, ".formatted(share * 100))
                                    .orElse(""),
                            row.maxDifference()));
        }
        for (Measured row : result.codecs()) {
            console.line("  codec %-10s at %s: largest difference %.1e, %.0f bytes%s"
                    .formatted(
                            row.codec(),
                            row.placement(),
                            row.maxDifference(),
                            row.bytesSent(),
                            row.meanError()
                                    .map(error -> ", mean error %.2f %%".formatted(error * 100))
                                    .orElse("")));
        }
        for (Step step : result.steps()) {
            console.line("  %s Mbit/s: %s (sends %s), p50 %.1f ms. %s"
                    .formatted(
                            rate(step.megabitsPerSecond()),
                            console.bold(step.settled().placement()),
                            sends(step.settled()),
                            step.settled().p50(),
                            step.reason()));
            console.line("    predicted: "
                    + step.best().stream().map(PlanView.Alternative::toString).collect(Collectors.joining(", ")));
        }
        console.line("");
        for (Check check : result.checks()) {
            console.line((check.held() ? console.good("ok      ") : console.bad("FAILED  ")) + check.what() + " ("
                    + check.detail() + ")");
        }
        console.line("%.0f s in all.".formatted(seconds));
    }
}
