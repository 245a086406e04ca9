package dev.baton.orchestrator.planning;

/** Where what people ask of the planner is kept, for every replica to read. */
@FunctionalInterface
public interface SteeringLog {
    /**
     * Keeps a change; returns when it will not be lost.
     *
     * @throws SteeringUnavailableException when it cannot be kept now
     */
    void keep(SteeringChange change);
}
