package dev.baton.planning.device;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.baton.partitioning.profile.DeviceProfile;
import dev.baton.partitioning.splitpackage.ManifestJson;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A device as a file of a catalog describes it.
 *
 * @param format 1
 * @param name as command lines and edge nodes name it
 * @param title for people
 * @param idleWatts drawn by the whole device while it waits for work
 * @param computeWatts while it computes on all that it computes with
 * @param transmitWatts while it sends
 * @param waitWatts while a request of its own is elsewhere
 * @param gigaflops FP32 operations of convolutional networks per second that it reaches, in 1e9
 * @param runMicros what each run takes besides its operators, in microseconds
 * @param spread standard deviation of a run's time, relative to it
 * @param codecSpeed speed of one core in packing and unpacking, relative to the one that the project's codecs were measured on
 * @param memoryBytes that a model can have at most
 * @param profile a device profile measured by {@code ./baton profile}, its path relative to this file; its times then go
 *     before what {@code gigaflops} says
 */
record DeviceFile(
        int format,
        String name,
        String title,
        Quantity idleWatts,
        Quantity computeWatts,
        Quantity transmitWatts,
        Quantity waitWatts,
        Quantity gigaflops,
        Quantity runMicros,
        Quantity spread,
        Quantity codecSpeed,
        Quantity memoryBytes,
        Optional<String> profile) {

    private static final int FORMAT = 1;
    private static final String NAME = "[a-zA-Z0-9._-]{1,100}";

    DeviceFile {
        if (format != FORMAT) {
            throw new IllegalArgumentException("device of format %d: expected %d".formatted(format, FORMAT));
        }
        if (!name.matches(NAME)) {
            throw new IllegalArgumentException(
                    "device name '%s': expected 1 to 100 letters, digits, '.', '_' or '-'".formatted(name));
        }
    }

    /** The description in {@code json}; {@code file} names it in messages. */
    static DeviceFile parse(byte[] json, String file) throws IOException {
        try {
            return ManifestJson.mapper().readValue(json, DeviceFile.class);
        } catch (JsonProcessingException e) {
            throw new IOException("%s describes no device: %s".formatted(file, e.getOriginalMessage()), e);
        }
    }

    /** The device; a profile that the file names is read from beside it. */
    Device device(Optional<Path> directory) throws IOException {
        Optional<DeviceProfile> measured = directory.isPresent() && profile.isPresent()
                ? Optional.of(DeviceProfile.read(directory.get().resolve(profile.get())))
                : Optional.empty();
        try {
            return new Device(
                    name,
                    title,
                    idleWatts,
                    computeWatts,
                    transmitWatts,
                    waitWatts,
                    gigaflops,
                    runMicros,
                    spread,
                    codecSpeed,
                    memoryBytes,
                    measured);
        } catch (IllegalArgumentException e) {
            throw new IOException(String.valueOf(e.getMessage()), e);
        }
    }
}
