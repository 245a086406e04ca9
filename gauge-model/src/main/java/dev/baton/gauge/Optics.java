package dev.baton.gauge;

import java.util.SplittableRandom;

/** What light, glass, lens and sensor do to a picture, given as three colour planes in steps of 255. */
final class Optics {

    private Optics() {}

    /** Uneven light, a shadow falling across, reflections in the glass, exposure, contrast and colour cast. */
    static void light(
            float[][] planes,
            int side,
            ViewingConditions conditions,
            GaugeTruth truth,
            double faceRadius,
            SplittableRandom random) {
        double toLight = Math.toRadians(conditions.lightDegrees());
        double lightX = Math.sin(toLight);
        double lightY = -Math.cos(toLight);
        double half = side / 2.0;
        Edge shadow = Edge.random(random, half);
        Edge glare = Edge.random(random, half);
        double glareWidth = half * random.nextDouble(0.15, 0.5);
        boolean spot = random.nextBoolean();
        double glass = faceRadius * conditions.zoom() * half;
        double spotX = truth.centreX() + random.nextDouble(-0.6, 0.6) * glass;
        double spotY = truth.centreY() + random.nextDouble(-0.6, 0.6) * glass;
        double spotSize = glass * random.nextDouble(0.12, 0.4);
        float contrast = (float) conditions.contrast();
        float[] gain = {
            (float) (conditions.exposure() * (1 + conditions.warmth())),
            (float) conditions.exposure(),
            (float) (conditions.exposure() * (1 - conditions.warmth()))
        };
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                double nx = (x - half) / half;
                double ny = (y - half) / half;
                double factor = 1 + conditions.lightSlope() * (nx * lightX + ny * lightY) * 0.5;
                factor *= 1 - conditions.vignette() * 0.5 * (nx * nx + ny * ny);
                factor *= 1 - conditions.shadow() * smoothStep(shadow.distance(x, y) / 6 + 0.5);
                double reflection = 0;
                if (conditions.glare() > 0 && Math.hypot(x - truth.centreX(), y - truth.centreY()) < glass) {
                    if (spot) {
                        double distance = Math.hypot(x - spotX, y - spotY) / spotSize;
                        reflection = conditions.glare() * Math.exp(-distance * distance);
                    } else {
                        double distance = glare.distance(x, y);
                        reflection = conditions.glare()
                                * 0.7
                                * smoothStep(distance / 8 + 0.5)
                                * smoothStep((glareWidth - distance) / 8 + 0.5);
                    }
                }
                int at = y * side + x;
                for (int c = 0; c < 3; c++) {
                    float value = (float) (planes[c][at] * factor);
                    value += (float) ((250 - value) * reflection);
                    planes[c][at] = (value * gain[c] - 128) * contrast + 128;
                }
            }
        }
    }

    /** A Gaussian of the given standard deviation, along rows and then along columns. */
    static void blur(float[][] planes, int side, double deviation) {
        if (deviation < 0.05) {
            return;
        }
        int reach = (int) Math.ceil(3 * deviation);
        float[] kernel = new float[2 * reach + 1];
        float sum = 0;
        for (int i = -reach; i <= reach; i++) {
            kernel[i + reach] = (float) Math.exp(-i * i / (2 * deviation * deviation));
            sum += kernel[i + reach];
        }
        float[] line = new float[side];
        for (float[] plane : planes) {
            for (int pass = 0; pass < 2; pass++) {
                int step = pass == 0 ? 1 : side;
                int nextLine = pass == 0 ? side : 1;
                for (int n = 0; n < side; n++) {
                    for (int i = 0; i < side; i++) {
                        line[i] = plane[n * nextLine + i * step];
                    }
                    for (int i = 0; i < side; i++) {
                        float value = 0;
                        for (int k = -reach; k <= reach; k++) {
                            value += kernel[k + reach] * line[Math.clamp(i + k, 0, side - 1)];
                        }
                        plane[n * nextLine + i * step] = value / sum;
                    }
                }
            }
        }
    }

    /** Sensor noise: mostly in brightness, a third of it in colour. */
    static void noise(float[][] planes, double deviation, SplittableRandom random) {
        if (deviation == 0) {
            return;
        }
        for (int i = 0; i < planes[0].length; i++) {
            long bits = random.nextLong();
            // Sums of evenly spread bytes are close enough to a bell: four bytes have a deviation of 148.
            int bright = (int) (bits & 255)
                    + (int) (bits >>> 8 & 255)
                    + (int) (bits >>> 16 & 255)
                    + (int) (bits >>> 24 & 255)
                    - 510;
            float common = (float) (bright / 148.0 * deviation);
            for (int c = 0; c < 3; c++) {
                float own = ((bits >>> (32 + 10 * c) & 1023) - 512) / 295f * (float) deviation * 0.35f;
                planes[c][i] += common + own;
            }
        }
    }

    private static double smoothStep(double t) {
        double clamped = Math.clamp(t, 0, 1);
        return clamped * clamped * (3 - 2 * clamped);
    }

    /** A straight edge somewhere across the picture. */
    private record Edge(double normalX, double normalY, double offset) {

        static Edge random(SplittableRandom random, double half) {
            double angle = random.nextDouble(2 * Math.PI);
            double x = Math.cos(angle);
            double y = Math.sin(angle);
            double through = half * random.nextDouble(-0.6, 0.6);
            return new Edge(x, y, x * half + y * half + through);
        }

        /** Pixels beyond the edge, negative on the near side. */
        double distance(double x, double y) {
            return x * normalX + y * normalY - offset;
        }
    }
}
