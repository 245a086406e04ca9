package dev.baton.inference;

/**
 * What one node of a graph takes in each run, subgraphs included.
 *
 * @param node its name, as the engine has it after optimising
 * @param kind the kind of operator
 * @param micros the mean of the middle half of the runs, in microseconds; the engine counts whole ones
 * @param runs how many there were
 */
public record NodeTime(String node, String kind, double micros, int runs) {}
