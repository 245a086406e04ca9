package dev.baton.client;

/**
 * An input or output of a model.
 *
 * @param name as the model has it
 * @param datatype the type of the elements
 * @param shape with -1 where any length will do
 */
public record TensorMetadata(String name, Datatype datatype, Shape shape) {

    /** {@return name, type and shape} */
    @Override
    public String toString() {
        return "%s %s %s".formatted(name, datatype, shape);
    }
}
