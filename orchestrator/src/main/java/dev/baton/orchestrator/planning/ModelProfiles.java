package dev.baton.orchestrator.planning;

import dev.baton.planning.ModelProfile;
import dev.baton.planning.ModelVersion;
import java.util.Optional;

/** The models that can be planned for. */
public interface ModelProfiles {
    /** The profile of exactly this version; empty when its package is not here. */
    Optional<ModelProfile> profile(ModelVersion model);

    /** The version that the catalog gives out now; empty when there is no such model. */
    Optional<ModelVersion> current(String model);

    /** Something else is known of this version now: its profile is made anew when it is asked for. */
    void forget(ModelVersion model);
}
