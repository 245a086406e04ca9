package dev.baton.inspection;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.partitioning.profile.DeviceProfile;
import dev.baton.partitioning.profile.ModelProfile;
import dev.baton.partitioning.profile.OperatorTime;
import dev.baton.partitioning.profile.SplitPointTime;
import dev.baton.partitioning.profile.TimeSummary;
import dev.baton.partitioning.splitpackage.CodecMeasurement;
import dev.baton.partitioning.splitpackage.OperatorEntry;
import dev.baton.partitioning.splitpackage.RejectedSplitPoint;
import dev.baton.tensor.codec.Codec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A page that shows a model from its input to its output: what would cross, what operators cost and take, and its split points.
 * It holds everything it needs, charts included, and loads nothing; what the model's file says is text in it, never markup.
 */
public final class ModelPage {

    private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/";
    private static final Pattern PLACE = Pattern.compile("\\{\\{([a-z-]+)}}");

    private final Inspection model;
    private final Optional<ModelProfile> profile;
    private final Optional<String> device;
    private final Map<Integer, OperatorTime> times = new HashMap<>();
    private final Map<Integer, SplitPointTime> parts = new HashMap<>();

    private ModelPage(Inspection model, Optional<DeviceProfile> profile) {
        this.model = model;
        this.profile = profile.flatMap(device -> profileOf(model, device));
        this.device = this.profile.isPresent() ? profile.map(DeviceProfile::device) : Optional.empty();
        this.profile.ifPresent(measured -> {
            times.putAll(measured.byNumber());
            measured.splitPoints().forEach(point -> parts.put(point.headOperators(), point));
        });
    }

    /** The profile of this very model: of its version where it has one, of the same operators otherwise. */
    public static Optional<ModelProfile> profileOf(Inspection model, DeviceProfile device) {
        return device.models().stream()
                .filter(measured -> measured.model().equals(model.model()))
                .filter(measured -> measured.describes(model.operators()))
                .findFirst();
    }

    /**
     * The page.
     *
     * @param profile what was measured on a device; left out where it does not hold this model
     */
    public static String of(Inspection model, Optional<DeviceProfile> profile) throws IOException {
        return new ModelPage(model, profile).html();
    }

    private String html() throws IOException {
        Map<String, String> contents = new LinkedHashMap<>();
        contents.put("title", escaped("%s: where it can be divided".formatted(model.model())));
        contents.put("facts", escaped(facts()));
        contents.put("proof", escaped(proof()));
        contents.put("split-points", splitPoints());
        contents.put("rejected", rejected());
        contents.put(
                "operators-summary",
                escaped("%d operators in order".formatted(model.operators().size())));
        contents.put("operators", operators());
        contents.put("data", inScript(data().toString()));
        contents.put("chart-style", resource(UPLOT + "dist/uPlot.min.css"));
        contents.put(
                "chart-script",
                closed("/*!\n%s*/\n%s"
                        .formatted(resource(UPLOT + "LICENSE"), resource(UPLOT + "dist/uPlot.iife.min.js"))));
        contents.put("style", resource("page.css"));
        contents.put("script", closed(resource("page.js")));
        return PLACE.matcher(resource("page.html"))
                .replaceAll(place -> Matcher.quoteReplacement(contents.get(place.group(1))));
    }

    private String facts() {
        List<String> facts = new ArrayList<>();
        facts.add("%d operators".formatted(model.splitPoints().getLast().headOperators()));
        facts.add(
                model.unknownOperators() == 0
                        ? Numbers.of(model.knownFlops(), "FLOPs")
                        : "%s known, of %d operators unknown"
                                .formatted(Numbers.of(model.knownFlops(), "FLOPs"), model.unknownOperators()));
        facts.add(Numbers.bytes(model.weightBytes()) + " of weights");
        facts.add("input " + join(model.inputs()));
        facts.add("output " + join(model.outputs()));
        model.version().ifPresent(version -> facts.add("version " + version));
        return String.join(" · ", facts);
    }

