package dev.baton.planning.simulation;

/**
 * What a simulated fleet showed. Simulated times are in microseconds.
 *
 * @param windows measurement windows that edge nodes sent
 * @param decisions looks at an edge node's plan
 * @param switches plans that changed, first plans left out
 * @param decidingSeconds real time that decisions took, on one core
 * @param staleP50Micros from the end of a window to the decision made with it; half were no older
 * @param staleP99Micros 99 % were no older
 * @param staleMaxMicros the oldest, with those whose replica had died
 * @param takeoverMicros from the death of a replica until each of its edge nodes had a decision again; 0 when none died
 * @param movedEdges edge nodes that another replica took over
 * @param lostPlans of those, plans whose epoch did not go on where it was
 * @param doubleOwned windows that two replicas decided on
 * @param peakLoad the most load offered to the tails in any second, over their capacity
 * @param overloadedSeconds seconds in which more was offered than they can do
 * @param longestQueueMicros the longest that a record had to wait for the tails
 * @param bytesPerEdge memory for an edge node with its plan; 0 where it was not measured
 */
public record FleetResult(
        long windows,
        long decisions,
        long switches,
        double decidingSeconds,
        double staleP50Micros,
        double staleP99Micros,
        double staleMaxMicros,
        double takeoverMicros,
        int movedEdges,
        int lostPlans,
        int doubleOwned,
        double peakLoad,
        int overloadedSeconds,
        double longestQueueMicros,
        long bytesPerEdge) {

    /** On one core, by the real time that decisions took. */
    public double decisionsPerSecond() {
        return decidingSeconds > 0 ? decisions / decidingSeconds : 0;
    }
}
