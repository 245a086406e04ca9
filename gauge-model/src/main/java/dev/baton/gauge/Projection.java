package dev.baton.gauge;

/**
 * Where a point of a dial (in outer radii from its centre, y downwards) appears in a picture (in pixels): the dial is
 * turned, tilted, and seen by a pinhole camera. A plane homography.
 */
final class Projection {
    private final double[] forward;
    private final double[] backward;

    private Projection(double[] forward) {
        this.forward = forward;
        this.backward = inverse(forward);
    }

    static Projection of(ViewingConditions conditions, int side) {
        double roll = Math.toRadians(conditions.rollDegrees());
        double tiltX = Math.toRadians(conditions.tiltXDegrees());
        double tiltY = Math.toRadians(conditions.tiltYDegrees());
        double half = side / 2.0;
        double centreX = half * (1 + conditions.offsetX());
        double centreY = half * (1 + conditions.offsetY());
        double distance = conditions.cameraDistance();
        double scale = half * conditions.zoom() * distance;
        // Rotation about y after x after z; the third coordinate points away from the camera.
        double cosZ = Math.cos(roll);
        double sinZ = Math.sin(roll);
        double cosX = Math.cos(tiltX);
        double sinX = Math.sin(tiltX);
        double cosY = Math.cos(tiltY);
        double sinY = Math.sin(tiltY);
        double xu = cosY * cosZ + sinY * sinX * sinZ;
        double xv = -cosY * sinZ + sinY * sinX * cosZ;
        double yu = cosX * sinZ;
        double yv = cosX * cosZ;
        double zu = -sinY * cosZ + cosY * sinX * sinZ;
        double zv = sinY * sinZ + cosY * sinX * cosZ;
        return new Projection(new double[] {
            scale * xu + centreX * zu,
            scale * xv + centreX * zv,
            centreX * distance,
            scale * yu + centreY * zu,
            scale * yv + centreY * zv,
            centreY * distance,
            zu,
            zv,
            distance
        });
    }

    double[] toPicture(double u, double v) {
        return apply(forward, u, v);
    }

    /** Row-major matrix from picture to dial, in homogeneous coordinates. */
    double[] toDial() {
        return backward;
    }

    private static double[] apply(double[] m, double x, double y) {
        double w = m[6] * x + m[7] * y + m[8];
        return new double[] {(m[0] * x + m[1] * y + m[2]) / w, (m[3] * x + m[4] * y + m[5]) / w};
    }

    private static double[] inverse(double[] m) {
        double[] adjugate = {
            m[4] * m[8] - m[5] * m[7], m[2] * m[7] - m[1] * m[8], m[1] * m[5] - m[2] * m[4],
            m[5] * m[6] - m[3] * m[8], m[0] * m[8] - m[2] * m[6], m[2] * m[3] - m[0] * m[5],
            m[3] * m[7] - m[4] * m[6], m[1] * m[6] - m[0] * m[7], m[0] * m[4] - m[1] * m[3]
        };
        double determinant = m[0] * adjugate[0] + m[1] * adjugate[3] + m[2] * adjugate[6];
        for (int i = 0; i < 9; i++) {
            adjugate[i] /= determinant;
        }
        return adjugate;
    }
}
