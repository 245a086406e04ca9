package dev.baton.planning;

/** The kinds of constraint; which of them rule an alternative out is a set of their {@link #bit()}s. */
public enum Constraint {
    /** There must be a live tail that holds the model's version. */
    LIVE_TAIL(1, "a live tail"),
    /** What is sent must fit the largest record. */
    RECORD_SIZE(2, "record size"),
    /** Latency at a quantile. */
    LATENCY_TARGET(4, "latency target"),
    /** How much a codec may change answers. */
    ACCURACY(8, "accuracy budget"),
    /** Memory that a head may take. */
    EDGE_MEMORY(16, "edge memory"),
    /** No model input leaves the edge node, nor the client's picture. */
    RAW_INPUT(32, "raw input stays on the device"),
    /** Operators that must run before anything leaves the edge node. */
    MINIMUM_DEPTH(64, "minimum depth"),
    /** Placements that are allowed at all. */
    ALLOWED_PLACEMENTS(128, "allowed placements"),
    /** What runs on the edge node must be there. */
    HEAD_READY(256, "heads that the edge node can run");

    private final int bit;
    private final String text;

    Constraint(int bit, String text) {
        this.bit = bit;
        this.text = text;
    }

    public int bit() {
        return bit;
    }

    /** As people call it. */
    public String text() {
        return text;
    }
}
