package dev.baton.demo;

import java.util.Optional;

/** A picture to send, and what is known about it. */
public final class Picture {

    /**
     * The right answer, for a model that reads a scale.
     *
     * @param fraction of full scale, as the model gives it
     * @param unit     of the scale
     */
    public record Truth(double fraction, double scaleMin, double scaleMax, String unit) {

        /** What a fraction of full scale reads on this scale. */
        public double reading(double anyFraction) {
            return scaleMin + anyFraction * (scaleMax - scaleMin);
        }
    }

    private final String name;
    private final byte[] encoded;
    private final Optional<Truth> truth;

    /**
     * A picture.
     *
     * @param encoded JPEG or PNG; not to be changed afterwards
     */
    public Picture(String name, byte[] encoded, Optional<Truth> truth) {
        this.name = name;
        this.encoded = encoded;
        this.truth = truth;
    }

    public String name() {
        return name;
    }

    /** JPEG or PNG; not to be changed. */
    public byte[] encoded() {
        return encoded;
    }

    public Optional<Truth> truth() {
        return truth;
    }
}
