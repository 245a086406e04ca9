package dev.baton.edge.request;

import dev.baton.edge.model.Models;
import dev.baton.edge.model.ServedModel;
import dev.baton.openinference.InferenceRequest;
import dev.baton.openinference.ModelAnswer;
import dev.baton.openinference.ModelDescription;
import dev.baton.openinference.ModelServer;
import dev.baton.openinference.ModelStanding;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** This edge node as the Open Inference Protocol sees it; answers are {@link EdgeInference}'s. */
public final class EdgeModelServer implements ModelServer {

    private static final String NAME = "baton-edge";

    /** What comes before the model has its inputs. */
    private static final Set<Stage> INPUT = Set.of(Stage.PREPROCESS);

    private static final Set<Stage> QUEUE = Set.of(Stage.TAIL_QUEUE);

    /** From inputs to outputs, the way to the cloud and back included. */
    private static final Set<Stage> COMPUTE =
            Set.of(Stage.HEAD, Stage.ENCODE, Stage.NETWORK, Stage.TAIL_DECODE, Stage.TAIL, Stage.LOCAL);

    private final EdgeInference inference;
    private final ModelLookup lookup;
    private final Models models;
    private final String version;

    /** @param version of this edge node's software */
    public EdgeModelServer(EdgeInference inference, ModelLookup lookup, Models models, String version) {
        this.inference = inference;
        this.lookup = lookup;
        this.models = models;
        this.version = version;
    }

    @Override
    public ModelAnswer infer(InferenceRequest request) throws InterruptedException {
        InferenceAnswer answer = inference.infer(request);
        StageTimes times = answer.provenance().times();
        return new ModelAnswer(
                answer.model(),
                answer.version(),
                answer.outputs(),
                answer.provenance().remarks(),
                new ModelAnswer.Times(sum(times, QUEUE), sum(times, INPUT), sum(times, COMPUTE)));
    }

    private static Duration sum(StageTimes times, Set<Stage> stages) {
        return Duration.of(stages.stream().mapToLong(times::micros).sum(), ChronoUnit.MICROS);
    }

    @Override
    public ModelDescription describe(String name, Optional<String> version) {
        try (ServedModel.Lease lease = lookup.lease(name, version)) {
            return lease.model().description();
        }
    }

    @Override
    public List<ModelStanding> models() {
        return models.standings();
    }

    @Override
    public boolean isReady() {
        return models.allServed();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String version() {
        return version;
    }
}
