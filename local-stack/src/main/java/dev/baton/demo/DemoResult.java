package dev.baton.demo;

import dev.baton.clients.PlanView;
import dev.baton.models.RankedClass;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a demo showed.
 *
 * @param device        what the edge node says it is
 * @param importSeconds dividing, proving and publishing the model
 * @param codecSplit    the split point at which codecs were compared; empty when there is none
 * @param codecs        one for each codec, all at that split point
 * @param steps         what the planner chose at each rate of the link
 * @param answers       of each picture, for models that are not checked against a truth
 */
public record DemoResult(
        String model,
        String version,
        String device,
        double importSeconds,
        List<Measured> pinned,
        Optional<String> codecSplit,
        List<Measured> codecs,
        List<Step> steps,
        Map<String, List<RankedClass>> answers,
        List<Check> checks) {

    /**
     * The planner at one rate of the link.
     *
     * @param changes when which placement came into force, such as {@code 1.2 s split:3 int8+zstd}
     * @param settled requests under the placement that was in force at the end
     * @param reason  the plan's own
     * @param verdict the planner's last look
     * @param best    the three best placements as predicted at the end
     */
    public record Step(
            double megabitsPerSecond,
            List<String> changes,
            Measured settled,
            String reason,
            String verdict,
            List<PlanView.Alternative> best) {}

    /** Something that has to hold. */
    public record Check(String what, boolean held, String detail) {}

    public boolean passed() {
        return checks.stream().allMatch(Check::held);
    }
}
