package dev.baton.planning;

/**
 * A model and the exact version of it.
 *
 * @param model name of the model
 * @param version SHA-256 of the split package's manifest, lower-case hexadecimal
 */
public record ModelVersion(String model, String version) {
    public ModelVersion {
        if (model.isBlank()) {
            throw new IllegalArgumentException("model must have a name, but was \"" + model + "\"");
        }
        if (version.isBlank()) {
            throw new IllegalArgumentException("version of " + model + " must not be blank");
        }
    }

    @Override
    public String toString() {
        return model + " " + version.substring(0, Math.min(12, version.length()));
    }
}
