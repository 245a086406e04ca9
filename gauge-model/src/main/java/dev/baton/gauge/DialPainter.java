package dev.baton.gauge;

import java.awt.AlphaComposite;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.LinearGradientPaint;
import java.awt.RadialGradientPaint;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Arc2D;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.RoundRectangle2D;
import java.awt.image.BufferedImage;
import java.util.SplittableRandom;

/** Draws a dial flat and seen straight on, on a transparent ground; {@link GaugeRenderer} then takes its picture. */
final class DialPainter {

    /** The drawing reaches this far from the centre, in outer radii. */
    static final double REACH = 1.1;

    private static final String[] WORDS = {
        "EN 837", "CL 1.6", "MADE IN", "NORD", "VEGA", "KS 60", "PRESS", "TEMP", "316 L", "IP 65", "NO 4711", "AQUA"
    };

    private final DialDesign design;
    private final Graphics2D graphics;
    private final SplittableRandom random;

    /** Within this radius stand neither numbers nor ticks. */
    private double freeRadius;

    private DialPainter(DialDesign design, Graphics2D graphics) {
        this.design = design;
        this.graphics = graphics;
        this.random = new SplittableRandom(design.seed() ^ 0x2545f4914f6cdd1dL);
        this.freeRadius = design.scaleRadius() - design.majorTick() - 0.03;
    }

