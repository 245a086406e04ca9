package dev.baton.edge.request;

import dev.baton.edge.measure.Energy;
import dev.baton.partitioning.Placement;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How an answer came about.
 *
 * @param splitPoint index of the placement: 0 for {@code CloudOnly}, the last for {@code EdgeOnly}
 * @param sentAs     the codec of the tensors sent, or the media type of the picture; empty when nothing was to be sent
 * @param bytesSent  of the record handed to the broker, 0 when none was
 * @param reason     why this placement; for a local completion, why not in the cloud; for an early exit, how sure it was
 * @param device     of this edge node
 * @param energy     what the request cost this edge node; empty where its power is not known
 */
public record Provenance(
        Placement placement,
        int splitPoint,
        Optional<String> sentAs,
        long planEpoch,
        long bytesSent,
        CompletedBy completedBy,
        String reason,
        Optional<String> tail,
        String device,
        StageTimes times,
        Optional<Energy> energy) {

    /** Who ran the last operator. */
    public enum CompletedBy {
        EDGE,
        CLOUD,
        /** The edge node, and not the model's last: an output of the head was sure enough. */
        EARLY_EXIT;

        /** As clients read it. */
        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** As the client reads it, in the response's parameters: texts and whole numbers. */
    public Map<String, Object> remarks() {
        Map<String, Object> remarks = new LinkedHashMap<>();
        remarks.put("baton_placement", placement.id());
        remarks.put("baton_split_point", (long) splitPoint);
        sentAs.ifPresent(codec -> remarks.put("baton_codec", codec));
        remarks.put("baton_plan_epoch", planEpoch);
        remarks.put("baton_bytes_sent", bytesSent);
        remarks.put("baton_completed_by", completedBy.word());
        remarks.put("baton_reason", reason);
        tail.ifPresent(id -> remarks.put("baton_tail", id));
        remarks.put("baton_device", device);
        for (Stage stage : Stage.values()) {
            String name = "baton_%s_ms".formatted(stage.name().toLowerCase(Locale.ROOT));
            remarks.put(name, millis(times.micros(stage)));
        }
        remarks.put("baton_total_ms", millis(times.totalMicros()));
        energy.ifPresent(spent -> {
            remarks.put("baton_joules", joules(spent.total()));
            remarks.put("baton_joules_compute", joules(spent.compute()));
            remarks.put("baton_joules_transmit", joules(spent.transmit()));
            remarks.put("baton_joules_wait", joules(spent.waiting()));
        });
        return remarks;
    }

    private static String joules(double joules) {
        return String.format(Locale.ROOT, "%.6f", joules);
    }

    private static String millis(long micros) {
        return String.format(
                Locale.ROOT, "%s%d.%03d", micros < 0 ? "-" : "", Math.abs(micros) / 1_000, Math.abs(micros) % 1_000);
    }
}
