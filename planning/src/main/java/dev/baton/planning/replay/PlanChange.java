package dev.baton.planning.replay;

/**
 * A plan that came into force.
 *
 * @param atMicros when the edge node took it on
 * @param placement what it says, such as {@code split:3 int8+zstd}
 * @param trigger what made it change
 * @param reason in a sentence
 */
public record PlanChange(long atMicros, String placement, String trigger, String reason) {}
