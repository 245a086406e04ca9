package dev.baton.planning.device;

import dev.baton.partitioning.profile.DeviceProfile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Devices by name: those that come with Baton, and those of a directory, which replace built-in ones of the same name. A file
 * of a device profile is a device, too.
 */
public final class DeviceCatalog {

    private static final String BUILT_IN = "devices.txt";
    private static final long MAX_BYTES = 1 << 20;

    /** What stands for a measured device's numbers that profiling does not tell: power, memory, codecs. */
    private static final String MEASURED_STAND_IN = "laptop";

    private final Map<String, Device> devices;

    private DeviceCatalog(Map<String, Device> devices) {
        this.devices = Collections.unmodifiableMap(devices);
    }

    /** The devices that come with Baton. */
    public static DeviceCatalog builtIn() {
        try {
            Map<String, Device> devices = new TreeMap<>();
            for (String name : resource(BUILT_IN).lines().toList()) {
                Device device = DeviceFile.parse(
                                resource(name + ".json").getBytes(StandardCharsets.UTF_8), name + ".json")
                        .device(Optional.empty());
                devices.put(device.name(), device);
            }
            return new DeviceCatalog(devices);
        } catch (IOException e) {
            throw new UncheckedIOException("the built-in devices cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * With the devices that {@code *.json} files in a directory describe.
     *
     * @throws IOException naming the file that describes none
     */
    public DeviceCatalog with(Path directory) throws IOException {
        Map<String, Device> all = new TreeMap<>(devices);
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*.json")) {
            found.forEach(files::add);
        }
        Collections.sort(files);
        for (Path file : files) {
            Device device = read(file, Optional.of(directory));
            all.put(device.name(), device);
        }
        return new DeviceCatalog(all);
    }

    private static Device read(Path file, Optional<Path> directory) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException("%s describes no device: it has %d bytes, expected at most %d"
                    .formatted(file, Files.size(file), MAX_BYTES));
        }
        return DeviceFile.parse(Files.readAllBytes(file), file.toString()).device(directory);
    }

    /** The device of this name. */
    public Optional<Device> find(String name) {
        return Optional.ofNullable(devices.get(name));
    }

    /**
     * The device that a person means: a name of this catalog, the path of a file that describes one, or that of a profile made
     * by {@code ./baton profile}, whose power, memory and codec numbers are then those of a {@value #MEASURED_STAND_IN},
     * marked as estimates.
     *
     * @throws IllegalArgumentException naming the devices there are
     * @throws IOException when there is a file, but neither a device nor a profile
     */
    public Device resolve(String nameOrPath) throws IOException {
        Optional<Device> named = find(nameOrPath);
        if (named.isPresent()) {
            return named.get();
        }
        Path file = Path.of(nameOrPath);
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("device '%s': expected one of %s, or a file that describes one"
                    .formatted(nameOrPath, String.join(", ", devices.keySet())));
        }
        return isProfile(file)
                ? measured(DeviceProfile.read(file))
                : read(file, Optional.ofNullable(file.toAbsolutePath().getParent()));
    }

    /** The two kinds of file are told apart by the one field that a profile must have and a device never has. */
    private static boolean isProfile(Path file) throws IOException {
        return Files.readString(file).contains("\"setup\"");
    }

    private Device measured(DeviceProfile profile) {
        Device like = find(MEASURED_STAND_IN).orElseThrow();
        return new Device(
                "profiled",
                profile.device(),
                guess(like.idleWatts()),
                guess(like.computeWatts()),
                guess(like.transmitWatts()),
                guess(like.waitWatts()),
                guess(like.gigaflops()),
                guess(like.runMicros()),
                guess(like.spread()),
                guess(like.codecSpeed()),
                guess(like.memoryBytes()),
                Optional.of(profile));
    }

    private static Quantity guess(Quantity of) {
        return new Quantity(of.value(), "as a " + MEASURED_STAND_IN + "; profiling does not tell", true);
    }

    /** Every device, by name. */
    public Collection<Device> all() {
        return devices.values();
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = DeviceCatalog.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("%s is missing from this build".formatted(name));
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
