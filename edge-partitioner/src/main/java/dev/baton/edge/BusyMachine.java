package dev.baton.edge;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Whether this machine's processors had much to do within the last second or since it was asked before. One thread asks. */
final class BusyMachine implements BooleanSupplier {

    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final double BUSY = 0.8;

    private final LongSupplier nanoTicker;
    private long nextLookNanos;
    private boolean busy;

    BusyMachine(LongSupplier nanoTicker) {
        this.nanoTicker = nanoTicker;
        this.nextLookNanos = nanoTicker.getAsLong();
    }

    /** Not busy where the platform does not tell. */
    @Override
    public boolean getAsBoolean() {
        long now = nanoTicker.getAsLong();
        if (now - nextLookNanos >= 0) {
            busy = ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                    && system.getCpuLoad() > BUSY;
            nextLookNanos = now + LOOK.toNanos();
        }
        return busy;
    }
}
