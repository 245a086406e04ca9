package dev.baton.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** The situations that regret is measured in: a committed list, and the generator that made it. */
final class RegretCells {

    /*
     * All situations are 6 models x 9 uplinks x 3 round trips x 3 slowdowns = 486, ten times what fits into an hour. The list
     * is a covering design of strength two and more: every uplink meets every round trip and slowdown (a full factorial of
     * 9 x 3 x 3 = 81), and models are laid over this square of 9 uplinks x 9 (round trip, slowdown) like a Latin square of
     * six symbols: in each row and in each column every model occurs, once or twice. So each model meets each uplink, and
     * each model meets each pair of round trip and slowdown. Rows, columns and models are shuffled by seed, so that no
     * model's cells lie along one diagonal of the ranges, and so is the order in which cells are measured.
     */

    static final long SEED = 20_251_124;
    static final int QUICK = 6;

    private static final String RESOURCE = "regret-cells.csv";
    private static final String HEADER = "model,uplink_mbit,rtt_ms,slowdown,quick";

    private RegretCells() {}

    /** The committed list, in the order of measuring. */
    static List<RegretCell> committed() throws IOException {
        try (InputStream resource = RegretCells.class.getResourceAsStream(RESOURCE)) {
            if (resource == null) {
                throw new IOException("the list of cells is missing: " + RESOURCE);
            }
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8))) {
                return lines.lines().skip(1).map(RegretCells::parse).toList();
            }
        }
    }

    private static RegretCell parse(String line) {
        String[] fields = line.split(",", -1);
        return new RegretCell(
                fields[0],
                Double.parseDouble(fields[1]),
                Double.parseDouble(fields[2]),
                Double.parseDouble(fields[3]),
                Boolean.parseBoolean(fields[4]));
    }

    /** The list as the committed file has it. */
    static List<String> text(List<RegretCell> cells) {
        List<String> lines = new ArrayList<>(List.of(HEADER));
        cells.forEach(cell -> lines.add("%s,%s,%s,%s,%s"
                .formatted(
                        cell.model(),
                        RegretCell.plain(cell.uplinkMegabits()),
                        RegretCell.plain(cell.rttMillis()),
                        RegretCell.plain(cell.slowdown()),
                        cell.quick())));
        return lines;
    }

    /** The design for a seed. */
    static List<RegretCell> generate(long seed) {
        Random random = new Random(seed);
        List<Double> uplinks = shuffled(RegretCell.UPLINKS, random);
        List<String> models = shuffled(RegretCell.MODELS, random);
        List<double[]> conditions = new ArrayList<>();
        for (double roundTrip : RegretCell.ROUND_TRIPS) {
            for (double slowdown : RegretCell.SLOWDOWNS) {
                conditions.add(new double[] {roundTrip, slowdown});
            }
        }
        Collections.shuffle(conditions, random);
        List<RegretCell> cells = new ArrayList<>();
        for (int row = 0; row < uplinks.size(); row++) {
            for (int column = 0; column < conditions.size(); column++) {
                double[] condition = conditions.get(column);
                cells.add(new RegretCell(
                        models.get((row + column) % models.size()),
                        uplinks.get(row),
                        condition[0],
                        condition[1],
                        false));
            }
        }
        Collections.shuffle(cells, random);
        return withQuick(cells, random);
    }

    /** Marks cells such that each model occurs, six uplinks with both extremes, and each round trip and slowdown twice. */
    private static List<RegretCell> withQuick(List<RegretCell> cells, Random random) {
        while (true) {
            List<RegretCell> chosen = shuffled(cells, random).subList(0, QUICK);
            if (isBalanced(chosen)) {
                Set<RegretCell> quick = new HashSet<>(chosen);
                return cells.stream()
                        .map(cell -> quick.contains(cell)
                                ? new RegretCell(
                                        cell.model(), cell.uplinkMegabits(), cell.rttMillis(), cell.slowdown(), true)
                                : cell)
                        .toList();
            }
        }
    }

    private static boolean isBalanced(List<RegretCell> cells) {
        Set<Double> uplinks = new HashSet<>();
        Set<String> models = new HashSet<>();
        Set<List<Double>> conditions = new HashSet<>();
        cells.forEach(cell -> {
            uplinks.add(cell.uplinkMegabits());
            models.add(cell.model());
            conditions.add(List.of(cell.rttMillis(), cell.slowdown()));
        });
        return models.size() == QUICK
                && uplinks.size() == QUICK
                && uplinks.contains(RegretCell.UPLINKS.getFirst())
                && uplinks.contains(RegretCell.UPLINKS.getLast())
                && conditions.size() == QUICK
                && RegretCell.ROUND_TRIPS.stream()
                        .allMatch(rtt -> cells.stream()
                                        .filter(cell -> cell.rttMillis() == rtt)
                                        .count()
                                == 2)
                && RegretCell.SLOWDOWNS.stream()
                        .allMatch(slow -> cells.stream()
                                        .filter(cell -> cell.slowdown() == slow)
                                        .count()
                                == 2);
    }

    private static <T> List<T> shuffled(List<T> values, Random random) {
        List<T> copy = new ArrayList<>(values);
        Collections.shuffle(copy, random);
        return copy;
    }
}
