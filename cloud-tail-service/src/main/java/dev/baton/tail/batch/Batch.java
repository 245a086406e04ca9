package dev.baton.tail.batch;

import dev.baton.inference.Inference;
import dev.baton.tail.models.TailSession;
import dev.baton.tensor.Rows;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Requests of one tail, run at once. */
final class Batch {

    private Batch() {}

    /** For each request what it would have got alone, but for the time. */
    static List<Inference> run(List<Waiting> batch) {
        TailSession tail = batch.getFirst().tail;
        if (batch.size() == 1) {
            Waiting only = batch.getFirst();
            Inference inference = tail.run(only.inputs);
            tail.serviceTime().ran(Math.max(1, only.rows), inference.runTime().toNanos());
            return List.of(inference);
        }
        Inference together = tail.run(joined(batch));
        int rows = batch.stream().mapToInt(request -> request.rows).sum();
        tail.serviceTime().ran(rows, together.runTime().toNanos());
        List<Inference> each = new ArrayList<>(batch.size());
        int first = 0;
        for (Waiting request : batch) {
            each.add(part(together, first, request.rows));
            first += request.rows;
        }
        return each;
    }

    private static Map<String, Tensor> joined(List<Waiting> batch) {
        Map<String, Tensor> joined = new LinkedHashMap<>();
        for (String input : batch.getFirst().inputs.keySet()) {
            joined.put(
                    input,
                    Rows.join(batch.stream()
                            .map(request -> request.inputs.get(input))
                            .toList()));
        }
        return joined;
    }

    private static Inference part(Inference together, int first, int rows) {
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        together.outputs().forEach((name, output) -> outputs.put(name, Rows.part(output, first, rows)));
        return new Inference(outputs, together.queueTime(), together.runTime());
    }
}
