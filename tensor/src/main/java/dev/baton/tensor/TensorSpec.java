package dev.baton.tensor;

/** What a model says of one of its inputs or outputs. A dimension of -1 is variable. */
public record TensorSpec(String name, ElementType type, Shape shape) {
    public TensorSpec {
        if (name.isEmpty()) {
            throw new IllegalArgumentException(
                    "a tensor needs a name, this one of %s %s has none".formatted(type, shape));
        }
    }

    /** As in {@code data_0 FP32 [1, 3, 224, 224]}. */
    @Override
    public String toString() {
        return name + " " + type + " " + shape;
    }
}
