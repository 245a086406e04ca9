package dev.baton.orchestrator.fleet;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How busy a machine is. What its platform does not tell is empty.
 *
 * @param cpuShare share of all processors in use, 0 to 1
 * @param memoryShare share of memory in use, 0 to 1
 * @param batteryShare charge of the battery, 0 to 1
 * @param watts power that the machine draws
 */
public record Pressure(
        OptionalDouble cpuShare,
        OptionalDouble memoryShare,
        OptionalDouble batteryShare,
        Optional<Boolean> onBattery,
        OptionalDouble watts) {
    public static final Pressure UNKNOWN = new Pressure(
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            Optional.empty(),
            OptionalDouble.empty());
}