    /** A square picture of {@code side} pixels, centred on where the needle turns. */
    static BufferedImage paint(DialDesign design, double fraction, int side) {
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_ARGB_PRE);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        graphics.translate(side / 2.0, side / 2.0);
        graphics.scale(side / (2 * REACH), side / (2 * REACH));
        new DialPainter(design, graphics).paint(fraction);
        graphics.dispose();
        return image;
    }

    private void paint(double fraction) {
        bezel();
        face();
        zones();
        ticks();
        numbers();
        print();
        needle(fraction);
        rimShadow();
    }

    private void bezel() {
        Color light;
        Color dark;
        switch (design.bezel()) {
            case STEEL -> {
                light = new Color(0xe8eaec);
                dark = new Color(0x6c7074);
            }
            case BRASS -> {
                light = new Color(0xe8cc80);
                dark = new Color(0x7c5c20);
            }
            case PAINTED -> {
                Color paint = Color.getHSBColor((float) random.nextDouble(), 0.7f, 0.75f);
                light = paint;
                dark = paint.darker();
            }
            case SQUARE -> {
                int grey = random.nextInt(40, 150);
                light = new Color(grey + 30, grey + 30, grey + 34);
                dark = new Color(grey, grey, grey + 4);
            }
            default -> {
                light = new Color(0x4a4c50);
                dark = new Color(0x101112);
            }
        }
        Shape outline = design.bezel() == Bezel.SQUARE ? new RoundRectangle2D.Double(-1, -1, 2, 2, 0.3, 0.3) : disc(1);
        graphics.setPaint(new LinearGradientPaint(
                -0.7f, -0.7f, 0.7f, 0.7f, new float[] {0, 0.5f, 1}, new Color[] {light, dark, light}));
        graphics.fill(outline);
        graphics.setColor(new Color(0, 0, 0, 110));
        graphics.setStroke(new BasicStroke(0.015f));
        graphics.draw(outline);
        if (design.bezel() == Bezel.SQUARE) {
            for (int corner = 0; corner < 4; corner++) {
                double x = corner % 2 == 0 ? -0.86 : 0.86;
                double y = corner / 2 == 0 ? -0.86 : 0.86;
                graphics.setColor(new Color(0xb0b2b4));
                graphics.fill(disc(x, y, 0.06));
                graphics.setColor(new Color(0x303234));
                graphics.setStroke(new BasicStroke(0.018f));
                graphics.draw(new Line2D.Double(x - 0.04, y - 0.03, x + 0.04, y + 0.03));
            }
        }
        graphics.setPaint(new LinearGradientPaint(
                -0.6f, -0.6f, 0.6f, 0.6f, new float[] {0, 1}, new Color[] {dark.darker(), light}));
        graphics.fill(disc((design.faceRadius() + 1) / 2 - 0.01));
    }

    private void face() {
        Color face = jittered(design.palette().face(), 10);
        graphics.setColor(face);
        graphics.fill(disc(design.faceRadius()));
        if (random.nextInt(3) == 0) {
            // A lighter or darker inner disc, as embossed dials have.
            int change = random.nextBoolean() ? 12 : -12;
            graphics.setColor(shifted(face, change));
            graphics.fill(disc(design.scaleRadius() * random.nextDouble(0.45, 0.7)));
        }
    }

    private void zones() {
        boolean outside = design.numbers() != DialDesign.Numbers.OUTSIDE && random.nextBoolean();
        double width = random.nextDouble(0.03, 0.07);
        double radius = outside
                ? design.scaleRadius() + width / 2
                : design.scaleRadius() - random.nextDouble(0.1, 1) * design.majorTick();
        for (DialDesign.Zone zone : design.zones()) {
            graphics.setColor(jittered(zone.colour(), 18));
            arc(radius, zone.from(), zone.to(), width);
        }
    }

    private void ticks() {
        Scale scale = design.scale();
        graphics.setColor(ink());
        double outer = design.scaleRadius();
        double inner = outer - design.majorTick();
        TickStyle style = design.ticks();
        double thin = design.tickWidth() * 0.6;
        if (style == TickStyle.OUTER_ARC || style == TickStyle.TRACK) {
            arc(outer, 0, 1, thin);
        }
        if (style == TickStyle.INNER_ARC || style == TickStyle.TRACK) {
            arc(outer - (style == TickStyle.TRACK ? design.minorTick() : design.majorTick()), 0, 1, thin);
        }
        int steps = scale.majorDivisions() * scale.minorDivisions();
        for (int step = 0; step <= steps; step++) {
            double fraction = (double) step / steps;
            if (step % scale.minorDivisions() == 0) {
                switch (style) {
                    case WEDGES -> wedge(fraction, outer, inner, design.tickWidth() * 2.4);
                    case DOTS -> tick(fraction, outer, inner, design.tickWidth() * 1.5);
                    default -> tick(fraction, outer, inner, design.tickWidth());
                }
            } else {
                double end = style == TickStyle.INNER_ARC ? inner + design.minorTick() : outer;
                switch (style) {
                    case DOTS -> {
                        double angle = Math.toRadians(design.degrees(fraction));
                        double radius = outer - design.minorTick() / 2;
                        graphics.fill(disc(radius * Math.sin(angle), -radius * Math.cos(angle), thin));
                    }
                    default -> tick(fraction, end, end - design.minorTick(), thin);
                }
            }
        }
    }

    private void numbers() {
        if (design.numbers() == DialDesign.Numbers.NONE) {
            return;
        }
        Scale scale = design.scale();
        double widest = 0;
        for (int i = 0; i <= scale.majorDivisions(); i++) {
            widest = Math.max(widest, StrokeFont.width(scale.label(i)));
        }
        boolean inside = design.numbers() == DialDesign.Numbers.INSIDE;
        double roughRadius = inside ? design.scaleRadius() - design.majorTick() - 0.12 : design.scaleRadius();
        double spacing = roughRadius * Math.toRadians(design.sweepDegrees()) / scale.majorDivisions();
        double height = Math.max(0.065, Math.min(design.digitHeight(), 0.85 * spacing / widest));
        height = Math.min(height, 0.19 * design.scaleRadius());
        // A wide number needs more room on the left and right of the dial than at its top.
        double reach = height * (0.5 + 0.25 * widest);
        double gap = 0.035;
        double radius = inside
                ? design.scaleRadius() - design.majorTick() - gap - reach
                : design.scaleRadius() + gap + height * 0.55;
        if (inside) {
            freeRadius = radius - reach;
        }
        graphics.setColor(ink());
        for (int i = 0; i <= scale.majorDivisions(); i++) {
            double angle = Math.toRadians(design.degrees((double) i / scale.majorDivisions()));
            double stretch = inside ? 1 : 1 + 0.06 * Math.abs(Math.sin(angle));
            StrokeFont.draw(
                    graphics,
                    scale.label(i),
                    radius * stretch * Math.sin(angle),
                    -radius * stretch * Math.cos(angle),
                    height,
                    design.digits());
        }
    }

    /** The unit and whatever else stands on a dial: a maker's mark and small print. */
    private void print() {
        graphics.setColor(ink());
        double side = random.nextInt(4) == 0 ? -1 : 1;
        double distance = freeRadius * random.nextDouble(0.55, 0.75);
        String unit = design.scale().unit();
        double height = Math.min(random.nextDouble(0.08, 0.13), 1.7 * room(distance) / StrokeFont.width(unit));
        StrokeFont.draw(graphics, unit, 0, side * distance, height, design.digits());
        if (random.nextInt(3) == 0) {
            mark(0, -side * distance * 0.8);
        }
        for (int line = 0; line < design.clutter(); line++) {
            String word = WORDS[random.nextInt(WORDS.length)];
            double small = random.nextDouble(0.035, 0.06);
            double y = line % 2 == 0 ? distance + 0.1 + 0.04 * line : -distance - 0.06 - 0.04 * line;
            if (room(Math.abs(y)) > small * StrokeFont.width(word) / 2) {
                graphics.setColor(random.nextInt(4) == 0 ? new Color(0x9c2020) : ink());
                StrokeFont.draw(graphics, word, 0, side * y, small, DialDesign.Digits.ROUND);
            }
        }
    }

    /** Half the free width at a distance above or below the centre. */
    private double room(double distance) {
        double reach = distance + 0.05;
        return reach >= freeRadius ? 0.01 : Math.sqrt(freeRadius * freeRadius - reach * reach);
    }

    /** A maker's mark: a shape in a colour of its own. */
    private void mark(double x, double y) {
        graphics.setColor(Color.getHSBColor((float) random.nextDouble(), 0.75f, 0.65f));
        double size = Math.min(random.nextDouble(0.05, 0.11), 0.25 * freeRadius);
        switch (random.nextInt(4)) {
            case 0 -> graphics.fill(disc(x, y, size));
            case 1 ->
                graphics.fill(new RoundRectangle2D.Double(x - 1.6 * size, y - size / 2, 3.2 * size, size, 0.02, 0.02));
            case 2 -> {
                Path2D triangle = new Path2D.Double();
                triangle.moveTo(x, y - size);
                triangle.lineTo(x + size, y + 0.7 * size);
                triangle.lineTo(x - size, y + 0.7 * size);
                triangle.closePath();
                graphics.fill(triangle);
            }
            default -> {
                graphics.setStroke(new BasicStroke((float) (size * 0.35)));
                graphics.draw(disc(x, y, size));
            }
        }
    }

    private void needle(double fraction) {
        AffineTransform before = graphics.getTransform();
        Shape outline = needleOutline();
        double angle = Math.toRadians(design.degrees(fraction));
        Shape turned = AffineTransform.getRotateInstance(angle).createTransformedShape(outline);
        double shadowX = random.nextDouble(-0.03, 0.03);
        double shadowY = random.nextDouble(0.005, 0.035);
        graphics.setColor(new Color(0, 0, 0, random.nextInt(40, 100)));
        graphics.fill(AffineTransform.getTranslateInstance(shadowX, shadowY).createTransformedShape(turned));
        graphics.setColor(new Color(design.needleColour()));
        graphics.fill(turned);
        graphics.setTransform(before);

        Color hub =
                switch (random.nextInt(4)) {
                    case 0 -> new Color(design.needleColour());
                    case 1 -> new Color(0x1c1c1e);
                    case 2 -> new Color(0xb8944c);
                    default -> new Color(0xa4a8ac);
                };
        double radius = design.hubRadius();
        graphics.setPaint(new RadialGradientPaint(
                (float) (-radius / 3), (float) (-radius / 3), (float) (1.6 * radius), new float[] {0, 1}, new Color[] {
                    shifted(hub, 30), shifted(hub, -40)
                }));
        graphics.fill(disc(radius));
        graphics.setColor(new Color(0, 0, 0, 90));
        graphics.setStroke(new BasicStroke(0.01f));
        graphics.draw(disc(radius));
    }

    /** The needle pointing straight up. */
    private Shape needleOutline() {
        double length = design.needleLength();
        double half = design.needleWidth() / 2;
        Path2D path = new Path2D.Double();
        path.moveTo(-half, 0);
        switch (design.needle()) {
            case BAR -> line(path, -half * 0.8, -length, half * 0.8, -length, half, 0);
            case TAPERED, SKELETON -> line(path, -half * 0.16, -length, half * 0.16, -length, half, 0);
            case LANCE ->
                line(
                        path,
                        -half * 0.4,
                        -0.08 * length,
                        -half,
                        -0.35 * length,
                        0,
                        -length,
                        half,
                        -0.35 * length,
                        half * 0.4,
                        -0.08 * length,
                        half,
                        0);
            case SWORD -> line(path, -half * 0.8, -0.75 * length, 0, -length, half * 0.8, -0.75 * length, half, 0);
            case ARROW -> {
                double head = Math.max(0.055, half * 1.5);
                double shaft = half * 0.4;
                line(
                        path,
                        -shaft,
                        0,
                        -shaft,
                        -length + 2.4 * head,
                        -head,
                        -length + 2.4 * head,
                        0,
                        -length,
                        head,
                        -length + 2.4 * head,
                        shaft,
                        -length + 2.4 * head,
                        shaft,
                        0);
            }
        }
        path.closePath();
        Area outline = new Area(path);
        if (design.needle() == NeedleStyle.SKELETON) {
            Path2D hollow = new Path2D.Double();
            hollow.moveTo(-half * 0.55, -0.2 * length);
            line(hollow, 0, -0.62 * length, half * 0.55, -0.2 * length);
            hollow.closePath();
            outline.subtract(new Area(hollow));
        }
        double tail = design.tailLength();
        switch (design.tail()) {
            case NONE -> {}
            case STUB -> {
                Path2D stub = new Path2D.Double();
                stub.moveTo(-half * 0.8, 0);
                line(stub, half * 0.8, 0, half * 1.2, tail, -half * 1.2, tail);
                stub.closePath();
                outline.add(new Area(stub));
            }
            case DISC -> {
                double radius = Math.min(0.09, half * 1.8);
                Path2D rod = new Path2D.Double();
                rod.moveTo(-half * 0.5, 0);
                line(rod, half * 0.5, 0, half * 0.5, tail, -half * 0.5, tail);
                rod.closePath();
                outline.add(new Area(rod));
                outline.add(new Area(disc(0, tail - radius * 0.7, radius)));
            }
        }
        return outline;
    }

    /** The rim throws a shadow on the edge of the face. */
    private void rimShadow() {
        double radius = design.faceRadius();
        graphics.setComposite(AlphaComposite.SrcOver);
        graphics.setPaint(
                new RadialGradientPaint(0.02f, 0.03f, (float) (radius + 0.03), new float[] {0, 0.9f, 1}, new Color[] {
                    new Color(0, 0, 0, 0), new Color(0, 0, 0, 0), new Color(0, 0, 0, 120)
                }));
        graphics.fill(disc(radius));
    }

    private void tick(double fraction, double from, double to, double width) {
        double angle = Math.toRadians(design.degrees(fraction));
        double sin = Math.sin(angle);
        double cos = Math.cos(angle);
        graphics.setStroke(new BasicStroke((float) width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER));
        graphics.draw(new Line2D.Double(from * sin, -from * cos, to * sin, -to * cos));
    }

    private void wedge(double fraction, double from, double to, double width) {
        double angle = Math.toRadians(design.degrees(fraction));
        Path2D wedge = new Path2D.Double();
        wedge.moveTo(-width / 2, -from);
        line(wedge, width / 2, -from, 0, -to);
        wedge.closePath();
        graphics.fill(AffineTransform.getRotateInstance(angle).createTransformedShape(wedge));
    }

    private void arc(double radius, double from, double to, double width) {
        graphics.setStroke(new BasicStroke((float) width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER));
        // Java counts arcs counter-clockwise from three o'clock.
        double start = 90 - design.degrees(from);
        double extent = -(to - from) * design.sweepDegrees();
        graphics.draw(new Arc2D.Double(-radius, -radius, 2 * radius, 2 * radius, start, extent, Arc2D.OPEN));
    }

    private Color ink() {
        return new Color(design.palette().ink());
    }

    private Color jittered(int rgb, int spread) {
        Color colour = new Color(rgb);
        return new Color(
                clamp(colour.getRed() + random.nextInt(-spread, spread + 1)),
                clamp(colour.getGreen() + random.nextInt(-spread, spread + 1)),
                clamp(colour.getBlue() + random.nextInt(-spread, spread + 1)));
    }

    private static Color shifted(Color colour, int by) {
        return new Color(clamp(colour.getRed() + by), clamp(colour.getGreen() + by), clamp(colour.getBlue() + by));
    }

    private static int clamp(int value) {
        return Math.clamp(value, 0, 255);
    }

    private static Ellipse2D disc(double radius) {
        return disc(0, 0, radius);
    }

    private static Ellipse2D disc(double x, double y, double radius) {
        return new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius);
    }

    private static void line(Path2D path, double... coordinates) {
        for (int i = 0; i < coordinates.length; i += 2) {
            path.lineTo(coordinates[i], coordinates[i + 1]);
        }
    }
}
