package dev.baton.openinference;

import dev.baton.openinference.ModelStanding.State;
import dev.baton.openinference.RequestRefusedException.Reason;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * A server of three models: {@code echo} answers its input {@code x}, FP32 [-1, 4], as output {@code y}; {@code any-TYPE} does
 * so for one element type; {@code slow} waits until it is let go; {@code loading} is not ready.
 */
public final class TestingModelServer implements ModelServer {

    public static final String VERSION = "7";

    /** What arrived, in order. */
    public final BlockingQueue<InferenceRequest> requests = new LinkedBlockingQueue<>();

    /** One permit lets one request for {@code slow} go. */
    public final Semaphore letGo = new Semaphore(0);

    /** Models whose requests were interrupted while they waited. */
    public final BlockingQueue<String> interrupted = new LinkedBlockingQueue<>();

    /** Thrown instead of an answer. */
    public volatile @Nullable Throwable failure;

    @Override
    public String name() {
        return "testing";
    }

    @Override
    public String version() {
        return "1.2";
    }

    @Override
    public boolean isReady() {
        return false;
    }

    @Override
    public List<ModelStanding> models() {
        return List.of(
                ModelStanding.ready("echo", VERSION),
                new ModelStanding("loading", Optional.empty(), State.LOADING, "fetching its package"),
                ModelStanding.ready("slow", VERSION));
    }

    @Override
    public ModelDescription describe(String model, Optional<String> version) {
        if (model.equals("loading")) {
            throw new RequestRefusedException(Reason.NOT_READY, "model 'loading' is not ready");
        }
        boolean known = model.equals("echo")
                || model.equals("slow")
                || Arrays.stream(ElementType.values()).anyMatch(type -> model.equals("any-" + type));
        if (!known) {
            throw new RequestRefusedException(Reason.UNKNOWN_MODEL, "model '%s' is unknown".formatted(model));
        }
        if (version.isPresent() && !version.get().equals(VERSION)) {
            throw new RequestRefusedException(
                    Reason.UNKNOWN_MODEL, "model '%s' has no version '%s'".formatted(model, version.get()));
        }
        ElementType type = model.startsWith("any-") ? ElementType.ofName(model.substring(4)) : ElementType.FP32;
        return new ModelDescription(
                model,
                VERSION,
                List.of(new TensorSpec("x", type, Shape.of(-1, 4))),
                List.of(new TensorSpec("y", type, Shape.of(-1, 4))),
                Optional.of("x"),
                Map.of("y", List.of("zero", "one", "two")));
    }

    @Override
    public ModelAnswer infer(InferenceRequest request) throws InterruptedException {
        ModelDescription model = describe(request.model(), request.version());
        requests.add(request);
        Throwable planned = failure;
        if (planned instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (planned instanceof Error error) {
            throw error;
        }
        for (String name : request.inputs().keySet()) {
            if (!name.equals("x")) {
                throw RequestRefusedException.invalid("inputs", "no input '%s'".formatted(name));
            }
        }
        for (String name : request.outputs()) {
            if (!name.equals("y")) {
                throw RequestRefusedException.invalid("outputs", "no output '%s'".formatted(name));
            }
        }
        if (request.model().equals("slow")) {
            awaitLetGo(request.model());
        }
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        outputs.put("y", output(model, request.inputs().get("x")));
        return new ModelAnswer(
                model.name(),
                VERSION,
                outputs,
                Map.of("seen", "here", "number", 3L, "flag", true),
                new ModelAnswer.Times(Duration.ofNanos(1), Duration.ofNanos(2), Duration.ofNanos(3)));
    }

    private void awaitLetGo(String model) throws InterruptedException {
        try {
            letGo.acquire();
        } catch (InterruptedException e) {
            interrupted.add(model);
            throw e;
        }
    }

    private static Tensor output(ModelDescription model, @Nullable ModelInput input) {
        return switch (input) {
            case null -> throw RequestRefusedException.invalid("inputs", "input 'x' is missing");
            case ModelInput.OfPicture(byte[] encoded) ->
                Tensor.ofFloats(Shape.of(1, 1), encoded.length); // says how long the picture was
            case ModelInput.OfTensor(Tensor tensor) -> {
                TensorSpec spec = model.input("x").orElseThrow();
                if (tensor.type() != spec.type() || !spec.shape().accepts(tensor.shape())) {
                    throw RequestRefusedException.invalid(
                            "inputs[0]", "input 'x' is %s, expected %s".formatted(tensor, spec));
                }
                yield tensor;
            }
        };
    }
}