    private static String join(List<?> values) {
        return values.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    private String proof() {
        String proven = model.proven()
                ? "Each split point gave what the whole model gives."
                : "Split points are those that dividing would try; none was proven.";
        String measured = device.map(name -> " Times were measured on %s.".formatted(name))
                .orElse("");
        String reason = model.reason().map(why -> " Not divided: " + why + ".").orElse("");
        String warnings = model.warnings().stream()
                .map(warning -> " Caution: " + warning + ".")
                .collect(Collectors.joining());
        return proven + measured + reason + warnings;
    }

    private String splitPoints() {
        boolean timed = profile.isPresent();
        List<String> codecs = model.splitPoints().stream()
                .flatMap(point -> point.codecs().stream())
                .map(CodecMeasurement::codec)
                .filter(codec -> !codec.equals(Codec.RAW.id()))
                .distinct()
                .toList();
        StringBuilder table = new StringBuilder("<table>\n<caption>")
                .append(escaped(model.picture()
                        .map(picture -> "The picture as JPEG of quality 85 in the size of the model's input: "
                                + Numbers.bytes(picture.jpegBytes()))
                        .orElse("Bytes that cross, and the relative error of each codec")))
                .append("</caption>\n<thead><tr>");
        header(table, "split", false);
        header(table, "after operator", true);
        List.of("depth", "head", "tail", "tensors", "raw").forEach(name -> header(table, name, false));
        codecs.forEach(codec -> header(table, codec, false));
        header(table, "equal to the whole", true);
        if (timed) {
            header(table, "head", false);
            header(table, "tail", false);
        }
        table.append("</tr></thead>\n<tbody>\n");
        for (Inspection.Point point : model.splitPoints()) {
            table.append("<tr>");
            cell(table, Integer.toString(point.index()), false);
            cell(table, point.name(), true);
            cell(table, percent(point.depth()), false);
            cell(table, Integer.toString(point.headOperators()), false);
            cell(table, Integer.toString(point.tailOperators()), false);
            cell(table, Integer.toString(point.crossing().size()), false);
            cell(table, Numbers.bytes(point.crossingBytes()), false);
            for (String codec : codecs) {
                cell(
                        table,
                        point.codec(codec)
                                .map(measured -> "%s ±%.0e"
                                        .formatted(Numbers.bytes(measured.bytes()), measured.maxOutputRelativeError()))
                                .orElse("–"),
                        false);
            }
            cell(table, parity(point), true);
            if (timed) {
                Optional<SplitPointTime> part = Optional.ofNullable(parts.get(point.headOperators()));
                cell(table, millis(part.flatMap(SplitPointTime::head)), false);
                cell(table, millis(part.flatMap(SplitPointTime::tail)), false);
            }
            table.append("</tr>\n");
        }
        return table.append("</tbody>\n</table>").toString();
    }

    private String operators() {
        boolean timed = !times.isEmpty();
        StringBuilder table = new StringBuilder("<table>\n<thead><tr>");
        header(table, "#", false);
        header(table, "kind", true);
        header(table, "name", true);
        List.of("FLOPs", "weights", "makes", "would cross").forEach(name -> header(table, name, false));
        if (timed) {
            header(table, "µs", false);
        }
        table.append("</tr></thead>\n<tbody>\n");
        int position = 0;
        for (OperatorEntry operator : model.operators()) {
            position++;
            table.append("<tr>");
            cell(table, Integer.toString(position), false);
            cell(table, operator.kind(), true);
            cell(table, operator.name(), true);
            cell(
                    table,
                    operator.flops().isPresent()
                            ? Numbers.count(operator.flops().getAsLong())
                            : "unknown",
                    false);
            cell(table, Numbers.bytes(operator.weightBytes()), false);
            cell(table, Numbers.bytes(operator.activationBytes()), false);
            cell(
                    table,
                    operator.liveBytes() == OperatorEntry.CANNOT_CROSS
                            ? "cannot cross"
                            : Numbers.bytes(operator.liveBytes()),
                    false);
            if (timed) {
                OperatorTime time = times.get(operator.number());
                cell(table, time == null ? "–" : "%.1f".formatted(time.micros()), false);
            }
            table.append("</tr>\n");
        }
        return table.append("</tbody>\n</table>").toString();
    }

    private String rejected() {
        if (model.rejected().isEmpty()) {
            return "";
        }
        StringBuilder list = new StringBuilder("<h2>Kept out</h2>\n<ul>\n");
        for (RejectedSplitPoint point : model.rejected()) {
            list.append("<li>")
                    .append(escaped("after %s, %d operators: %s"
                            .formatted(point.name(), point.headOperators(), point.reason())))
                    .append("</li>\n");
        }
        return list.append("</ul>").toString();
    }

    /** What the charts draw. */
    private ObjectNode data() {
        ObjectNode data = JsonNodeFactory.instance.objectNode();
        data.put("inputBytes", model.splitPoints().getFirst().crossingBytes());
        model.picture().ifPresent(picture -> data.put("jpegBytes", picture.jpegBytes()));
        device.ifPresent(name -> data.put("device", name));
        ArrayNode operators = data.putArray("operators");
        for (OperatorEntry operator : model.operators()) {
            ObjectNode node = operators.addObject().put("kind", operator.kind()).put("name", operator.name());
            operator.flops().ifPresent(flops -> node.put("flops", flops));
            if (operator.liveBytes() != OperatorEntry.CANNOT_CROSS) {
                node.put("live", operator.liveBytes());
            }
            OperatorTime time = times.get(operator.number());
            if (time != null) {
                node.put("micros", time.micros());
            }
        }
        ArrayNode points = data.putArray("points");
        for (Inspection.Point point : model.splitPoints()) {
            ObjectNode node = points.addObject()
                    .put("index", point.index())
                    .put("at", point.headOperators())
                    .put("bytes", point.crossingBytes())
                    .put("parity", parity(point));
            ArrayNode codecs = node.putArray("codecs");
            for (CodecMeasurement codec : point.codecs()) {
                codecs.addObject()
                        .put("codec", codec.codec())
                        .put("bytes", codec.bytes())
                        .put("error", Math.min(Double.MAX_VALUE, codec.maxOutputRelativeError()));
            }
            Optional<SplitPointTime> part = Optional.ofNullable(parts.get(point.headOperators()));
            part.flatMap(SplitPointTime::head).ifPresent(head -> node.put("headMicros", head.medianMicros()));
            part.flatMap(SplitPointTime::tail).ifPresent(tail -> node.put("tailMicros", tail.medianMicros()));
        }
        return data;
    }

    private String parity(Inspection.Point point) {
        if (point.index() == 0) {
            return "everything in the cloud";
        }
        if (point.index() == model.lastIndex()) {
            return "everything on the edge";
        }
        return point.parity()
                .map(parity -> parity.bitExact()
                        ? "bit-exact"
                        : "within %.0e of the largest output".formatted(parity.maxRelativeDifference()))
                .orElse("not proven");
    }

    private static String percent(OptionalDouble share) {
        return share.isPresent() ? "%.1f %%".formatted(100 * share.getAsDouble()) : "unknown";
    }

    private static String millis(Optional<TimeSummary> time) {
        return time.map(measured -> "%.2f ms".formatted(measured.medianMillis()))
                .orElse("–");
    }

    private static void header(StringBuilder table, String text, boolean isText) {
        table.append(isText ? "<th scope=\"col\" class=\"text\">" : "<th scope=\"col\">")
                .append(escaped(text))
                .append("</th>");
    }

    private static void cell(StringBuilder table, String text, boolean isText) {
        table.append(isText ? "<td class=\"text\">" : "<td>")
                .append(escaped(text))
                .append("</td>");
    }

    /** Text as text, whatever characters it has. */
    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /** JSON that no parser of HTML takes for markup. */
    private static String inScript(String json) {
        return json.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e");
    }

    /** A script that does not end early. */
    private static String closed(String script) {
        return script.replace("</script", "<\\/script").replace("<!--", "<\\!--");
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = ModelPage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("%s is missing from this build".formatted(name));
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
