package dev.baton.gauge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DialDesignTest {

    @Test
    void everyDesignOfEverySetIsValid() {
        for (DesignSet set : DesignSet.values()) {
            for (int index = 0; index < 2000; index++) {
                set.design(index); // a design that exists is valid
            }
        }
    }

    @Test
    void oneSeedMakesOneDesign() {
        assertEquals(DesignSet.TRAINING.design(7), DesignSet.TRAINING.design(7));
    }

    @Test
    void degreesRunFromStartToEndOfTheScale() {
        DialDesign design = DesignSet.TRAINING.design(3);
        assertEquals(design.startDegrees(), design.degrees(0), 1e-9);
        assertEquals(design.startDegrees() + design.sweepDegrees(), design.degrees(1), 1e-9);
    }

    @Test
    void impossibleZoneIsRefusedWithItsValues() {
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> new DialDesign.Zone(0.8, 0.2, 0));
        assertTrue(String.valueOf(refusal.getMessage()).contains("0.8"), refusal.toString());
    }

    @Test
    void scaleThatRunsDownwardsIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Scale(10, 0, "bar", 5, 2));
    }

    @Test
    void scaleTurnsFractionIntoReading() {
        assertEquals(10, new Scale(-30, 50, "°C", 8, 5).reading(0.5), 1e-9);
    }
}
