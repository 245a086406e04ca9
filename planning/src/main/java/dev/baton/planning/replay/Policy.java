package dev.baton.planning.replay;

/** Who decides how requests are answered. One replay uses it. */
interface Policy {

    String name();

    /** How the request of this number, which comes now, shall be answered. */
    Route choose(int request, Simulation simulation);

    /** Before the first request. */
    default void begin(Simulation simulation) {}

    /** A record was handed over to the link. */
    default void sent(int bytes, long nowMicros) {}

    /** It was acknowledged. */
    default void acknowledged(int bytes, long sentMicros, long nowMicros) {}

    /** A request was answered. */
    default void answered(Answered answered, long nowMicros) {}

    /** Whether the edge node thinks that the link is gone, so that it does not even try. */
    default boolean linkIsGone() {
        return false;
    }
}
