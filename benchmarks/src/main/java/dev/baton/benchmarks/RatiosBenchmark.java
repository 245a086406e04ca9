package dev.baton.benchmarks;

import dev.baton.console.Console;
import dev.baton.console.Table;
import dev.baton.console.Table.Column;
import dev.baton.inspection.PictureSize;
import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.partitioning.splitpackage.Manifest;
import dev.baton.partitioning.splitpackage.OperatorEntry;
import dev.baton.partitioning.splitpackage.SplitPointEntry;
import dev.baton.tensor.image.ImageInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** How small codecs make what crosses, at the split points of real models, beside the model's input as a JPEG. */
final class RatiosBenchmark {

    /** What the planner lets a codec do to a model's output unless it is told otherwise. */
    private static final double BOUND = 0.01;

    private static final List<String> SHOWN =
            List.of("fp16", "int8", "int8+zstd", "int4+zstd", "step12", "step6", "step3");

    /**
     * One codec at one split point.
     *
     * @param bytes       of everything that crosses, encoded
     * @param outputError the largest relative error of the model's output
     */
    record Encoded(String codec, long bytes, double outputError) {}

    /**
     * One split point.
     *
     * @param headFlopsShare 0..1; absent when the cost of an operator is unknown
     * @param rawBytes       of everything that crosses, as it is in memory
     */
    record Row(String name, OptionalDouble headFlopsShare, long rawBytes, List<Encoded> codecs) {}

    /**
     * One model.
     *
     * @param jpegBytes of the picture at the input's size and quality 85; absent where pictures are not its input
     */
    record ModelRows(String model, OptionalLong jpegBytes, List<Row> splitPoints) {}

    record Found(String picture, List<ModelRows> models, List<String> absent) implements BenchmarkResult {

        @Override
        public List<String> lines() {
            List<Column> columns = new ArrayList<>(
                    List.of(Column.left("after operator", 34), Column.right("FLOPs", 7), Column.right("raw bytes", 9)));
            SHOWN.forEach(codec -> columns.add(Column.right(codec, 9)));
            columns.add(Column.right("JPEG", 7));
            Table table = new Table(columns.toArray(Column[]::new));
            List<String> lines = new ArrayList<>();
            lines.add(
                    "Encoded size in percent of the raw bytes, for " + picture
                            + " or, where pictures are not the input, for a made-up one; in brackets where the model's output changes by more than 1 %");
            lines.add(table.header());
            for (ModelRows model : models) {
                lines.add(model.model()
                        + (model.jpegBytes().isPresent()
                                ? ": JPEG of quality 85 " + model.jpegBytes().getAsLong() + " bytes"
                                : ""));
                model.splitPoints().forEach(row -> lines.add(table.row(cells(row, model.jpegBytes()))));
            }
            absent.forEach(model -> lines.add("not there: " + model));
            return lines;
        }

        private static Object[] cells(Row row, OptionalLong jpegBytes) {
            List<Object> cells = new ArrayList<>();
            cells.add(row.name());
            cells.add(
                    row.headFlopsShare().isPresent()
                            ? percent(row.headFlopsShare().getAsDouble())
                            : "?");
            cells.add(row.rawBytes());
            Map<String, Encoded> byCodec =
                    row.codecs().stream().collect(Collectors.toMap(Encoded::codec, encoded -> encoded));
            for (String codec : SHOWN) {
                cells.add(Optional.ofNullable(byCodec.get(codec))
                        .map(encoded -> size(encoded, row.rawBytes()))
                        .orElse("–"));
            }
            cells.add(jpegBytes.isPresent() ? percent((double) jpegBytes.getAsLong() / row.rawBytes()) : "");
            return cells.toArray();
        }

        private static String size(Encoded encoded, long rawBytes) {
            String share = percent((double) encoded.bytes() / rawBytes);
            return encoded.outputError() <= BOUND ? share : "(" + share + ")";
        }

        private static String percent(double share) {
            return Quantiles.text(100 * share, 1) + " %";
        }
    }

    private RatiosBenchmark() {}

    static Found run(Path home, Path models, List<String> names, Path picture, Console console)
            throws IOException, InvalidModelException {
        if (!Files.isRegularFile(picture)) {
            throw new NoSuchFileException(picture.toString(), null, "it is what image models are shown");
        }
        List<ModelRows> rows = new ArrayList<>();
        List<String> absent = new ArrayList<>();
        for (String name : names) {
            Path file = models.resolve(name);
            if (Files.isRegularFile(file)) {
                console.progress("Dividing " + name);
                rows.add(measure(home, file, picture));
            } else {
                absent.add(name);
            }
        }
        console.clearProgress();
        return new Found(String.valueOf(picture.getFileName()), rows, absent);
    }

    private static ModelRows measure(Path home, Path file, Path picture) throws IOException, InvalidModelException {
        try (DividedModel divided = DividedModel.of(home, file, picture)) {
            Optional<ImageInput> image = divided.manifest().image();
            Optional<PictureSize> size =
                    image.isPresent() ? PictureSize.of(Files.readAllBytes(picture), image.get()) : Optional.empty();
            return new ModelRows(
                    divided.name(),
                    size.map(known -> OptionalLong.of(known.jpegBytes())).orElse(OptionalLong.empty()),
                    rows(divided.manifest()));
        }
    }

    private static List<Row> rows(Manifest manifest) {
        return manifest.splitPoints().subList(1, manifest.lastIndex()).stream()
                .map(point -> new Row(
                        point.name(),
                        share(manifest.operators(), point),
                        point.crossingBytes(),
                        point.codecs().stream()
                                .map(codec -> new Encoded(codec.codec(), codec.bytes(), codec.maxOutputRelativeError()))
                                .toList()))
                .toList();
    }

    private static OptionalDouble share(List<OperatorEntry> operators, SplitPointEntry point) {
        if (operators.stream().anyMatch(operator -> operator.flops().isEmpty())) {
            return OptionalDouble.empty();
        }
        double all = flops(operators);
        return all == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(flops(operators.subList(0, point.headOperators())) / all);
    }

    private static double flops(List<OperatorEntry> operators) {
        return operators.stream()
                .mapToDouble(operator -> operator.flops().orElseThrow())
                .sum();
    }
}
