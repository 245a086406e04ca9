package dev.baton.edge;

import dev.baton.messaging.MachinePressure;
import dev.baton.schemas.records.DevicePressure;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Whether this machine lives on a battery with little charge left, as it was within the last ten seconds. One thread asks. */
final class LowBattery implements BooleanSupplier {

    private static final Duration LOOK = Duration.ofSeconds(10);

    private final MachinePressure machine = new MachinePressure();
    private final double leastShare;
    private final LongSupplier nanoTicker;
    private long nextLookNanos;
    private boolean low;

    LowBattery(double leastShare, LongSupplier nanoTicker) {
        this.leastShare = leastShare;
        this.nanoTicker = nanoTicker;
        this.nextLookNanos = nanoTicker.getAsLong();
    }

    @Override
    public boolean getAsBoolean() {
        long now = nanoTicker.getAsLong();
        if (now - nextLookNanos >= 0) {
            DevicePressure pressure = machine.now();
            low = pressure.getOnBattery() && pressure.hasBatteryShare() && pressure.getBatteryShare() < leastShare;
            nextLookNanos = now + LOOK.toNanos();
        }
        return low;
    }
}
