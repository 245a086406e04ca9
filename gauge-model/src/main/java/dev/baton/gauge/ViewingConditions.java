package dev.baton.gauge;

import java.util.SplittableRandom;

/**
 * How a camera sees a dial.
 *
 * @param rollDegrees of the dial against the picture, clockwise
 * @param tiltXDegrees of the dial about the horizontal axis of the picture
 * @param tiltYDegrees of the dial about its vertical axis
 * @param cameraDistance in outer radii of the dial; the nearer, the stronger the perspective
 * @param zoom outer radius of the dial as a fraction of half the picture
 * @param offsetX of the dial from the middle of the picture, as a fraction of half the picture, to the right
 * @param offsetY the same, downwards
 * @param exposure factor on brightness, 1 unchanged
 * @param contrast factor on contrast about middle grey, 1 unchanged
 * @param warmth colour cast of the light: positive red, negative blue
 * @param lightSlope how much brighter the picture is towards the light than away from it, 0 for even light
 * @param lightDegrees direction the light comes from
 * @param vignette how much darker corners are
 * @param glare opacity of reflections in the glass, 0 to 1
 * @param shadow opacity of a shadow falling over the picture, 0 to 1
 * @param blurPixels standard deviation of blur
 * @param noise standard deviation of sensor noise, in steps of 255
 */
public record ViewingConditions(
        double rollDegrees,
        double tiltXDegrees,
        double tiltYDegrees,
        double cameraDistance,
        double zoom,
        double offsetX,
        double offsetY,
        double exposure,
        double contrast,
        double warmth,
        double lightSlope,
        double lightDegrees,
        double vignette,
        double glare,
        double shadow,
        double blurPixels,
        double noise) {

    public ViewingConditions {
        if (!(cameraDistance > 1.5)) {
            throw new IllegalArgumentException("camera at %s radii, not beyond 1.5".formatted(cameraDistance));
        }
        if (!(Math.abs(tiltXDegrees) <= 45 && Math.abs(tiltYDegrees) <= 45)) {
            throw new IllegalArgumentException(
                    "dial tilted by %s and %s degrees, beyond 45".formatted(tiltXDegrees, tiltYDegrees));
        }
        if (!(zoom > 0.2 && zoom < 2)) {
            throw new IllegalArgumentException("zoom %s, outside 0.2..2".formatted(zoom));
        }
        if (!(blurPixels >= 0 && blurPixels <= 5 && noise >= 0)) {
            throw new IllegalArgumentException("blur of %s pixels or noise of %s".formatted(blurPixels, noise));
        }
    }

    /** Straight ahead, in even light, through a perfect lens. */
    public static ViewingConditions perfect() {
        return new ViewingConditions(0, 0, 0, 6, 0.9, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    /** As an installed camera may see a dial; a person can still read it. */
    public static ViewingConditions random(long seed) {
        SplittableRandom random = new SplittableRandom(seed ^ 0x5851f42d4c957f2dL);
        double zoom = random.nextDouble(0.76, 0.97);
        double room = Math.min(0.1, 1.02 - zoom + 0.02);
        return new ViewingConditions(
                bell(random) * 6,
                bell(random) * 9,
                bell(random) * 9,
                random.nextDouble(3.5, 8),
                zoom,
                random.nextDouble(-room, room),
                random.nextDouble(-room, room),
                random.nextDouble(0.65, 1.2),
                random.nextDouble(0.75, 1.15),
                bell(random) * 0.05,
                random.nextDouble(0, 0.45),
                random.nextDouble(360),
                random.nextDouble(0, 0.35),
                random.nextInt(3) == 0 ? 0 : random.nextDouble(0.1, 0.6),
                random.nextInt(3) != 0 ? 0 : random.nextDouble(0.15, 0.45),
                random.nextInt(3) == 0 ? random.nextDouble(0.5, 1.3) : random.nextDouble(0, 0.5),
                random.nextDouble(5.5, 12));
    }

    /** A bell-shaped number of standard deviation 0.8 that never exceeds 2.4. */
    private static double bell(SplittableRandom random) {
        double sum = random.nextDouble() + random.nextDouble() + random.nextDouble() - 1.5;
        return sum / 0.5 * 0.8;
    }
}
