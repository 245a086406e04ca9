package dev.baton.gauge;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.util.SplittableRandom;

/** Takes pictures of gauges: draws a dial, sets it before a background, and looks at it through a camera. */
public final class GaugeRenderer {

    /** Width and height of a picture, in pixels. */
    public static final int SIDE = 240;

    /** Side of the flat drawing a picture is taken of: about twice as fine as the picture. */
    private static final int DIAL_SIDE = 440;

    private GaugeRenderer() {}

    /**
     * A picture of the gauge {@code design} showing {@code fraction} of full scale. The same arguments give the same
     * picture.
     *
     * @param seed of everything left to chance that is neither design nor conditions: background, reflections, noise
     */
    public static GaugePicture render(DialDesign design, double fraction, ViewingConditions conditions, long seed) {
        Projection projection = Projection.of(conditions, SIDE);
        GaugeTruth truth = truth(design, fraction, projection);
        SplittableRandom random = new SplittableRandom(seed ^ 0x6a09e667f3bcc909L);
        float[][] planes = new float[3][];
        Background.paint(planes, SIDE, random);
        overlay(planes, DialPainter.paint(design, fraction, DIAL_SIDE), projection);
        Optics.light(planes, SIDE, conditions, truth, design.faceRadius(), random);
        Optics.blur(planes, SIDE, conditions.blurPixels());
        Optics.noise(planes, conditions.noise(), random);
        return new GaugePicture(toImage(planes), truth);
    }

    private static GaugeTruth truth(DialDesign design, double fraction, Projection projection) {
        double[] centre = projection.toPicture(0, 0);
        return new GaugeTruth(
                fraction,
                centre[0],
                centre[1],
                seenDirection(projection, centre, design.degrees(fraction), design.needleLength()),
                seenDirection(projection, centre, design.degrees(0), design.scaleRadius()),
                seenDirection(projection, centre, design.degrees(1), design.scaleRadius()));
    }

    private static double seenDirection(Projection projection, double[] centre, double degrees, double radius) {
        double angle = Math.toRadians(degrees);
        double[] end = projection.toPicture(radius * Math.sin(angle), -radius * Math.cos(angle));
        return Math.toDegrees(Math.atan2(end[0] - centre[0], centre[1] - end[1]));
    }

    /** Puts the dial over the background; each pixel is the mean of four samples of the drawing. */
    private static void overlay(float[][] planes, BufferedImage dial, Projection projection) {
        int[] source = ((DataBufferInt) dial.getRaster().getDataBuffer()).getData();
        double[] m = projection.toDial();
        double perUnit = DIAL_SIDE / (2 * DialPainter.REACH);
        double half = DIAL_SIDE / 2.0 - 0.5;
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                float red = 0;
                float green = 0;
                float blue = 0;
                float alpha = 0;
                for (int sample = 0; sample < 4; sample++) {
                    double px = x + (sample % 2 == 0 ? 0.25 : 0.75);
                    double py = y + (sample / 2 == 0 ? 0.25 : 0.75);
                    double w = m[6] * px + m[7] * py + m[8];
                    double u = (m[0] * px + m[1] * py + m[2]) / w * perUnit + half;
                    double v = (m[3] * px + m[4] * py + m[5]) / w * perUnit + half;
                    int left = (int) Math.floor(u);
                    int top = (int) Math.floor(v);
                    if (left < 0 || top < 0 || left >= DIAL_SIDE - 1 || top >= DIAL_SIDE - 1) {
                        continue;
                    }
                    float fx = (float) (u - left);
                    float fy = (float) (v - top);
                    int at = top * DIAL_SIDE + left;
                    for (int corner = 0; corner < 4; corner++) {
                        int argb = source[at + (corner & 1) + (corner >> 1) * DIAL_SIDE];
                        float weight = ((corner & 1) == 0 ? 1 - fx : fx) * (corner >> 1 == 0 ? 1 - fy : fy);
                        alpha += weight * (argb >>> 24);
                        red += weight * (argb >> 16 & 255);
                        green += weight * (argb >> 8 & 255);
                        blue += weight * (argb & 255);
                    }
                }
                if (alpha > 0) {
                    float through = 1 - alpha / (4 * 255);
                    int at = y * SIDE + x;
                    planes[0][at] = planes[0][at] * through + red / 4;
                    planes[1][at] = planes[1][at] * through + green / 4;
                    planes[2][at] = planes[2][at] * through + blue / 4;
                }
            }
        }
    }

    private static BufferedImage toImage(float[][] planes) {
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        int[] pixels = ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = step(planes[0][i]) << 16 | step(planes[1][i]) << 8 | step(planes[2][i]);
        }
        return image;
    }

    private static int step(float value) {
        return Math.clamp(Math.round(value), 0, 255);
    }
}
