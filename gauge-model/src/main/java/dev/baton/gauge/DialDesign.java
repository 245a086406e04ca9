package dev.baton.gauge;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * A gauge as its maker drew it: everything about a dial except its reading. Lengths are fractions of the outer radius
 * of the case; angles are in degrees, clockwise from straight up.
 *
 * @param seed names the design; a set and a seed make the same design every time
 * @param startDegrees direction of the start of the scale
 * @param sweepDegrees from the start of the scale clockwise to its end
 * @param faceRadius of the face within the bezel
 * @param scaleRadius of the outer end of the ticks
 * @param majorTick length of a numbered tick
 * @param minorTick length of an unnumbered one
 * @param tickWidth of a major tick
 * @param numbers where the numbers stand
 * @param digits how they are drawn
 * @param digitHeight their height
 * @param zones coloured parts of the scale
 * @param needleLength from where it turns to its tip
 * @param needleWidth at its widest
 * @param needleColour as 0xRRGGBB
 * @param tail the end of the needle beyond where it turns
 * @param tailLength of that end
 * @param hubRadius of the cap over where the needle turns
 * @param clutter the number of lines of small print, 0 to 4
 */
public record DialDesign(
        long seed,
        Palette palette,
        Bezel bezel,
        Scale scale,
        double startDegrees,
        double sweepDegrees,
        double faceRadius,
        double scaleRadius,
        TickStyle ticks,
        double majorTick,
        double minorTick,
        double tickWidth,
        Numbers numbers,
        Digits digits,
        double digitHeight,
        List<Zone> zones,
        NeedleStyle needle,
        double needleLength,
        double needleWidth,
        int needleColour,
        Tail tail,
        double tailLength,
        double hubRadius,
        int clutter) {

    public static final double MIN_SWEEP_DEGREES = 180;
    public static final double MAX_SWEEP_DEGREES = 300;

    /** Where numbers stand in relation to the ticks. */
    public enum Numbers {
        INSIDE,
        OUTSIDE,
        NONE
    }

    /** How digits and letters are drawn. */
    public enum Digits {
        ROUND,
        ANGULAR,
        SLANTED,
        BOLD
    }

    /** The end of a needle beyond where it turns. */
    public enum Tail {
        NONE,
        STUB,
        DISC
    }

    /** A coloured part of a scale, between two fractions of full scale. */
    public record Zone(double from, double to, int colour) {
        public Zone {
            if (!(from >= 0 && from < to && to <= 1)) {
                throw new IllegalArgumentException("zone from %s to %s, outside 0..1 or empty".formatted(from, to));
            }
        }
    }

    public DialDesign {
        zones = List.copyOf(zones);
        requireBetween("sweep in degrees", sweepDegrees, MIN_SWEEP_DEGREES, MAX_SWEEP_DEGREES);
        requireBetween("start in degrees", startDegrees, -360, 360);
        requireBetween("face radius", faceRadius, 0.6, 1);
        requireBetween("scale radius", scaleRadius, 0.4, faceRadius);
        requireBetween("major tick", majorTick, 0.02, 0.3);
        requireBetween("minor tick", minorTick, 0.01, majorTick);
        requireBetween("tick width", tickWidth, 0.003, 0.08);
        requireBetween("digit height", digitHeight, 0.04, 0.3);
        // Shorter than this a needle does not point at the scale any more; longer, it touches the bezel.
        requireBetween("needle length", needleLength, 0.6 * scaleRadius, faceRadius);
        requireBetween("needle width", needleWidth, 0.01, 0.15);
        requireBetween("tail length", tailLength, 0, 0.45 * needleLength);
        requireBetween("hub radius", hubRadius, 0.02, 0.25);
        requireBetween("clutter", clutter, 0, 4);
    }

    /** Direction on the dial of {@code fraction} of full scale. */
    public double degrees(double fraction) {
        return startDegrees + fraction * sweepDegrees;
    }

    /** The design that {@code seed} names among those of the given families. */
    static DialDesign of(long seed, Set<Palette> palettes, Set<NeedleStyle> needles, Set<TickStyle> tickStyles) {
        SplittableRandom random = new SplittableRandom(seed ^ 0x9e3779b97f4a7c15L);
        Palette palette = pick(random, List.copyOf(new TreeSet<>(palettes)));
        Bezel bezel = pick(random, List.of(Bezel.values()));
        double sweep = sweep(random);
        Numbers numbers = pick(random, List.of(Numbers.INSIDE, Numbers.INSIDE, Numbers.INSIDE, Numbers.OUTSIDE));
        if (random.nextInt(25) == 0) {
            numbers = Numbers.NONE;
        }
        double face = bezel == Bezel.THIN ? random.nextDouble(0.92, 0.97) : random.nextDouble(0.8, 0.91);
        double digitHeight = random.nextDouble(0.085, 0.15);
        if (numbers == Numbers.OUTSIDE) {
            digitHeight = Math.min(digitHeight, 0.11);
        }
        double margin = numbers == Numbers.OUTSIDE ? digitHeight * 2 + 0.035 : random.nextDouble(0.03, 0.12);
        double scaleRadius = face - margin;
        double majorTick = random.nextDouble(0.07, 0.15);
        double needleLength = Math.min(scaleRadius * random.nextDouble(0.74, 1.0), face * 0.97);
        Tail tail = pick(random, List.of(Tail.values()));
        double tailLength = tail == Tail.NONE ? 0 : needleLength * random.nextDouble(0.15, 0.38);
        return new DialDesign(
                seed,
                palette,
                bezel,
                pick(random, Scale.COMMON),
                -sweep / 2 + turn(random, sweep),
                sweep,
                face,
                scaleRadius,
                pick(random, List.copyOf(new TreeSet<>(tickStyles))),
                majorTick,
                majorTick * random.nextDouble(0.45, 0.8),
                random.nextDouble(0.014, 0.032),
                numbers,
                pick(random, List.of(Digits.values())),
                digitHeight,
                zones(random),
                pick(random, List.copyOf(new TreeSet<>(needles))),
                needleLength,
                random.nextDouble(0.03, 0.085),
                pick(random, palette.needles()),
                tail,
                tailLength,
                random.nextDouble(0.05, 0.13),
                random.nextInt(5));
    }

    /** Most instruments use 270 degrees; others any sweep. */
    private static double sweep(SplittableRandom random) {
        return switch (random.nextInt(8)) {
            case 0, 1, 2 -> 270;
            case 3 -> 240;
            case 4 -> random.nextBoolean() ? 300 : 180;
            default -> random.nextDouble(MIN_SWEEP_DEGREES, MAX_SWEEP_DEGREES);
        };
    }

    /** Most scales are symmetric about straight up; some are turned. */
    private static double turn(SplittableRandom random, double sweep) {
        return switch (random.nextInt(10)) {
            case 0, 1 -> random.nextDouble(-45, 45);
            case 2 -> sweep < 240 ? (random.nextBoolean() ? 90 : -90) : 0;
            default -> 0;
        };
    }

    private static List<Zone> zones(SplittableRandom random) {
        int red = 0xd02020;
        int yellow = 0xe8b818;
        int green = 0x2c9c40;
        List<Zone> zones = new ArrayList<>();
        switch (random.nextInt(6)) {
            case 0 -> zones.add(new Zone(random.nextDouble(0.6, 0.9), 1, red));
            case 1 -> {
                double first = random.nextDouble(0.4, 0.6);
                double second = random.nextDouble(first + 0.1, 0.85);
                zones.add(new Zone(0, first, green));
                zones.add(new Zone(first, second, yellow));
                zones.add(new Zone(second, 1, red));
            }
            case 2 -> {
                double from = random.nextDouble(0.1, 0.6);
                zones.add(new Zone(from, random.nextDouble(from + 0.1, 0.95), green));
            }
            case 3 -> {
                zones.add(new Zone(0, random.nextDouble(0.08, 0.25), red));
                zones.add(new Zone(random.nextDouble(0.75, 0.92), 1, random.nextBoolean() ? red : yellow));
            }
            default -> {}
        }
        return zones;
    }

    private static <T> T pick(SplittableRandom random, List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    private static void requireBetween(String what, double value, double min, double max) {
        if (!(value >= min && value <= max)) {
            throw new IllegalArgumentException("%s is %s, outside %s..%s".formatted(what, value, min, max));
        }
    }
}
