package dev.baton.edge.measure;

/**
 * What a request cost this edge node, in joules, by its power model: the whole device's draw while it lasted.
 *
 * @param compute  pre-processing, head, codec, local completion
 * @param transmit sending, for as long as the bytes took at the link's rate
 * @param waiting  for the answer, with the radio on
 */
public record Energy(double compute, double transmit, double waiting) {

    public double total() {
        return compute + transmit + waiting;
    }
}
