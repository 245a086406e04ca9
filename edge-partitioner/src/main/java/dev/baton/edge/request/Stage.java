package dev.baton.edge.request;

/** A part of a request's time. Stages follow one another: they never overlap. */
public enum Stage {
    /** Decoding the picture and making the input tensor of it. */
    PREPROCESS,
    /** The head, or the whole model for {@code EdgeOnly}. */
    HEAD,
    ENCODE,
    /** There and back again: from handing over to the answer, without what the tail did; or a wait in vain. */
    NETWORK,
    TAIL_QUEUE,
    TAIL_DECODE,
    /** Running the tail and encoding its outputs. */
    TAIL,
    /** Finishing on the edge node what the cloud did not. */
    LOCAL,
    /** Everything else. */
    OTHER
}
