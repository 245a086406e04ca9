package dev.baton.profiling;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What this machine is, for people who compare measurements. */
public final class ThisMachine {

    private static final Path CPU_FACTS = Path.of("/proc/cpuinfo");

    private ThisMachine() {}

    /** The processor's model; where the system does not tell, its architecture. */
    public static String cpu() {
        if (Files.isReadable(CPU_FACTS)) {
            try (Stream<String> lines = Files.lines(CPU_FACTS)) {
                return lines.filter(line -> line.startsWith("model name"))
                        .map(line -> line.substring(line.indexOf(':') + 1).strip())
                        .findFirst()
                        .orElseGet(ThisMachine::architecture);
            } catch (IOException e) {
                return architecture();
            }
        }
        return architecture();
    }

    private static String architecture() {
        return System.getProperty("os.arch", "unknown");
    }

    /** Processors that this process may use. */
    public static int cores() {
        return Runtime.getRuntime().availableProcessors();
    }

    static String system() {
        return "%s %s, %s".formatted(System.getProperty("os.name"), System.getProperty("os.version"), architecture());
    }

    /** The host's name; {@code this machine} where it has none. */
    static String name() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "this machine";
        }
    }
}
