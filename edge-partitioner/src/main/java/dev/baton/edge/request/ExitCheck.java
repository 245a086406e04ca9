package dev.baton.edge.request;

import dev.baton.edge.model.ServedModel;
import dev.baton.openinference.InferenceRequest;
import dev.baton.partitioning.splitpackage.EarlyExit;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Whether what a head made is answer enough: an output that may answer early is there and sure enough, and so is every output
 * that the client asked for by name.
 */
final class ExitCheck {

    private ExitCheck() {}

    /** Why the request ends here, for people; empty where it goes on. {@code made} are tensors by name. */
    static Optional<String> reason(ServedModel model, InferenceRequest request, Map<String, Tensor> made) {
        Optional<EarlyExit> exit = model.manifest().exit();
        Tensor scores = exit.map(early -> made.get(early.output())).orElse(null);
        if (scores == null || !made.keySet().containsAll(request.outputs())) {
            return Optional.empty();
        }
        EarlyExit early = exit.get();
        double confidence = early.confidence(scores);
        return early.isEnough(confidence)
                ? Optional.of(String.format(
                        Locale.ROOT,
                        "early exit: output '%s' is %.4f sure (%s), %s is enough",
                        early.output(),
                        confidence,
                        early.measure().name().toLowerCase(Locale.ROOT),
                        early.threshold()))
                : Optional.empty();
    }

    /** What an early answer gives: the outputs asked for, or without names all that are at hand, in the model's order. */
    static List<String> outputs(ServedModel model, InferenceRequest request, Map<String, Tensor> made) {
        return request.outputs().isEmpty()
                ? model.manifest().outputs().stream()
                        .map(TensorSpec::name)
                        .filter(made::containsKey)
                        .toList()
                : request.outputs();
    }
}
