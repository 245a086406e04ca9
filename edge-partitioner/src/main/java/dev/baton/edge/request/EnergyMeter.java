package dev.baton.edge.request;

import dev.baton.edge.measure.Energy;
import dev.baton.planning.PowerModel;
import dev.baton.planning.link.LinkEstimate;
import java.util.Optional;
import java.util.function.Consumer;

/** What requests cost this edge node, by the power model of its device; unknown where the device is. */
public final class EnergyMeter {

    private final Optional<PowerModel> power;
    private final Consumer<Energy> told;

    /** {@code told} hears of every request whose energy is known. */
    public EnergyMeter(Optional<PowerModel> power, Consumer<Energy> told) {
        this.power = power;
        this.told = told;
    }

    /** The radio sends for as long as {@code bytesSent} take at the link's rate; the rest of the wait is waiting. */
    Optional<Energy> of(StageTimes times, long bytesSent, Optional<LinkEstimate> link) {
        if (power.isEmpty() || (bytesSent > 0 && link.isEmpty())) {
            return Optional.empty();
        }
        double computing = times.micros(Stage.PREPROCESS)
                + times.micros(Stage.HEAD)
                + times.micros(Stage.ENCODE)
                + times.micros(Stage.LOCAL);
        double away = times.micros(Stage.NETWORK)
                + times.micros(Stage.TAIL_QUEUE)
                + times.micros(Stage.TAIL_DECODE)
                + times.micros(Stage.TAIL);
        double sending = link.map(l -> bytesSent / l.bytesPerSecond() * 1e6).orElse(0.0);
        double sent = Math.min(away, sending);
        PowerModel watts = power.get();
        Energy energy =
                new Energy(watts.joules(computing, 0, 0), watts.joules(0, sent, 0), watts.joules(0, 0, away - sent));
        told.accept(energy);
        return Optional.of(energy);
    }
}
