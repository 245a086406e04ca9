package dev.baton.planning.device;

import dev.baton.partitioning.profile.DeviceProfile;
import dev.baton.planning.PowerModel;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a device computes, draws and holds.
 *
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
 * @param measured times measured on it, which go before what {@code gigaflops} says
 */
public record Device(
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
        Optional<DeviceProfile> measured) {
    public Device {
        requirePositive(name, "gigaflops", gigaflops);
        requirePositive(name, "codecSpeed", codecSpeed);
        requirePositive(name, "memoryBytes", memoryBytes);
        requireAtLeastIdle(name, "computeWatts", computeWatts, idleWatts);
        requireAtLeastIdle(name, "transmitWatts", transmitWatts, idleWatts);
        requireAtLeastIdle(name, "waitWatts", waitWatts, idleWatts);
    }

    private static void requirePositive(String device, String what, Quantity quantity) {
        if (!(quantity.value() > 0)) {
            throw new IllegalArgumentException("device %s: %s is 0, expected more".formatted(device, what));
        }
    }

    private static void requireAtLeastIdle(String device, String what, Quantity watts, Quantity idle) {
        if (watts.value() < idle.value()) {
            throw new IllegalArgumentException(
                    "device %s: %s %s W is below idle, %s W".formatted(device, what, watts.value(), idle.value()));
        }
    }

    /** What it draws, for predicting joules. */
    public PowerModel power() {
        boolean estimated =
                idleWatts.estimate() || computeWatts.estimate() || transmitWatts.estimate() || waitWatts.estimate();
        return new PowerModel(
                idleWatts.value(),
                computeWatts.value(),
                transmitWatts.value(),
                waitWatts.value(),
                "device profile %s%s; compute: %s"
                        .formatted(name, estimated ? ", partly estimated" : "", computeWatts.source()));
    }

    /** The same device with times measured on it. */
    public Device with(DeviceProfile profile) {
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
                Optional.of(profile));
    }

    /** The same device taking so many times as long for everything it computes; for questions such as "and if it were slower?". */
    public Device slowed(double times) {
        if (!(times > 0)) {
            throw new IllegalArgumentException("slowed %s times: expected more than 0".formatted(times));
        }
        if (measured.isPresent()) {
            throw new IllegalArgumentException(
                    "device %s was measured; only devices described by numbers are slowed".formatted(name));
        }
        return times == 1
                ? this
                : new Device(
                        name + "-slowed-" + times,
                        "%s, slowed %s times".formatted(title, times),
                        idleWatts,
                        computeWatts,
                        transmitWatts,
                        waitWatts,
                        changed(gigaflops, 1 / times),
                        changed(runMicros, times),
                        spread,
                        changed(codecSpeed, 1 / times),
                        memoryBytes,
                        measured);
    }

    private static Quantity changed(Quantity quantity, double factor) {
        return new Quantity(quantity.value() * factor, quantity.source() + ", × " + factor, true);
    }

    /** Every number with its source, by name, for people and documents. */
    public Map<String, Quantity> quantities() {
        Map<String, Quantity> all = new LinkedHashMap<>();
        all.put("idleWatts", idleWatts);
        all.put("computeWatts", computeWatts);
        all.put("transmitWatts", transmitWatts);
        all.put("waitWatts", waitWatts);
        all.put("gigaflops", gigaflops);
        all.put("runMicros", runMicros);
        all.put("spread", spread);
        all.put("codecSpeed", codecSpeed);
        all.put("memoryBytes", memoryBytes);
        return all;
    }
}
