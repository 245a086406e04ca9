package dev.baton.planning.simulation;

/**
 * What is simulated.
 *
 * @param edges edge nodes
 * @param partitions of the measurement topic, over which edge nodes are spread by key
 * @param replicas of the planner that share the partitions; each decides on one core
 * @param tails that all edge nodes share
 * @param workersPerTail runs of a model at the same time on one tail
 * @param seconds simulated
 * @param requestsPerSecond of each edge node, in the mean
 * @param replicaDiesAtSecond when the first replica stops; 0 for never
 * @param takeoverMicros from then until the others are given its partitions
 * @param surgeAtSecond when the links of the slower half of the fleet become fast, all at once; 0 for never
 * @param reserves whether a plan's load counts for the plans made after it, before tails report it
 * @param decisionMicros what a decision is taken to cost on the simulated clock; 0 for what it really costs
 * @param seed of all chance
 */
public record FleetSettings(
        int edges,
        int partitions,
        int replicas,
        int tails,
        int workersPerTail,
        int seconds,
        double requestsPerSecond,
        int replicaDiesAtSecond,
        long takeoverMicros,
        int surgeAtSecond,
        boolean reserves,
        double decisionMicros,
        long seed) {
    public FleetSettings {
        if (edges < 1 || partitions < 1 || replicas < 1 || tails < 1 || workersPerTail < 1 || seconds < 1) {
            throw new IllegalArgumentException(
                    "%d edge nodes, %d partitions, %d replicas, %d tails of %d workers, %d s: expected at least one of each"
                            .formatted(edges, partitions, replicas, tails, workersPerTail, seconds));
        }
        if (replicaDiesAtSecond > 0 && replicas < 2) {
            throw new IllegalArgumentException("one replica that dies leaves none: expected 2 replicas or more");
        }
    }

    /** The same with or without reservation. */
    public FleetSettings withReservation(boolean wanted) {
        return new FleetSettings(
                edges,
                partitions,
                replicas,
                tails,
                workersPerTail,
                seconds,
                requestsPerSecond,
                replicaDiesAtSecond,
                takeoverMicros,
                surgeAtSecond,
                wanted,
                decisionMicros,
                seed);
    }
}
