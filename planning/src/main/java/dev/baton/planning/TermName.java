package dev.baton.planning;

/** The stages of a request whose times add up to its latency, in the order in which they happen. */
public enum TermName {
    PREPROCESS("preprocess"),
    HEAD("head"),
    ENCODE("encode"),
    UPLINK("uplink"),
    ROUND_TRIP("round trip"),
    BROKER("broker"),
    TAIL_QUEUE("tail queue"),
    DECODE("decode"),
    TAIL("tail"),
    /** The answer's bytes on the downlink. */
    RESULT("result"),
    /** What the edge node does beside: reading the request, writing the answer. */
    OTHER("other");

    private final String text;

    TermName(String text) {
        this.text = text;
    }

    /** The term as people and plan records call it. */
    public String text() {
        return text;
    }
}
