package dev.baton.cli;

import dev.baton.console.Console;
import dev.baton.console.Table;
import dev.baton.inspection.Inspection;
import dev.baton.inspection.Numbers;
import dev.baton.inspection.PictureSize;
import dev.baton.partitioning.splitpackage.CodecMeasurement;
import dev.baton.partitioning.splitpackage.RejectedSplitPoint;
import dev.baton.tensor.codec.Codec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Prints what there is to know about a model. */
final class InspectionPrinter {

    private static final int SHOWN_KINDS = 12;
    private static final int SHOWN_REJECTED = 10;

    private final Console console;

    InspectionPrinter(Console console) {
        this.console = console;
    }

    /** Everything: the graph, its kinds of operator, its split points. */
    void print(Inspection model) {
        printGraph(model);
        console.line("");
        printKinds(model.kinds());
        console.line("");
        printSplitPoints(model);
    }

    void printGraph(Inspection model) {
        console.line(console.bold(model.model())
                + model.version().map(version -> ", version " + version).orElse(""));
        model.inputs().forEach(input -> console.line("  input   " + input));
        model.outputs().forEach(output -> console.line("  output  " + output));
        console.line("  probed with %s"
                .formatted(String.join(
                        ", ",
                        model.probe().stream()
                                .map(input -> "%s %s".formatted(input.name(), input.shape()))
                                .toList())));
        int operators = model.splitPoints().getLast().headOperators();
        console.line("  %d operators%s, %s of weights, %s"
                .formatted(
                        operators,
                        model.constants().isPresent()
                                ? " and %d constant ones"
                                        .formatted(model.constants().getAsInt())
                                : "",
                        Numbers.bytes(model.weightBytes()),
                        flops(model.knownFlops(), model.unknownOperators(), operators)));
    }

    private static String flops(long known, int unknown, int operators) {
        if (unknown == 0) {
            return Numbers.of(known, "FLOPs");
        }
        return unknown == operators
                ? "FLOPs unknown"
                : "%s and %d operators of unknown cost".formatted(Numbers.of(known, "FLOPs"), unknown);
    }

    private void printKinds(List<Inspection.Kind> kinds) {
        List<String> texts = new ArrayList<>();
        for (Inspection.Kind kind : kinds.subList(0, Math.min(SHOWN_KINDS, kinds.size()))) {
            texts.add("%d %s (%s)".formatted(kind.operators(), kind.kind(), flops(kind.flops())));
        }
        int rest = kinds.size() - texts.size();
        console.line("  " + String.join(", ", texts) + (rest > 0 ? ", and %d more kinds".formatted(rest) : ""));
    }

    private static String flops(OptionalLong flops) {
        return flops.isPresent() ? Numbers.of(flops.getAsLong(), "FLOPs") : "FLOPs unknown";
    }

    void printSplitPoints(Inspection model) {
        List<String> codecs = shownCodecs(model);
        List<Table.Column> columns = new ArrayList<>(List.of(
                Table.Column.right("split", 5),
                Table.Column.left("after operator", 32),
                Table.Column.right("depth", 6),
                Table.Column.right("head", 5),
                Table.Column.right("tail", 5),
                Table.Column.right("head weights", 12),
                Table.Column.right("tensors", 7),
                Table.Column.right("raw", 9)));
        codecs.forEach(codec -> columns.add(Table.Column.right(codec, 18)));
        columns.add(Table.Column.left("equal to the whole", 18));
        Table table = new Table(columns.toArray(Table.Column[]::new));
        console.line(console.dim(table.header()));
        for (Inspection.Point point : model.splitPoints()) {
            List<Object> cells = new ArrayList<>(List.of(
                    point.index(),
                    point.index() == 0
                            ? "(all in the cloud)"
                            : point.index() == model.lastIndex() ? "(all on the edge)" : point.name(),
                    depth(point.depth()),
                    point.headOperators(),
                    point.tailOperators(),
                    point.headWeightBytes().isPresent()
                            ? Numbers.bytes(point.headWeightBytes().getAsLong())
                            : "–",
                    point.crossing().size(),
                    Numbers.bytes(point.crossingBytes())));
            codecs.forEach(codec -> cells.add(codec(point.codec(codec))));
            cells.add(parity(model, point));
            console.line(table.row(cells.toArray()));
        }
        printRest(model);
    }

    /** Of each way to quantise the smallest at the split point in the middle; raw has a column of its own. */
    private static List<String> shownCodecs(Inspection model) {
        Map<String, CodecMeasurement> smallest = new LinkedHashMap<>();
        Inspection.Point middle = model.splitPoints().get(model.splitPoints().size() / 2);
        List<CodecMeasurement> measured =
                middle.codecs().isEmpty() ? model.splitPoints().getFirst().codecs() : middle.codecs();
        for (CodecMeasurement codec : measured) {
            String quantisation = Codec.parse(codec.codec()).quantization().name();
            smallest.merge(quantisation, codec, (one, other) -> one.bytes() <= other.bytes() ? one : other);
        }
        smallest.remove(Codec.Quantization.RAW.name());
        return smallest.values().stream().map(CodecMeasurement::codec).toList();
    }

    private static String depth(OptionalDouble depth) {
        return depth.isPresent() ? "%.0f %%".formatted(100 * depth.getAsDouble()) : "?";
    }

    private static String codec(Optional<CodecMeasurement> codec) {
        return codec.map(measured ->
                        "%s ±%.0e".formatted(Numbers.bytes(measured.bytes()), measured.maxOutputRelativeError()))
                .orElse("–");
    }

    private static String parity(Inspection model, Inspection.Point point) {
        if (point.index() == 0 || point.index() == model.lastIndex()) {
            return "";
        }
        return point.parity()
                .map(parity -> parity.bitExact()
                        ? "bit-exact, %.0e".formatted(parity.maxRelativeDifference())
                        : "within %.0e".formatted(parity.maxRelativeDifference()))
                .orElse("not proven");
    }

    private void printRest(Inspection model) {
        model.picture()
                .map(PictureSize::jpegBytes)
                .ifPresent(bytes -> console.line(
                        "The picture as JPEG, in the size of the model's input and of quality 85: %s. A split point that needs more loses to sending it."
                                .formatted(Numbers.bytes(bytes))));
        model.reason().ifPresent(reason -> console.line("Not divided: " + reason));
        model.warnings().forEach(warning -> console.line(console.bad("caution") + ": " + warning));
        List<RejectedSplitPoint> rejected = model.rejected();
        for (RejectedSplitPoint point : rejected.subList(0, Math.min(SHOWN_REJECTED, rejected.size()))) {
            console.line("Kept out: after %s, %d operators: %s"
                    .formatted(point.name(), point.headOperators(), point.reason()));
        }
        if (rejected.size() > SHOWN_REJECTED) {
            console.line("Kept out: %d more, which --json lists".formatted(rejected.size() - SHOWN_REJECTED));
        }
    }
}
