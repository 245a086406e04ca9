package dev.baton.partitioning.profile;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.baton.partitioning.splitpackage.ManifestJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What models take on one device; a JSON file. Times are only comparable within one setup, so a profile has exactly one.
 *
 * @param format 1
 * @param device the device's name, for people
 * @param setup the machine and how the engine ran on it
 * @param measuredAt when the last model was measured, ISO 8601 in UTC
 * @param models each model version that was measured
 * @param layerTimes predicts what was not; absent when no operator of known cost was timed
 */
public record DeviceProfile(
        int format,
        String device,
        Setup setup,
        String measuredAt,
        List<ModelProfile> models,
        Optional<LayerTimeModel> layerTimes) {
    /** The only format there is. */
    public static final int FORMAT = 1;
    /** A file of more bytes is refused unread. */
    private static final long MAX_BYTES = 64L << 20;

    /**
     * A machine and how the engine ran on it.
     *
     * @param cpu the processor's model
     * @param cores that this process may use
     * @param system operating system and architecture
     * @param engine name and version
     * @param engineDevice {@code cpu} or {@code gpu:N}
     * @param threads that share the work of one operator
     * @param optimisation the engine's optimisation level for heads, tails and whole models, as services run them
     * @param operatorOptimisation its level when operators were timed
     */
    public record Setup(
            String cpu,
            int cores,
            String system,
            String engine,
            String engineDevice,
            int threads,
            String optimisation,
            String operatorOptimisation) {}

    public DeviceProfile {
        models = List.copyOf(models);
        if (format != FORMAT) {
            throw new IllegalArgumentException("device profile of format %d: expected %d".formatted(format, FORMAT));
        }
    }

    /** A profile of no model yet. */
    public static DeviceProfile empty(String device, Setup setup, String measuredAt) {
        return new DeviceProfile(FORMAT, device, setup, measuredAt, List.of(), Optional.empty());
    }

    /** With a further model, in place of one of the same name, and with the regression fitted anew. */
    public DeviceProfile with(ModelProfile profile, String at) {
        List<ModelProfile> all = new ArrayList<>(models);
        all.removeIf(other -> other.model().equals(profile.model()));
        all.add(profile);
        return new DeviceProfile(format, device, setup, at, all, LayerTimeModel.of(all));
    }

    /** The profile of a model version. */
    public Optional<ModelProfile> model(String version) {
        return models.stream().filter(model -> model.version().equals(version)).findFirst();
    }

    /**
     * Reads a profile.
     *
     * @throws IOException naming the file, when it is none
     */
    public static DeviceProfile read(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException("%s is no device profile: it has %d bytes, expected at most %d"
                    .formatted(file, Files.size(file), MAX_BYTES));
        }
        try {
            return ManifestJson.mapper().readValue(Files.readAllBytes(file), DeviceProfile.class);
        } catch (JsonProcessingException e) {
            throw new IOException("%s is no device profile: %s".formatted(file, e.getOriginalMessage()), e);
        }
    }

    /** As JSON: the same profile gives the same bytes. */
    public byte[] toJson() {
        try {
            return ManifestJson.mapper().writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a device profile that cannot be written as JSON", e);
        }
    }

    /** Writes the profile; readers see the old file or the new one. */
    public void write(Path file) throws IOException {
        Path target = file.toAbsolutePath();
        Path directory = target.getParent();
        if (directory == null) {
            throw new IOException("%s is no file to write to".formatted(file));
        }
        Files.createDirectories(directory);
        Path written = Files.createTempFile(directory, ".profile-", ".json");
        try {
            Files.write(written, toJson());
            Files.move(written, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(written);
        }
    }
}
