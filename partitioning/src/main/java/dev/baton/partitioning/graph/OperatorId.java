package dev.baton.partitioning.graph;

/**
 * An operator of one model.
 *
 * @param number its place in the file's list of nodes, from 0; names need not be unique there, places are. Operators that
 *     are not in the file but copies of others have the numbers behind
 */
public record OperatorId(int number) {
    public OperatorId {
        if (number < 0) {
            throw new IllegalArgumentException("operator number %d: expected 0 or more".formatted(number));
        }
    }

    @Override
    public String toString() {
        return "#" + number;
    }
}
