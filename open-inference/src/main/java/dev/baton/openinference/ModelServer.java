package dev.baton.openinference;

import java.util.List;
import java.util.Optional;

/** A server of models, as the protocol needs it: whatever it does to answer, and wherever. Thread-safe. */
public interface ModelServer {

    /** Name of the server, for its metadata. */
    String name();

    /** Version of the server, for its metadata. */
    String version();

    /** Whether every model of the server can answer. */
    boolean isReady();

    /** Every model that the server knows, by name. */
    List<ModelStanding> models();

    /**
     * What a model takes and gives.
     *
     * @param version empty: whichever serves
     * @throws RequestRefusedException when it is unknown or not ready
     */
    ModelDescription describe(String model, Optional<String> version);

    /**
     * Answers on the caller's thread, which may have to wait.
     *
     * @throws RequestRefusedException when there is no answer
     */
    ModelAnswer infer(InferenceRequest request) throws InterruptedException;
}
