package dev.baton.demo;

import java.util.Optional;

/** A picture to send, and what is known about it. */
public final class Picture {

    /**
     * The right answer.
     *
     * @param value   as the model gives it: a fraction of full scale
     * @param reading as a person reads it
     * @param unit    of {@code reading}
     */
    public record Truth(double value, double reading, String unit) {}

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
