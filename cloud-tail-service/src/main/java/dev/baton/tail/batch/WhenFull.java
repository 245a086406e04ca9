package dev.baton.tail.batch;

/** Who is refused when no more requests may wait. Their edge nodes are told at once, and go on by themselves. */
public enum WhenFull {
    /** Who comes. */
    REFUSE_NEW,
    /** Who has the most time left, be it who comes: its edge node can best finish by itself in time. */
    SHED_LATEST_DEADLINE
}
