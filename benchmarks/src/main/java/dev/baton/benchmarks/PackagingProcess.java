package dev.baton.benchmarks;

import dev.baton.console.Json;
import dev.baton.models.EngineGraphRunner;
import dev.baton.partitioning.divide.DivisionRequest;
import dev.baton.partitioning.divide.ModelDivider;
import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.partitioning.probe.GraphRunner;
import dev.baton.partitioning.splitpackage.SplitPackage;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Packages one model, and says what that took: a process of its own, so that its memory is nobody else's. */
final class PackagingProcess {

    private static final Pattern HIGH_WATER_MARK = Pattern.compile("VmHWM:\\s+([0-9]+) kB");
    private static final Logger ROOT_LOG = Logger.getLogger("");

    record Found(double seconds, int splitPoints, long heapBytes, OptionalLong residentBytes) {}

    private PackagingProcess() {}

    /** Arguments: the model, the package's directory, {@code engine} or {@code stand-in}. */
    public static void main(String[] arguments) throws IOException, InvalidModelException {
        ROOT_LOG.setLevel(Level.WARNING);
        DivisionRequest request =
                DivisionRequest.of(Path.of(arguments[0]), "weighty").withCodecs(List.of());
        Path target = Path.of(arguments[1]);
        long began = System.nanoTime();
        SplitPackage made;
        if (arguments[2].equals("engine")) {
            try (EngineGraphRunner engine = new EngineGraphRunner()) {
                made = divide(request, engine, target);
            }
        } else {
            made = divide(request, new StandInEngine(), target);
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        System.out.println(Json.write(
                new Found(seconds, made.manifest().splitPoints().size() - 2, peakHeapBytes(), residentBytes())));
    }

    private static SplitPackage divide(DivisionRequest request, GraphRunner runner, Path target)
            throws IOException, InvalidModelException {
        return ModelDivider.divide(request, runner, target, step -> {});
    }

    /** The pools' peaks, which need not have been at the same time. */
    private static long peakHeapBytes() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .map(MemoryPoolMXBean::getPeakUsage)
                .mapToLong(usage -> usage.getUsed())
                .sum();
    }

    private static OptionalLong residentBytes() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) {
            return OptionalLong.empty();
        }
        Matcher mark = HIGH_WATER_MARK.matcher(Files.readString(status));
        return mark.find() ? OptionalLong.of(Long.parseLong(mark.group(1)) * 1024) : OptionalLong.empty();
    }
}
