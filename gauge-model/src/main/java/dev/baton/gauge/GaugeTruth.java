package dev.baton.gauge;

/**
 * What a picture of a gauge shows, known because it was drawn.
 *
 * @param fraction the reading as a fraction of full scale, 0 to 1
 * @param centreX where the needle turns, in pixels from the left edge of the picture
 * @param centreY the same from the top
 * @param needleDegrees direction of the needle as seen in the picture, clockwise from straight up
 * @param startDegrees direction of the start of the scale as seen in the picture
 * @param endDegrees direction of the end of the scale as seen in the picture
 */
public record GaugeTruth(
        double fraction, double centreX, double centreY, double needleDegrees, double startDegrees, double endDegrees) {

    public GaugeTruth {
        if (!(fraction >= 0 && fraction <= 1)) {
            throw new IllegalArgumentException("reading of %s of full scale, outside 0..1".formatted(fraction));
        }
    }
}
