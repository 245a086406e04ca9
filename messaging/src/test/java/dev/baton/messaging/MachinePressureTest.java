package dev.baton.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.baton.schemas.records.DevicePressure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MachinePressureTest {

    @TempDir
    Path root;

    private final AtomicLong now = new AtomicLong();

    @Test
    void thisMachineTellsItsProcessorsAndMemory() {
        DevicePressure pressure = new MachinePressure().now();
        assertThat(pressure.getCpuShare()).isBetween(0.0, 1.0);
        assertThat(pressure.hasMemoryShare()).isEqualTo(Files.exists(Path.of("/proc/meminfo")));
        assertThat(pressure.getMemoryShare()).isBetween(0.0, 1.0);
    }

    @Test
    void whatThePlatformDoesNotTellIsAbsent() {
        DevicePressure pressure = pressure(-1).now();
        assertThat(pressure.getAllFields()).isEmpty();
    }

    @Test
    void theLatestIsWhatWasToldLast() {
        MachinePressure machine = pressure(0.25);
        assertThat(machine.latest().getAllFields()).as("before it was asked").isEmpty();
        assertThat(machine.latest()).isNotEqualTo(machine.now());
        assertThat(machine.latest().getCpuShare()).isEqualTo(0.25);
    }

    @Test
    void memoryIsWhatLinuxCallsAvailable() throws IOException {
        write("proc/meminfo", "MemTotal:       1000 kB\nMemFree:         10 kB\nMemAvailable:    250 kB\n");
        assertThat(pressure(0.5).now().getMemoryShare()).isCloseTo(0.75, within(1e-9));
    }

    @Test
    void aContainersLimitGoesFirst() throws IOException {
        write("proc/meminfo", "MemTotal: 1000 kB\nMemAvailable: 900 kB\n");
        write("sys/fs/cgroup/memory.max", "2000\n");
        write("sys/fs/cgroup/memory.current", "1500\n");
        write("sys/fs/cgroup/memory.stat", "anon 900\ninactive_file 500\n");
        assertThat(pressure(0.5).now().getMemoryShare()).isCloseTo(0.5, within(1e-9));
        write("sys/fs/cgroup/memory.max", "max\n");
        assertThat(pressure(0.5).now().getMemoryShare()).isCloseTo(0.1, within(1e-9));
    }

    @Test
    void aBatteryTellsChargeAndDischarge() throws IOException {
        write("sys/class/power_supply/AC/type", "Mains");
        write("sys/class/power_supply/BAT0/type", "Battery");
        write("sys/class/power_supply/BAT0/capacity", "42");
        write("sys/class/power_supply/BAT0/status", "Discharging");
        write("sys/class/power_supply/BAT0/current_now", "1500000");
        write("sys/class/power_supply/BAT0/voltage_now", "4000000");
        DevicePressure pressure = pressure(0).now();
        assertThat(pressure.getBatteryShare()).isCloseTo(0.42, within(1e-9));
        assertThat(pressure.getOnBattery()).isTrue();
        assertThat(pressure.getWatts()).isCloseTo(6, within(1e-9));
    }

    @Test
    void processorsTellEnergyNotPower() throws IOException {
        write("sys/class/powercap/intel-rapl:0/energy_uj", "1000000");
        write("sys/class/powercap/intel-rapl:0:0/energy_uj", "999");
        MachinePressure pressure = pressure(0);
        assertThat(pressure.now().hasWatts()).isFalse();
        now.addAndGet(2_000_000_000L);
        write("sys/class/powercap/intel-rapl:0/energy_uj", "31000000");
        assertThat(pressure.now().getWatts()).isCloseTo(15, within(1e-9));
    }

    @Test
    void aBoardsSensorGoesBeforeTheProcessors() throws IOException {
        write("sys/class/hwmon/hwmon3/name", "ina3221");
        write("sys/class/hwmon/hwmon3/in1_input", "5000");
        write("sys/class/hwmon/hwmon3/curr1_input", "800");
        assertThat(pressure(0).now().getWatts()).isCloseTo(4, within(1e-9));
    }

    private MachinePressure pressure(double processors) {
        return new MachinePressure(root, now::get, _ -> processors);
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
