package dev.baton.gauge;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DesignSetTest {
    private static final int DESIGNS = 20_000;

    @Test
    void trainingNeverDrawsHeldOutFamilies() {
        for (int index = 0; index < DESIGNS; index++) {
            assertFalse(isOfHeldOutFamily(DesignSet.TRAINING.design(index)), "design " + index);
        }
    }

    @Test
    void everyDesignOfHeldOutFamiliesHasOne() {
        boolean palette = false;
        boolean needle = false;
        boolean ticks = false;
        for (int index = 0; index < DESIGNS; index++) {
            DialDesign design = DesignSet.HELD_OUT_FAMILIES.design(index);
            assertTrue(isOfHeldOutFamily(design), "design " + index);
            palette |= design.palette() == DesignSet.HELD_OUT_PALETTE;
            needle |= design.needle() == DesignSet.HELD_OUT_NEEDLE;
            ticks |= design.ticks() == DesignSet.HELD_OUT_TICKS;
        }
        assertTrue(palette && needle && ticks, "all three families occur");
    }

    @Test
    void setsShareNoDesign() {
        assertNotEquals(
                DesignSet.TRAINING.design(0).seed(),
                DesignSet.HELD_OUT_DESIGNS.design(0).seed());
        assertTrue(DesignSet.TRAINING.design(DesignSet.SIZE - 1).seed()
                < DesignSet.HELD_OUT_DESIGNS.design(0).seed());
        assertTrue(DesignSet.HELD_OUT_DESIGNS.design(DesignSet.SIZE - 1).seed()
                < DesignSet.HELD_OUT_FAMILIES.design(0).seed());
    }

    @Test
    void indexBeyondTheSetIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> DesignSet.TRAINING.design(DesignSet.SIZE));
        assertThrows(IllegalArgumentException.class, () -> DesignSet.TRAINING.design(-1));
    }

    private static boolean isOfHeldOutFamily(DialDesign design) {
        return design.palette() == DesignSet.HELD_OUT_PALETTE
                || design.needle() == DesignSet.HELD_OUT_NEEDLE
                || design.ticks() == DesignSet.HELD_OUT_TICKS;
    }
}
