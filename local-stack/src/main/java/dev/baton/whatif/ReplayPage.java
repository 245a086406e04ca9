package dev.baton.whatif;

import dev.baton.planning.replay.PlanChange;
import dev.baton.planning.replay.PolicyResult;
import dev.baton.planning.replay.ReplayResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A replay as one page: what the link could carry, what requests took under each policy, and our placement over time, with the
 * reason for each change on hover. It holds everything it needs and loads nothing; texts in it are text, never markup.
 */
public final class ReplayPage {

    private static final double WIDTH = 1_100;
    private static final double LEFT = 64;
    private static final double RIGHT = 16;
    private static final double UPLINK_HEIGHT = 150;
    private static final double LATENCY_HEIGHT = 300;
    private static final double BAND_HEIGHT = 34;
    private static final int COLOURS = 10;

    private static final String STYLE = """
            :root { --page: #fcfcfb; --ink: #0b0b0b; --quiet: #52514e; --grid: #e3e2de;
              --c0: #2a78d6; --c1: #eb6834; --c2: #008300; --c3: #4a3aa7; --c4: #e34948; --c5: #1baf7a; --c6: #b0568f; --c7: #8a6d00; --c8: #5b7083; --c9: #0b0b0b; }
            @media (prefers-color-scheme: dark) { :root { --page: #1a1a19; --ink: #ffffff; --quiet: #c3c2b7; --grid: #383835;
              --c0: #3987e5; --c1: #d95926; --c2: #29a329; --c3: #9085e9; --c4: #e66767; --c5: #199e70; --c6: #d55181; --c7: #c9a227; --c8: #8fa5b8; --c9: #ffffff; } }
            * { box-sizing: border-box; }
            body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
            main { max-width: 74rem; margin: 0 auto; padding: 1rem; }
            h1 { font-size: 1.5rem; margin: .5rem 0; overflow-wrap: anywhere; }
            h2 { font-size: 1.15rem; margin: 1.5rem 0 .25rem; }
            p { margin: .4rem 0; overflow-wrap: anywhere; }
            .quiet, figcaption { color: var(--quiet); font-size: .875rem; }
            figure { margin: .5rem 0; overflow-x: auto; }
            svg { display: block; width: 100%; min-width: 40rem; height: auto; }
            svg text { fill: var(--quiet); font: 12px system-ui, sans-serif; }
            svg .grid { stroke: var(--grid); stroke-width: 1; }
            svg .line { fill: none; stroke-width: 1.3; stroke-linejoin: round; }
            svg .name { fill: var(--page); font-weight: 600; }
            .key { display: flex; flex-wrap: wrap; gap: 0 1rem; margin: .25rem 0; padding: 0; list-style: none; font-size: .875rem; }
            .key span { display: inline-block; width: 1rem; height: .3rem; margin-right: .4rem; vertical-align: middle; }
            .scroll { overflow-x: auto; }
            table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
            th, td { padding: .25rem .6rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--grid); }
            th.text, td.text { text-align: left; }
            """;

    private final ReplayResult replay;
    private final String facts;
    private final double seconds;

    private ReplayPage(ReplayResult replay, String facts) {
        this.replay = replay;
        this.facts = facts;
        this.seconds = replay.timeline().stepSeconds()
                * Math.max(1, replay.timeline().uplinkMbits().size());
    }

    /**
     * The page.
     *
     * @param facts what was replayed between which devices, in a sentence
     */
    public static String of(ReplayResult replay, String facts) {
        return new ReplayPage(replay, facts).html();
    }

    private String html() {
        return """
                <!doctype html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="color-scheme" content="light dark">
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
                <title>Replay of %s</title>
                <style>
                %s</style>
                </head>
                <body>
                <main>
                <h1>Replay of %s</h1>
                <p class="quiet">%s</p>
                <h2>Policies</h2>
                <div class="scroll" tabindex="0" role="region" aria-label="Policies">
                %s
                </div>
                <h2>Uplink, Mbit/s</h2>
                <figure>%s</figure>
                <h2>Our placement</h2>
                <figure>%s<figcaption>Hover over a band for the reason; the table at the end holds them all.</figcaption></figure>
                <h2>Latency of requests, ms</h2>
                %s
                <figure>%s<figcaption>Logarithmic. Where there are many requests, the slowest of a few neighbours is drawn.</figcaption></figure>
                <h2>Changes of our plan</h2>
                <div class="scroll" tabindex="0" role="region" aria-label="Changes of our plan">
                %s
                </div>
                </main>
                </body>
                </html>
                """.formatted(
                        escaped(replay.trace()),
                        STYLE,
                        escaped(replay.trace()),
                        escaped(facts),
                        policies(),
                        uplink(),
                        placements(),
                        key(),
                        latency(),
                        changes());
    }

