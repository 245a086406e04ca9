package dev.baton.planning.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.planning.PowerModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceCatalogTest {

    @TempDir
    private Path directory;

    @Test
    void everyBuiltInNumberNamesItsSourceOrSaysThatItIsAnEstimate() {
        assertThat(DeviceCatalog.builtIn().all()).hasSizeGreaterThanOrEqualTo(9).allSatisfy(device -> {
            assertThat(device.quantities()).hasSize(9);
            assertThat(device.quantities().values())
                    .allSatisfy(quantity -> assertThat(quantity.source()).isNotBlank());
            assertThat(device.gigaflops().source()).as(device.name()).hasSizeGreaterThan(10);
        });
    }

    @Test
    void aDeviceTellsItsPowerModel() {
        PowerModel power =
                DeviceCatalog.builtIn().find("raspberry-pi-4").orElseThrow().power();

        assertThat(power.idleWatts()).isEqualTo(1.6);
        assertThat(power.computeWatts()).isEqualTo(5.0);
        assertThat(power.source()).contains("raspberry-pi-4", "partly estimated", "stress-ng");
    }

    @Test
    void aDirectoryAddsDevicesAndReplacesBuiltInOnes() throws IOException {
        String json = builtIn("raspberry-pi-4.json").replace("\"value\": 15,", "\"value\": 20,");
        Files.writeString(directory.resolve("mine.json"), json);
        Files.writeString(directory.resolve("other.json"), json.replace("raspberry-pi-4", "camera"));

        DeviceCatalog catalog = DeviceCatalog.builtIn().with(directory);

        assertThat(catalog.find("raspberry-pi-4").orElseThrow().gigaflops().value())
                .isEqualTo(20);
        assertThat(catalog.find("camera")).isPresent();
        assertThat(catalog.resolve("camera").name()).isEqualTo("camera");
        assertThat(catalog.resolve(directory.resolve("other.json").toString()).name())
                .isEqualTo("camera");
    }

    @Test
    void anUnknownNameIsRefusedWithThoseThatThereAre() {
        assertThatThrownBy(() -> DeviceCatalog.builtIn().resolve("toaster"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("device 'toaster'")
                .hasMessageContaining("jetson-nano");
    }

    @Test
    void aFileThatDescribesNoDeviceIsNamed() throws IOException {
        Path file = directory.resolve("bad.json");
        Files.writeString(file, "{\"format\": 1}");
        assertThatThrownBy(() -> DeviceCatalog.builtIn().with(directory)).hasMessageContaining("bad.json");

        Files.writeString(file, builtIn("raspberry-pi-4.json").replace("\"value\": 5.0,", "\"value\": 0.5,"));
        assertThatThrownBy(() -> DeviceCatalog.builtIn().with(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("computeWatts 0.5 W is below idle, 1.6 W");
    }

    @Test
    void aNumberWithoutSourceIsRefused() {
        assertThatThrownBy(() -> new Quantity(1, " ", true)).hasMessageContaining("without a source");
    }

    @Test
    void aSlowedDeviceComputesSlowerAndDrawsAsMuch() {
        Device device = DeviceCatalog.builtIn().find("laptop").orElseThrow();

        Device slowed = device.slowed(4);

        assertThat(slowed.gigaflops().value()).isEqualTo(device.gigaflops().value() / 4);
        assertThat(slowed.runMicros().value()).isEqualTo(device.runMicros().value() * 4);
        assertThat(slowed.computeWatts()).isEqualTo(device.computeWatts());
    }

    private static String builtIn(String name) throws IOException {
        try (InputStream in = DeviceCatalog.class.getResourceAsStream(name)) {
            assertThat(in).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
