package dev.baton.gauge;

import java.util.SplittableRandom;

/**
 * A picture as a camera sends it, with the design it shows and the truth about it. Set and index name a picture: the
 * same two give the same bytes on the same Java release.
 */
public final class CameraPicture {
    private final byte[] jpeg;
    private final DialDesign design;
    private final GaugeTruth truth;

    private CameraPicture(byte[] jpeg, DialDesign design, GaugeTruth truth) {
        this.jpeg = jpeg;
        this.design = design;
        this.truth = truth;
    }

    /** The picture number {@code index} of a set, of the design of that number. */
    public static CameraPicture of(DesignSet set, long index) {
        DialDesign design = set.design(index);
        SplittableRandom random = new SplittableRandom(design.seed() ^ 0x3c6ef372fe94f82bL);
        // Needles rest on the stops more often than anywhere else.
        double fraction = Math.clamp(random.nextDouble(-0.03, 1.03), 0, 1);
        ViewingConditions conditions = ViewingConditions.random(random.nextLong());
        GaugePicture picture = GaugeRenderer.render(design, fraction, conditions, random.nextLong());
        float quality = (float) random.nextDouble(0.83, 0.9);
        return new CameraPicture(JpegCodec.encode(picture.image(), quality), design, picture.truth());
    }

    public byte[] jpeg() {
        return jpeg.clone();
    }

    public DialDesign design() {
        return design;
    }

    public GaugeTruth truth() {
        return truth;
    }
}