    private String policies() {
        StringBuilder table = new StringBuilder("<table>\n<thead><tr>");
        List.of("policy", "placement").forEach(name -> head(table, name, true));
        List.of(
                        "mean ms",
                        "p50 ms",
                        "p95 ms",
                        "p99 ms",
                        "within target",
                        "J a request",
                        "bytes a request",
                        "switches",
                        "regret")
                .forEach(name -> head(table, name, false));
        table.append("</tr></thead>\n<tbody>\n");
        for (PolicyResult policy : replay.policies()) {
            table.append("<tr>");
            cell(table, policy.policy(), true);
            cell(table, policy.placement(), true);
            cell(table, "%.1f".formatted(policy.meanMillis()), false);
            cell(table, "%.1f".formatted(policy.p50Millis()), false);
            cell(table, "%.1f".formatted(policy.p95Millis()), false);
            cell(table, "%.1f".formatted(policy.p99Millis()), false);
            cell(
                    table,
                    policy.deadlineHits().isPresent()
                            ? "%.1f %%".formatted(100 * policy.deadlineHits().getAsDouble())
                            : "–",
                    false);
            cell(table, "%.3f".formatted(policy.joulesPerRequest()), false);
            cell(table, "%.0f".formatted(policy.bytesPerRequest()), false);
            cell(table, Integer.toString(policy.switches()), false);
            cell(table, "%.1f %%".formatted(100 * policy.regret()), false);
            table.append("</tr>\n");
        }
        return table.append("</tbody>\n</table>").toString();
    }

    private String changes() {
        StringBuilder table = new StringBuilder("<table>\n<thead><tr>");
        head(table, "at s", false);
        List.of("placement", "because", "predicted").forEach(name -> head(table, name, true));
        table.append("</tr></thead>\n<tbody>\n");
        for (PlanChange change : replay.changes()) {
            table.append("<tr>");
            cell(table, "%.1f".formatted(change.atMicros() / 1e6), false);
            cell(table, change.placement(), true);
            cell(table, change.trigger(), true);
            cell(table, change.reason(), true);
            table.append("</tr>\n");
        }
        return table.append("</tbody>\n</table>").toString();
    }

    private double x(double atSeconds) {
        return LEFT + Math.min(1, atSeconds / seconds) * (WIDTH - LEFT - RIGHT);
    }

