package dev.baton.partitioning.profile;

import dev.baton.partitioning.splitpackage.OperatorEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one version of a model takes on a device.
 *
 * @param model the model's name
 * @param version of its split package
 * @param whole the whole model
 * @param drift the whole model's time in the last round of measuring over that in the first: 1 on a quiet machine
 * @param splitPoints every split point, ends included
 * @param operators what each operator takes, at the engine's optimisation level for operators, in the package's order; empty
 *     where the engine does not tell
 */
public record ModelProfile(
        String model,
        String version,
        TimeSummary whole,
        double drift,
        List<SplitPointTime> splitPoints,
        List<OperatorTime> operators) {
    public ModelProfile {
        splitPoints = List.copyOf(splitPoints);
        operators = List.copyOf(operators);
        if (!(drift > 0)) {
            throw new IllegalArgumentException("drift %s of model %s: expected more than 0".formatted(drift, model));
        }
    }

    /** Every head, tail and the whole model as runs that a {@link LayerTimeModel} can be calibrated with. */
    public List<MeasuredRun> runs() {
        List<MeasuredRun> runs = new ArrayList<>();
        for (SplitPointTime point : splitPoints) {
            int head = Math.min(point.headOperators(), operators.size());
            addRun(runs, operators.subList(0, head), point.head());
            addRun(runs, operators.subList(head, operators.size()), point.tail());
        }
        return runs;
    }

    private void addRun(List<MeasuredRun> runs, List<OperatorTime> part, Optional<TimeSummary> time) {
        if (!part.isEmpty() && time.isPresent()) {
            runs.add(new MeasuredRun(
                    model, part.stream().map(LayerCost::of).toList(), time.get().medianMicros()));
        }
    }

    /** The time of each operator by its place in the source file, for those that were timed. */
    public Map<Integer, OperatorTime> byNumber() {
        Map<Integer, OperatorTime> times = new HashMap<>();
        operators.forEach(operator -> times.put(operator.number(), operator));
        return times;
    }

    /** Whether the times are those of a package's operators. */
    public boolean describes(List<OperatorEntry> entries) {
        return operators.stream()
                .map(OperatorTime::number)
                .toList()
                .equals(entries.stream().map(OperatorEntry::number).toList());
    }
}
