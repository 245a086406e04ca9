package dev.baton.demo;

import dev.baton.partitioning.Placement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the demo does.
 *
 * @param edgeSlowdown         how many times slower than this machine the emulated edge node is
 * @param linkSteps            the link's rates while the planner chooses, in Mbit/s; the first also while placements are pinned
 * @param oneWayDelay          of the link
 * @param jitter               of the link
 * @param step                 how long each rate lasts
 * @param picturesPerPlacement requests sent with each pinned placement
 * @param only                 pin this one and nothing else
 * @param codec                of what crosses with {@code only}; the planner's choice when empty
 */
public record DemoSettings(
        double edgeSlowdown,
        List<Double> linkSteps,
        Duration oneWayDelay,
        Duration jitter,
        Duration step,
        int picturesPerPlacement,
        Optional<Placement> only,
        Optional<String> codec) {

    public DemoSettings {
        linkSteps = List.copyOf(linkSteps);
        if (linkSteps.isEmpty()) {
            throw new IllegalArgumentException("the link needs at least one rate");
        }
        if (picturesPerPlacement < 1) {
            throw new IllegalArgumentException("at least one picture for each placement, not " + picturesPerPlacement);
        }
    }
}
