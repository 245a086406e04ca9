package dev.baton.tail.batch;

/**
 * Who a request comes from, as far as it matters for its turn.
 *
 * @param name     of the edge node, or of what stands for one: its requests share one part of the engine
 * @param priority 1 is the highest; 0 means the default level
 */
public record Claimant(String name, int priority) {

    /** Requests of {@code edgeNode}. */
    public static Claimant ofEdgeNode(String edgeNode, int priority) {
        return new Claimant("edge node " + edgeNode, priority);
    }

    /** Requests of clients that come without an edge node, by tenant. */
    public static Claimant ofTenant(String tenant, int priority) {
        return new Claimant("tenant " + tenant, priority);
    }
}
