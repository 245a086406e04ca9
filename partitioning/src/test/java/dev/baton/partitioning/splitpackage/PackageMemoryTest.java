package dev.baton.partitioning.splitpackage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PackageMemoryTest {

    @TempDir
    Path directory;

    @Test
    void graphsTakeTheWeightsOfTheirSide() throws Exception {
        SplitPackage written = TestingPackages.writeSegmented(directory.resolve("package"), 10_000, 4_000, 1_000);

        assertThat(PackageMemory.bytesOf(written.headFile(1))).isEqualTo(4_000 + "head-01.onnx".length());
        assertThat(PackageMemory.bytesOf(written.tailFile(1))).isEqualTo(6_000 + "tail-01.onnx".length());
        assertThat(PackageMemory.bytesOf(written.wholeFile())).isEqualTo(10_000 + "whole.onnx".length());
    }

    @Test
    void fileOfNoPackageTakesItsSize() throws Exception {
        Path file = Files.write(directory.resolve("alone.onnx"), new byte[321]);

        assertThat(PackageMemory.bytesOf(file)).isEqualTo(321);
    }
}
