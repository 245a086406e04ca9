package dev.baton.gauge;

import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Who may see which designs. Sets share no design seed, and training never draws a held-out family: the palette
 * {@link Palette#PETROL}, the needle {@link NeedleStyle#ARROW} and the ticks {@link TickStyle#WEDGES}.
 */
public enum DesignSet {
    TRAINING(0),
    /** New designs of the families training draws: measures generalisation to dials of a known kind. */
    HELD_OUT_DESIGNS(1_000_000_000_000L),
    /** Designs of which each has at least one held-out family: measures generalisation to dials of an unseen kind. */
    HELD_OUT_FAMILIES(2_000_000_000_000L);

    public static final Palette HELD_OUT_PALETTE = Palette.PETROL;
    public static final NeedleStyle HELD_OUT_NEEDLE = NeedleStyle.ARROW;
    public static final TickStyle HELD_OUT_TICKS = TickStyle.WEDGES;

    /** Designs in a set. */
    public static final long SIZE = 1_000_000_000_000L;

    private final long firstSeed;

    DesignSet(long firstSeed) {
        this.firstSeed = firstSeed;
    }

    /** The design number {@code index} of this set, for {@code 0 <= index < }{@value #SIZE}. */
    public DialDesign design(long index) {
        if (index < 0 || index >= SIZE) {
            throw new IllegalArgumentException("design index %d, outside 0..%d".formatted(index, SIZE - 1));
        }
        long seed = firstSeed + index;
        Set<Palette> palettes = EnumSet.complementOf(EnumSet.of(HELD_OUT_PALETTE));
        Set<NeedleStyle> needles = EnumSet.complementOf(EnumSet.of(HELD_OUT_NEEDLE));
        Set<TickStyle> ticks = EnumSet.complementOf(EnumSet.of(HELD_OUT_TICKS));
        if (this == HELD_OUT_FAMILIES) {
            // One family for certain; now and then a second or all three, as an unknown maker's dial would have.
            int families = new SplittableRandom(seed).nextInt(9);
            if (families % 3 == 0 || families == 4 || families == 6) {
                palettes = EnumSet.of(HELD_OUT_PALETTE);
            }
            if (families % 3 == 1 || families == 3 || families == 6) {
                needles = EnumSet.of(HELD_OUT_NEEDLE);
            }
            if (families % 3 == 2 || families == 4 || families == 6) {
                ticks = EnumSet.of(HELD_OUT_TICKS);
            }
        }
        return DialDesign.of(seed, palettes, needles, ticks);
    }
}
