package dev.baton.openinference.protocol;

import dev.baton.openinference.Deadline;
import dev.baton.openinference.InferenceRequest;
import dev.baton.openinference.ModelAnswer;
import dev.baton.openinference.ModelDescription;
import dev.baton.openinference.ModelInput;
import dev.baton.openinference.ModelServer;
import dev.baton.openinference.ModelStanding;
import dev.baton.openinference.ModelStanding.State;
import dev.baton.openinference.RequestRefusedException;
import dev.baton.openinference.RequestRefusedException.Reason;
import dev.baton.schemas.inference.ModelConfigResponse;
import dev.baton.schemas.inference.ModelInferRequest;
import dev.baton.schemas.inference.ModelInferResponse;
import dev.baton.schemas.inference.ModelMetadataResponse;
import dev.baton.schemas.inference.ModelMetadataResponse.TensorMetadata;
import dev.baton.schemas.inference.ModelStatisticsResponse;
import dev.baton.schemas.inference.RepositoryIndexResponse;
import dev.baton.schemas.inference.RepositoryIndexResponse.ModelIndex;
import dev.baton.schemas.inference.ServerMetadataResponse;
import dev.baton.tensor.Shape;
import dev.baton.tensor.TensorSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The Open Inference Protocol v2 with Triton's superset, whatever carries it: requests and answers are the protocol's
 * messages, and what cannot be answered is a {@link RequestRefusedException}.
 *
 * <p>A model that says how a picture becomes an input lists that input as the tensor it is, and takes an encoded picture in
 * its place: datatype {@code BYTES}, shape {@code [1]}.
 */
public final class OpenInference {

    /** What works here, in Triton's words. */
    private static final List<String> EXTENSIONS =
            List.of("classification", "model_configuration", "binary_tensor_data", "parameters", "statistics");

    private final ModelServer server;
    private final ServedStatistics statistics;
    private final LongSupplier nanoTicker;

    public OpenInference(ModelServer server, InstantSource clock, LongSupplier nanoTicker) {
        this.server = server;
        this.statistics = new ServedStatistics(clock);
        this.nanoTicker = nanoTicker;
    }

    /**
     * The main path.
     *
     * @param callDeadline the carrier's; the parameter {@code timeout} may make it earlier
     * @param arrivedNanos on the nano ticker
     * @param inTime       is told the deadline before the work begins, where there is one
     * @throws RequestRefusedException when there is no answer
     */
    public ModelInferResponse infer(
            ModelInferRequest message, Optional<Deadline> callDeadline, long arrivedNanos, Consumer<Deadline> inTime)
            throws InterruptedException {
        InferenceRequest request = RequestReader.read(message, callDeadline, arrivedNanos);
        Map<String, Classification> classifications = Classification.wanted(message);
        request.deadline().ifPresent(deadline -> {
            requireTimeLeft(deadline);
            inTime.accept(deadline);
        });
        try {
            ModelAnswer answer = server.infer(request);
            long answered = nanoTicker.getAsLong();
            ModelInferResponse response = ResponseWriter.write(
                    answer, id(message, request), classifications, labels(answer, classifications));
            statistics.answered(
                    answer.model(),
                    answer.version(),
                    batchSize(request),
                    answer.times(),
                    since(answered),
                    since(arrivedNanos));
            return response;
        } catch (RuntimeException | InterruptedException | Error failed) {
            standing(request.model())
                    .flatMap(ModelStanding::version)
                    .ifPresent(version -> statistics.failed(request.model(), version, since(arrivedNanos)));
            throw failed;
        }
    }

    /** A request of a stream was dropped unread, as a newer one took its place. */
    public void dropped(ModelInferRequest message) {
        standing(message.getModelName())
                .flatMap(ModelStanding::version)
                .ifPresent(version -> statistics.dropped(message.getModelName(), version));
    }

    /** Requests of streams that were dropped since the start, by model. */
    public Map<String, Long> dropped() {
        return statistics.dropped();
    }

    private void requireTimeLeft(Deadline deadline) {
        if (!deadline.remaining(nanoTicker.getAsLong()).isPositive()) {
            throw new RequestRefusedException(Reason.DEADLINE_PASSED, "the deadline had passed before the work began");
        }
    }

    private Duration since(long nanos) {
        return Duration.ofNanos(nanoTicker.getAsLong() - nanos);
    }

    private static String id(ModelInferRequest message, InferenceRequest request) {
        return message.getId().isEmpty() ? request.id() : message.getId();
    }

