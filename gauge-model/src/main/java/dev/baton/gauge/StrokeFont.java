package dev.baton.gauge;

import java.awt.BasicStroke;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.util.Map;

/**
 * Digits and letters as pen strokes, drawn without any font of the system so that a picture is the same everywhere.
 *
 * <p>A glyph is written on a grid 4 wide and 6 high, from the top left: strokes are separated by a space, points by a
 * hyphen, each two digits, x before y.
 */
final class StrokeFont {
    private static final double GRID_WIDTH = 4;
    private static final double GRID_HEIGHT = 6;
    private static final double ADVANCE = 5.6;

    private static final Map<Character, String> GLYPHS = Map.ofEntries(
            Map.entry('0', "20-00-06-26-46-40-20"),
            Map.entry('1', "02-20-26"),
            Map.entry('2', "01-00-20-40-43-06 06-46"),
            Map.entry('3', "00-40-23-43-46-26-06-05"),
            Map.entry('4', "36-30-04-44"),
            Map.entry('5', "40-00 00-02 02-42-46-26-06-05"),
            Map.entry('6', "30-00-04-06-26-46-43-23-03-04"),
            Map.entry('7', "00-40 40-16"),
            Map.entry('8', "23-03-00-20-40-43-23 23-03-06-26-46-43-23"),
            Map.entry('9', "16-46-42-40-20-00-03-23-43-42"),
            Map.entry('-', "03-43"),
            Map.entry('.', "15-25-26-16-15"),
            Map.entry('/', "40-06"),
            Map.entry('%', "40-06 00-10-11-01-00 35-45-46-36-35"),
            Map.entry('°', "10-30-32-12-10"),
            Map.entry('A', "06-20-46 14-34"),
            Map.entry('B', "00-06-46-43-03 03-33-30-00"),
            Map.entry('C', "41-40-00-06-46-45"),
            Map.entry('D', "00-06-46-42-40-00"),
            Map.entry('E', "40-00-06-46 03-33"),
            Map.entry('F', "40-00-06 03-33"),
            Map.entry('G', "40-00-06-46-43-23"),
            Map.entry('H', "00-06 40-46 03-43"),
            Map.entry('I', "20-26"),
            Map.entry('K', "00-06 40-03-46"),
            Map.entry('L', "00-06-46"),
            Map.entry('M', "06-00-23-40-46"),
            Map.entry('N', "06-00-46-40"),
            Map.entry('O', "20-00-06-46-40-20"),
            Map.entry('P', "06-00-40-43-03"),
            Map.entry('Q', "20-00-06-26-46-40-20 24-46"),
            Map.entry('R', "06-00-40-43-03 23-46"),
            Map.entry('S', "41-40-00-03-43-46-06-05"),
            Map.entry('T', "00-40 20-26"),
            Map.entry('U', "00-06-46-40"),
            Map.entry('V', "00-26-40"),
            Map.entry('W', "00-16-22-36-40"),
            Map.entry('X', "00-46 40-06"),
            Map.entry('Y', "00-23-40 23-26"),
            Map.entry('Z', "00-40-06-46"));

    private StrokeFont() {}

    /** Width of {@code text} as a multiple of its height. */
    static double width(String text) {
        return (text.length() * ADVANCE - (ADVANCE - GRID_WIDTH)) / GRID_HEIGHT;
    }

    /** Draws {@code text}, in capitals, centred on a point, in the current colour. */
    static void draw(
            Graphics2D graphics, String text, double centreX, double centreY, double height, DialDesign.Digits style) {
        double unit = height / GRID_HEIGHT;
        AffineTransform placed = new AffineTransform();
        placed.translate(centreX - width(text) * height / 2, centreY - height / 2);
        placed.scale(unit, unit);
        if (style == DialDesign.Digits.SLANTED) {
            placed.shear(-0.22, 0);
            placed.translate(0.22 * GRID_HEIGHT / 2, 0);
        }
        double pen = (style == DialDesign.Digits.BOLD ? 1.25 : 0.8) * unit;
        boolean round = style != DialDesign.Digits.ANGULAR;
        graphics.setStroke(new BasicStroke(
                (float) pen,
                round ? BasicStroke.CAP_ROUND : BasicStroke.CAP_SQUARE,
                round ? BasicStroke.JOIN_ROUND : BasicStroke.JOIN_MITER));
        for (int i = 0; i < text.length(); i++) {
            String glyph = GLYPHS.get(Character.toUpperCase(text.charAt(i)));
            if (glyph != null) {
                Path2D path = path(glyph, i * ADVANCE, round);
                graphics.draw(placed.createTransformedShape(path));
            }
        }
    }

    private static Path2D path(String glyph, double left, boolean round) {
        Path2D path = new Path2D.Double();
        for (String stroke : glyph.split(" ", -1)) {
            String[] points = stroke.split("-", -1);
            double[] x = new double[points.length];
            double[] y = new double[points.length];
            for (int i = 0; i < points.length; i++) {
                x[i] = left + points[i].charAt(0) - '0';
                y[i] = points[i].charAt(1) - '0';
            }
            trace(path, x, y, round);
        }
        return path;
    }

    /** Straight lines; where {@code round}, each corner is cut by a curve of at most 1.6 grid steps. */
    private static void trace(Path2D path, double[] x, double[] y, boolean round) {
        path.moveTo(x[0], y[0]);
        for (int i = 1; i < x.length; i++) {
            if (!round || i == x.length - 1) {
                path.lineTo(x[i], y[i]);
                continue;
            }
            double before = Math.hypot(x[i] - x[i - 1], y[i] - y[i - 1]);
            double after = Math.hypot(x[i + 1] - x[i], y[i + 1] - y[i]);
            double cutBefore = Math.min(1.6, before / 2) / before;
            double cutAfter = Math.min(1.6, after / 2) / after;
            path.lineTo(x[i] + (x[i - 1] - x[i]) * cutBefore, y[i] + (y[i - 1] - y[i]) * cutBefore);
            path.quadTo(x[i], y[i], x[i] + (x[i + 1] - x[i]) * cutAfter, y[i] + (y[i + 1] - y[i]) * cutAfter);
        }
    }
}
