package dev.baton.console;

import java.util.ArrayList;
import java.util.List;

/**
 * Lines of aligned cells. Widths are fixed beforehand, so that rows can be printed as they come; a cell that is too
 * long pushes the rest of its line aside. Where all rows are there already, {@link #fitted} makes columns wide enough.
 */
public final class Table {

    /**
     * How one column is aligned.
     *
     * @param width in characters; negative aligns to the right
     */
    public record Column(String title, int width) {

        public static Column left(String title, int width) {
            return new Column(title, Math.max(width, title.length()));
        }

        public static Column right(String title, int width) {
            return new Column(title, -Math.max(width, title.length()));
        }

        private Column atLeast(int characters) {
            int wider = Math.max(Math.abs(width), characters);
            return new Column(title, width < 0 ? -wider : wider);
        }
    }

    private final List<Column> columns;

    public Table(Column... columns) {
        this.columns = List.of(columns);
    }

    public String header() {
        return row(columns.stream().map(Column::title).toArray());
    }

    /** One line; cells are turned into text by {@link String#valueOf(Object)}. */
    public String row(Object... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(
                    "a row of %d cells in a table of %d columns".formatted(cells.length, columns.size()));
        }
        List<String> aligned = new ArrayList<>(cells.length);
        for (int i = 0; i < cells.length; i++) {
            aligned.add(align(String.valueOf(cells[i]), columns.get(i).width()));
        }
        return String.join("  ", aligned).stripTrailing();
    }

    /** The header and the rows as lines; columns are as wide as what they hold. */
    public static List<String> fitted(List<Column> columns, List<List<String>> rows) {
        List<Column> fitting = new ArrayList<>(columns);
        for (int i = 0; i < fitting.size(); i++) {
            int index = i;
            int widest =
                    rows.stream().mapToInt(row -> row.get(index).length()).max().orElse(0);
            fitting.set(i, columns.get(i).atLeast(widest));
        }
        Table table = new Table(fitting.toArray(Column[]::new));
        List<String> lines = new ArrayList<>(List.of(table.header()));
        rows.forEach(row -> lines.add(table.row(row.toArray())));
        return lines;
    }

    private static String align(String text, int width) {
        String padding = " ".repeat(Math.max(0, Math.abs(width) - text.length()));
        return width < 0 ? padding + text : text + padding;
    }
}
