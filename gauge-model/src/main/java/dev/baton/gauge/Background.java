package dev.baton.gauge;

import java.util.SplittableRandom;

/** What lies behind a gauge: plain paint, plaster, bricks, planks, pipes or brushed metal. */
final class Background {

    private Background() {}

    /** Makes the three colour planes of a picture, in steps of 255. */
    static void paint(float[][] planes, int side, SplittableRandom random) {
        float[] base = new float[3];
        float grey = (float) random.nextDouble(30, 210);
        for (int c = 0; c < 3; c++) {
            base[c] = grey + (float) random.nextDouble(-35, 35);
        }
        float[] shade = shade(side, random);
        for (int c = 0; c < 3; c++) {
            planes[c] = new float[side * side];
            float tint = (float) random.nextDouble(0.8, 1.2);
            for (int i = 0; i < shade.length; i++) {
                planes[c][i] = base[c] + shade[i] * tint;
            }
        }
    }

    /** Differences from the base colour. */
    private static float[] shade(int side, SplittableRandom random) {
        float[] shade = new float[side * side];
        float strength = (float) random.nextDouble(10, 50);
        switch (random.nextInt(6)) {
            case 0 -> clouds(shade, side, random, 90, strength * 0.6f);
            case 1 -> {
                clouds(shade, side, random, 60, strength);
                clouds(shade, side, random, 12, strength * 0.5f);
                clouds(shade, side, random, 4, strength * 0.4f);
            }
            case 2 -> bricks(shade, side, random, strength);
            case 3 -> bands(shade, side, random, strength, false);
            case 4 -> bands(shade, side, random, strength, true);
            default -> brushed(shade, side, random, strength * 0.5f);
        }
        clouds(shade, side, random, 2.5, 12);
        return shade;
    }

    /** Smooth noise whose hills are {@code size} pixels apart. */
    private static void clouds(float[] shade, int side, SplittableRandom random, double size, float strength) {
        int cells = (int) (side / size) + 3;
        float[] grid = new float[cells * cells];
        for (int i = 0; i < grid.length; i++) {
            grid[i] = (float) random.nextDouble(-1, 1) * strength;
        }
        for (int y = 0; y < side; y++) {
            double gy = y / size;
            int top = (int) gy;
            float fy = ease((float) (gy - top));
            for (int x = 0; x < side; x++) {
                double gx = x / size;
                int left = (int) gx;
                float fx = ease((float) (gx - left));
                int at = top * cells + left;
                float above = grid[at] + (grid[at + 1] - grid[at]) * fx;
                float below = grid[at + cells] + (grid[at + cells + 1] - grid[at + cells]) * fx;
                shade[y * side + x] += above + (below - above) * fy;
            }
        }
    }

    private static void bricks(float[] shade, int side, SplittableRandom random, float strength) {
        int height = random.nextInt(14, 34);
        int width = height * 2 + random.nextInt(height);
        int joint = random.nextInt(2, 5);
        int offset = random.nextInt(width);
        long key = random.nextLong();
        for (int y = 0; y < side; y++) {
            int row = y / height;
            for (int x = 0; x < side; x++) {
                int along = x + offset + row % 2 * (width / 2);
                boolean mortar = y % height < joint || along % width < joint;
                int hash = Long.hashCode((row * 31L + along / width + 7) * 0x9e3779b97f4a7c15L ^ key);
                shade[y * side + x] += mortar ? strength : ((hash >>> 8 & 255) / 255f - 0.6f) * strength;
            }
        }
    }

    /** Planks, or pipes when {@code rounded}. */
    private static void bands(float[] shade, int side, SplittableRandom random, float strength, boolean rounded) {
        double angle = random.nextDouble(Math.PI);
        double width = random.nextDouble(15, 60);
        double phase = random.nextDouble(width);
        double dx = Math.cos(angle);
        double dy = Math.sin(angle);
        long key = random.nextLong();
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                double across = (x * dx + y * dy + phase + 4000) / width;
                double within = across - Math.floor(across);
                float value;
                if (rounded) {
                    value = (float) Math.sin(within * Math.PI) * 2 - 1;
                } else {
                    int hash = Long.hashCode(((long) across + 7) * 0x9e3779b97f4a7c15L ^ key);
                    value = within < 0.06 ? -1.2f : (hash >>> 8 & 255) / 255f - 0.5f;
                }
                shade[y * side + x] += value * strength;
            }
        }
    }

    private static void brushed(float[] shade, int side, SplittableRandom random, float strength) {
        boolean across = random.nextBoolean();
        float value = 0;
        for (int line = 0; line < side; line++) {
            value = value * 0.6f + (float) random.nextDouble(-1, 1) * strength;
            for (int i = 0; i < side; i++) {
                shade[across ? line * side + i : i * side + line] += value;
            }
        }
        clouds(shade, side, random, 120, strength);
    }

    private static float ease(float t) {
        return t * t * (3 - 2 * t);
    }
}
