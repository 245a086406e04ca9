package dev.baton.messaging;

import com.sun.management.OperatingSystemMXBean;
import dev.baton.schemas.records.DevicePressure;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * How busy the machine of this process is, as its operating system tells: processors, memory, battery and power. What the
 * platform does not tell, or not to this user, is absent. One thread asks {@link #now}, as some of it counts from one time to the
 * next, for the whole process; any reads {@link #latest}.
 */
public final class MachinePressure {

    /*
     * Processors: the JVM's own figure, which knows a container's limits. Memory: the container's limit where it has one,
     * without pages that only cache files; else what Linux calls available. Battery: /sys/class/power_supply. Power, the first of
     * these that can be read: INA219/INA3221 sensors (Jetson and other boards) over hwmon, the battery's own discharge, RAPL's
     * energy counters of the processor packages, which leave out screen, radio and disk and most kernels show to root only.
     */
    private final Path root;
    private final LongSupplier nanoTicker;
    private final ToDoubleFunction<OperatingSystemMXBean> processors;
    private OptionalLong lastMicrojoules = OptionalLong.empty();
    private long lastNanos;
    private volatile DevicePressure latest = DevicePressure.getDefaultInstance();

    /** Of the machine this process runs on. */
    public MachinePressure() {
        this(Path.of("/"), System::nanoTime, OperatingSystemMXBean::getCpuLoad);
    }

    MachinePressure(Path root, LongSupplier nanoTicker, ToDoubleFunction<OperatingSystemMXBean> processors) {
        this.root = root;
        this.nanoTicker = nanoTicker;
        this.processors = processors;
    }

    /** Now; processors and power since this was asked before. */
    public DevicePressure now() {
        DevicePressure.Builder pressure = DevicePressure.newBuilder();
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
            double load = processors.applyAsDouble(system);
            if (load >= 0) {
                pressure.setCpuShare(Math.min(1, load));
            }
        }
        memory().ifPresent(share -> pressure.setMemoryShare(Math.clamp(share, 0, 1)));
        Optional<Path> battery = battery();
        battery.flatMap(b -> number(b.resolve("capacity")))
                .ifPresent(percent -> pressure.setBatteryShare(Math.clamp(percent / 100, 0, 1)));
        battery.flatMap(b -> text(b.resolve("status")))
                .ifPresent(status -> pressure.setOnBattery(status.equals("Discharging")));
        OptionalDouble processorWatts = processorWatts();
        boardWatts()
                .or(() -> battery.filter(_ -> pressure.getOnBattery()).flatMap(this::batteryWatts))
                .or(() -> processorWatts.stream().boxed().findFirst())
                .ifPresent(pressure::setWatts);
        latest = pressure.build();
        return latest;
    }

    /** As it was when it was asked for last; nothing is told before the first time. */
    public DevicePressure latest() {
        return latest;
    }

    private Optional<Double> memory() {
        Path group = root.resolve("sys/fs/cgroup");
        Optional<Double> limit = number(group.resolve("memory.max"));
        Optional<Double> used = number(group.resolve("memory.current"));
        if (limit.isPresent() && used.isPresent()) {
            double cached = field(group.resolve("memory.stat"), "inactive_file").orElse(0.0);
            return Optional.of((used.get() - cached) / limit.get());
        }
        Path all = root.resolve("proc/meminfo");
        Optional<Double> total = field(all, "MemTotal:");
        Optional<Double> available = field(all, "MemAvailable:");
        return total.isPresent() && available.isPresent()
                ? Optional.of(1 - available.get() / total.get())
                : Optional.empty();
    }

    private Optional<Path> battery() {
        return children("sys/class/power_supply").stream()
                .filter(supply ->
                        text(supply.resolve("type")).filter("Battery"::equals).isPresent())
                .filter(supply ->
                        text(supply.resolve("scope")).filter("Device"::equals).isEmpty()) // a mouse's
                .findFirst();
    }

    private Optional<Double> batteryWatts(Path battery) {
        Optional<Double> power = number(battery.resolve("power_now")).map(microwatts -> Math.abs(microwatts) * 1e-6);
        return power.or(() -> number(battery.resolve("current_now"))
                .flatMap(microamperes -> number(battery.resolve("voltage_now"))
                        .map(microvolts -> Math.abs(microamperes * microvolts) * 1e-12)));
    }

    private Optional<Double> boardWatts() {
        return children("sys/class/hwmon").stream()
                .filter(sensor -> text(sensor.resolve("name"))
                        .filter(n -> n.startsWith("ina"))
                        .isPresent())
                .flatMap(sensor -> number(sensor.resolve("power1_input"))
                        .map(microwatts -> microwatts * 1e-6)
                        .or(() -> number(sensor.resolve("in1_input"))
                                .flatMap(millivolts -> number(sensor.resolve("curr1_input"))
                                        .map(milliamperes -> millivolts * milliamperes * 1e-6)))
                        .stream())
                .findFirst();
    }

    private OptionalDouble processorWatts() {
        List<Double> packages = children("sys/class/powercap").stream()
                .filter(domain -> domain.getFileName().toString().matches("intel-rapl:\\d+"))
                .flatMap(domain -> number(domain.resolve("energy_uj")).stream())
                .toList();
        if (packages.isEmpty()) {
            return OptionalDouble.empty();
        }
        long now = nanoTicker.getAsLong();
        long microjoules = packages.stream().mapToLong(Double::longValue).sum();
        OptionalLong before = lastMicrojoules;
        long nanos = now - lastNanos;
        lastMicrojoules = OptionalLong.of(microjoules);
        lastNanos = now;
        boolean wrapped = before.isPresent() && microjoules < before.getAsLong();
        return before.isEmpty() || wrapped || nanos <= 0
                ? OptionalDouble.empty()
                : OptionalDouble.of((microjoules - before.getAsLong()) * 1e3 / nanos);
    }

    private List<Path> children(String directory) {
        Path path = root.resolve(directory);
        if (!Files.isDirectory(path)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(path)) {
            return entries.sorted().toList();
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    private static Optional<Double> field(Path file, String name) {
        return text(file).stream()
                .flatMap(String::lines)
                .map(line -> line.trim().split("\\s+"))
                .filter(words -> words.length >= 2 && words[0].equals(name))
                .flatMap(words -> parse(words[1]).stream())
                .findFirst();
    }

    private static Optional<Double> number(Path file) {
        return text(file).flatMap(MachinePressure::parse);
    }

    private static Optional<Double> parse(String text) {
        try {
            return Optional.of(Double.parseDouble(text));
        } catch (NumberFormatException notANumber) {
            return Optional.empty(); // such as "max", for no limit
        }
    }

    private static Optional<String> text(Path file) {
        try {
            return Files.isReadable(file) ? Optional.of(Files.readString(file).trim()) : Optional.empty();
        } catch (IOException unreadable) {
            return Optional.empty(); // some sensors fail while they sleep
        }
    }
}