    private Map<String, List<String>> labels(ModelAnswer answer, Map<String, Classification> classifications) {
        return classifications.isEmpty()
                ? Map.of()
                : server.describe(answer.model(), Optional.empty()).labels();
    }

    /** The length of the first dimension of the first input; 1 for a picture. */
    private static long batchSize(InferenceRequest request) {
        return request.inputs().values().stream()
                .findFirst()
                .map(input -> switch (input) {
                    case ModelInput.OfPicture _ -> 1L;
                    case ModelInput.OfTensor(var tensor) -> firstDimension(tensor.shape());
                })
                .orElse(1L);
    }

    private static long firstDimension(Shape shape) {
        return shape.rank() == 0 ? 1 : shape.dimension(0);
    }

    public boolean isReady() {
        return server.isReady();
    }

    /** False also for a model or version that is not known. */
    public boolean isReady(String model, String version) {
        return standing(model)
                .filter(standing -> standing.state() == State.READY)
                .filter(standing -> version.isEmpty() || standing.version().equals(Optional.of(version)))
                .isPresent();
    }

    private Optional<ModelStanding> standing(String model) {
        return server.models().stream()
                .filter(standing -> standing.name().equals(model))
                .findFirst();
    }

    public ServerMetadataResponse serverMetadata() {
        return ServerMetadataResponse.newBuilder()
                .setName(server.name())
                .setVersion(server.version())
                .addAllExtensions(EXTENSIONS)
                .build();
    }

    /** What a model takes and gives; an empty version is whichever serves. */
    public ModelDescription describe(String model, String version) {
        if (model.isEmpty()) {
            throw RequestRefusedException.invalid("name", "the model's name is empty");
        }
        return server.describe(model, Optional.of(version).filter(named -> !named.isEmpty()));
    }

    public ModelMetadataResponse metadata(String name, String version) {
        ModelDescription model = describe(name, version);
        ModelMetadataResponse.Builder metadata = ModelMetadataResponse.newBuilder()
                .setName(model.name())
                .addVersions(model.version())
                .setPlatform(ModelConfigs.PLATFORM);
        model.inputs().forEach(input -> metadata.addInputs(tensor(input)));
        model.outputs().forEach(output -> metadata.addOutputs(tensor(output)));
        return metadata.build();
    }

    private static TensorMetadata tensor(TensorSpec spec) {
        return TensorMetadata.newBuilder()
                .setName(spec.name())
                .setDatatype(spec.type().name())
                .addAllShape(spec.shape().dimensions())
                .build();
    }

    public ModelConfigResponse config(String name, String version) {
        return ModelConfigResponse.newBuilder()
                .setConfig(ModelConfigs.of(describe(name, version)))
                .build();
    }

    /** Of one model, or of every model that is ready where {@code name} is empty. */
    public ModelStatisticsResponse statistics(String name, String version) {
        ModelStatisticsResponse.Builder response = ModelStatisticsResponse.newBuilder();
        if (!name.isEmpty()) {
            ModelDescription model = describe(name, version);
            return response.addModelStats(statistics.of(ModelStanding.ready(model.name(), model.version())))
                    .build();
        }
        server.models().stream()
                .filter(standing -> standing.state() == State.READY)
                .forEach(standing -> response.addModelStats(statistics.of(standing)));
        return response.build();
    }

    /** Every model, or only those that are ready. */
    public RepositoryIndexResponse index(boolean onlyReady) {
        RepositoryIndexResponse.Builder index = RepositoryIndexResponse.newBuilder();
        server.models().stream()
                .filter(standing -> !onlyReady || standing.state() == State.READY)
                .forEach(standing -> index.addModels(ModelIndex.newBuilder()
                        .setName(standing.name())
                        .setVersion(standing.version().orElse(""))
                        .setState(standing.state().name())
                        .setReason(standing.reason())));
        return index.build();
    }

    /** Clients may ask for what is here already; what is not, they cannot bring. */
    public void load(String model, boolean withParameters) {
        if (withParameters || !isReady(model, "")) {
            throw notHere("loaded", model);
        }
    }

    /** Clients may ask for what is gone already; what is here, they cannot take away. */
    public void unload(String model) {
        if (standing(model).isPresent()) {
            throw notHere("unloaded", model);
        }
    }

    private static RequestRefusedException notHere(String what, String model) {
        return notSupported(
                "model '%s' cannot be %s by a client: models come and go with the catalog".formatted(model, what));
    }

    /** A part of the protocol that is not offered here. */
    public static RequestRefusedException notSupported(String message) {
        return new RequestRefusedException(Reason.NOT_SUPPORTED, message);
    }
}
