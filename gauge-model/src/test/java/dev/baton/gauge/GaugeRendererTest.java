package dev.baton.gauge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class GaugeRendererTest {

    @Test
    void sameArgumentsDrawTheSamePicture() {
        DialDesign design = DesignSet.TRAINING.design(11);
        ViewingConditions conditions = ViewingConditions.random(5);
        assertArrayEquals(
                pixels(GaugeRenderer.render(design, 0.3, conditions, 9).image()),
                pixels(GaugeRenderer.render(design, 0.3, conditions, 9).image()));
    }

    @Test
    void otherSeedDrawsAnotherPicture() {
        DialDesign design = DesignSet.TRAINING.design(11);
        ViewingConditions conditions = ViewingConditions.random(5);
        assertFalse(Arrays.equals(
                pixels(GaugeRenderer.render(design, 0.3, conditions, 9).image()),
                pixels(GaugeRenderer.render(design, 0.3, conditions, 10).image())));
    }

    @Test
    void truthSeenStraightOnIsTheDesign() {
        DialDesign design = DesignSet.TRAINING.design(2);
        GaugeTruth truth = GaugeRenderer.render(design, 0.25, ViewingConditions.perfect(), 0)
                .truth();
        assertEquals(0.25, truth.fraction());
        assertEquals(GaugeRenderer.SIDE / 2.0, truth.centreX(), 1e-9);
        assertEquals(0, difference(design.degrees(0.25), truth.needleDegrees()), 1e-6);
        assertEquals(0, difference(design.degrees(0), truth.startDegrees()), 1e-6);
        assertEquals(0, difference(design.degrees(1), truth.endDegrees()), 1e-6);
    }

    @Test
    void needleIsSeenWhereTheReadingSays() {
        for (int index = 0; index < 24; index++) {
            DialDesign design = DesignSet.TRAINING.design(index);
            double fraction = (index + 0.5) / 24;
            double elsewhere = (fraction + 0.5) % 1;
            ViewingConditions conditions = ViewingConditions.perfect();
            GaugePicture picture = GaugeRenderer.render(design, fraction, conditions, index);
            BufferedImage other =
                    GaugeRenderer.render(design, elsewhere, conditions, index).image();
            double seen = needleDirection(design, picture, other, conditions);
            assertEquals(0, difference(picture.truth().needleDegrees(), seen), 1.5, "degrees off in design " + index);
        }
    }

    @Test
    void tiltedDialIsDescribedAsItIsSeen() {
        DialDesign design = DesignSet.TRAINING.design(4);
        ViewingConditions tilted =
                new ViewingConditions(8, 15, -12, 4, 0.85, 0.05, -0.05, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0);
        GaugePicture picture = GaugeRenderer.render(design, 0.2, tilted, 1);
        BufferedImage other = GaugeRenderer.render(design, 0.8, tilted, 1).image();
        double seen = needleDirection(design, picture, other, tilted);
        assertEquals(0, difference(picture.truth().needleDegrees(), seen), 2, "degrees off");
        assertTrue(Math.abs(difference(design.degrees(0.2), seen)) > 3, "the tilt is visible");
    }

    @Test
    void pictureReadsTheSameAfterJpeg() {
        CameraPicture picture = CameraPicture.of(DesignSet.TRAINING, 1);
        BufferedImage decoded = JpegCodec.decode(picture.jpeg());
        assertEquals(GaugeRenderer.SIDE, decoded.getWidth());
        assertEquals(GaugeRenderer.SIDE, decoded.getHeight());
        assertArrayEquals(
                picture.jpeg(), CameraPicture.of(DesignSet.TRAINING, 1).jpeg());
    }

    /**
     * The direction, in degrees, of pixels that have the needle's colour here and not where the needle points
     * elsewhere, in the outer half of the needle.
     */
    private static double needleDirection(
            DialDesign design, GaugePicture picture, BufferedImage other, ViewingConditions conditions) {
        double scale = GaugeRenderer.SIDE / 2.0 * conditions.zoom();
        double sumX = 0;
        double sumY = 0;
        for (int y = 0; y < GaugeRenderer.SIDE; y++) {
            for (int x = 0; x < GaugeRenderer.SIDE; x++) {
                double dx = x + 0.5 - picture.truth().centreX();
                double dy = y + 0.5 - picture.truth().centreY();
                double radius = Math.hypot(dx, dy) / scale;
                if (radius < 0.5 * design.needleLength() || radius > 0.93 * design.needleLength()) {
                    continue;
                }
                int here = distance(picture.image().getRGB(x, y), design.needleColour());
                int there = distance(other.getRGB(x, y), design.needleColour());
                if (here < 150 && there - here > 60) {
                    sumX += dx / radius * (there - here);
                    sumY += dy / radius * (there - here);
                }
            }
        }
        return Math.toDegrees(Math.atan2(sumX, -sumY));
    }

    private static int distance(int left, int right) {
        int sum = 0;
        for (int shift = 0; shift < 24; shift += 8) {
            sum += Math.abs((left >> shift & 255) - (right >> shift & 255));
        }
        return sum;
    }

    /** From one direction to another, within a half turn either way. */
    private static double difference(double from, double to) {
        return Math.IEEEremainder(to - from, 360);
    }

    private static int[] pixels(BufferedImage image) {
        return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    }
}