    private String uplink() {
        List<Double> mbits = replay.timeline().uplinkMbits();
        double most =
                Math.max(0.1, mbits.stream().mapToDouble(rate -> rate).max().orElse(1));
        StringBuilder svg = begin(UPLINK_HEIGHT, "What the uplink could carry over time");
        for (int i = 0; i <= 4; i++) {
            double y = UPLINK_HEIGHT - i / 4.0 * (UPLINK_HEIGHT - 10);
            gridLine(svg, y, number(most * i / 4));
        }
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < mbits.size(); i++) {
            double y = UPLINK_HEIGHT - mbits.get(i) / most * (UPLINK_HEIGHT - 10);
            line.append(point(x((i + 0.5) * replay.timeline().stepSeconds()), y));
        }
        svg.append("<polyline class=\"line\" style=\"stroke: var(--c0)\" points=\"%s\"/>"
                .formatted(line.toString().strip()));
        return end(svg, UPLINK_HEIGHT);
    }

    private String placements() {
        StringBuilder svg = begin(BAND_HEIGHT, "Our placement over time");
        Map<String, Integer> colours = new LinkedHashMap<>();
        List<PlanChange> changes = replay.changes();
        for (int i = 0; i < changes.size(); i++) {
            PlanChange change = changes.get(i);
            double from = change.atMicros() / 1e6;
            double to = i + 1 < changes.size() ? changes.get(i + 1).atMicros() / 1e6 : seconds;
            int colour = colours.computeIfAbsent(change.placement(), name -> colours.size() % (COLOURS - 1));
            double width = Math.max(1, x(to) - x(from));
            svg.append(
                    "<g><title>%s, from %s s to %s s\n%s</title><rect x=\"%s\" y=\"0\" width=\"%s\" height=\"%s\" style=\"fill: var(--c%d)\"/>"
                            .formatted(
                                    escaped(change.placement()),
                                    at(from),
                                    at(to),
                                    escaped(change.reason()),
                                    at(x(from)),
                                    at(width),
                                    at(BAND_HEIGHT),
                                    colour));
            if (width > 8.0 * change.placement().length()) {
                svg.append("<text class=\"name\" x=\"%s\" y=\"%s\">%s</text>"
                        .formatted(at(x(from) + 6), at(BAND_HEIGHT / 2 + 4), escaped(change.placement())));
            }
            svg.append("</g>");
        }
        return end(svg, BAND_HEIGHT);
    }

    private String key() {
        StringBuilder list = new StringBuilder("<ul class=\"key\">");
        int colour = 0;
        for (ReplayResult.Latencies latencies : replay.timeline().latencies()) {
            list.append("<li><span style=\"background: var(--c%d)\"></span>%s</li>"
                    .formatted(colourOf(colour++), escaped(latencies.policy())));
        }
        return list.append("</ul>").toString();
    }

    private int colourOf(int policy) {
        return policy == replay.timeline().latencies().size() - 1 ? COLOURS - 1 : policy % (COLOURS - 1);
    }

    private String latency() {
        double least = Double.POSITIVE_INFINITY;
        double most = 0;
        for (ReplayResult.Latencies latencies : replay.timeline().latencies()) {
            for (double millis : latencies.millis()) {
                least = Math.min(least, millis);
                most = Math.max(most, millis);
            }
        }
        double low = Math.floor(Math.log10(Math.max(0.1, Math.min(least, 1e6))));
        double high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(1, most))));
        StringBuilder svg = begin(LATENCY_HEIGHT, "Latency of requests over time, by policy");
        for (double power = low; power <= high; power++) {
            gridLine(svg, y(Math.pow(10, power), low, high), number(Math.pow(10, power)));
        }
        List<ReplayResult.Latencies> all = new ArrayList<>(replay.timeline().latencies());
        for (int i = all.size() - 1; i >= 0; i--) {
            StringBuilder line = new StringBuilder();
            for (int p = 0; p < all.get(i).millis().size(); p++) {
                line.append(point(
                        x(all.get(i).seconds().get(p)), y(all.get(i).millis().get(p), low, high)));
            }
            svg.append(
                    "<polyline class=\"line\" style=\"stroke: var(--c%d)\" points=\"%s\"><title>%s</title></polyline>"
                            .formatted(
                                    colourOf(i),
                                    line.toString().strip(),
                                    escaped(all.get(i).policy())));
        }
        return end(svg, LATENCY_HEIGHT);
    }

    private static double y(double millis, double low, double high) {
        double share = (Math.log10(Math.max(millis, Math.pow(10, low))) - low) / (high - low);
        return LATENCY_HEIGHT - share * (LATENCY_HEIGHT - 10);
    }

    private StringBuilder begin(double height, String label) {
        return new StringBuilder("<svg viewBox=\"0 0 %s %s\" role=\"img\" aria-label=\"%s\">"
                .formatted(at(WIDTH), at(height + 24), escaped(label)));
    }

    private void gridLine(StringBuilder svg, double y, String label) {
        svg.append("<line class=\"grid\" x1=\"%s\" x2=\"%s\" y1=\"%s\" y2=\"%s\"/>"
                .formatted(at(LEFT), at(WIDTH - RIGHT), at(y), at(y)));
        svg.append("<text x=\"%s\" y=\"%s\" text-anchor=\"end\">%s</text>"
                .formatted(at(LEFT - 6), at(Math.max(10, y + 4)), label));
    }

    private String end(StringBuilder svg, double height) {
        for (int i = 0; i <= 10; i++) {
            double second = seconds * i / 10;
            svg.append("<text x=\"%s\" y=\"%s\" text-anchor=\"middle\">%s s</text>"
                    .formatted(at(Math.min(WIDTH - 20, x(second))), at(height + 16), number(second)));
        }
        return svg.append("</svg>").toString();
    }

    private static String point(double x, double y) {
        return String.format(Locale.ROOT, "%.1f,%.1f ", x, y);
    }

    /** A coordinate, with a point whatever the machine's language. */
    private static String at(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value >= 10 || value == 0 ? "%.0f" : value >= 1 ? "%.1f" : "%.2f", value);
    }

    private static void head(StringBuilder table, String text, boolean isText) {
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
    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
