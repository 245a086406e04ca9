package dev.baton.edge.request;

import dev.baton.edge.model.Models;
import dev.baton.edge.model.Models.Standing;
import dev.baton.edge.model.ServedModel;
import dev.baton.openinference.RequestRefusedException;
import dev.baton.openinference.RequestRefusedException.Reason;
import java.util.Optional;

/** Finds the model that a request names, or says why it cannot be had. */
public final class ModelLookup {

    private final Models models;

    public ModelLookup(Models models) {
        this.models = models;
    }

    /**
     * The model, leased to the caller.
     *
     * @param version empty: whichever serves
     * @throws RequestRefusedException when it is unknown or not ready
     */
    public ServedModel.Lease lease(String name, Optional<String> version) {
        ServedModel.Lease lease =
                switch (models.standing(name)) {
                    case Standing.Serving(ServedModel.Lease serving) -> serving;
                    case Standing.Preparing(String detail) ->
                        throw new RequestRefusedException(
                                Reason.NOT_READY, "model '%s' is not ready: %s".formatted(name, detail));
                    case Standing.Unknown() ->
                        throw new RequestRefusedException(
                                Reason.UNKNOWN_MODEL,
                                "model '%s' is unknown; known models: %s"
                                        .formatted(
                                                name,
                                                models.names().stream().sorted().toList()));
                };
        String serving = lease.model().version();
        if (version.isPresent() && !version.get().equals(serving)) {
            lease.close();
            throw new RequestRefusedException(
                    Reason.UNKNOWN_MODEL,
                    "model '%s' has no version '%s'; version %s serves".formatted(name, version.get(), serving));
        }
        return lease;
    }
}
