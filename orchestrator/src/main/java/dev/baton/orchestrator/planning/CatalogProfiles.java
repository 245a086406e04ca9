package dev.baton.orchestrator.planning;

import dev.baton.orchestrator.catalog.ModelCatalog;
import dev.baton.orchestrator.catalog.PackageStore;
import dev.baton.partitioning.accuracy.AccuracyProfile;
import dev.baton.partitioning.splitpackage.Manifest;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.planning.DevicePrior;
import dev.baton.planning.EdgeState;
import dev.baton.planning.ModelProfile;
import dev.baton.planning.ModelVersion;
import dev.baton.planning.device.Device;
import dev.baton.planning.device.DeviceCatalog;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Profiles of the models whose packages lie here, made once for each version, and what known devices take for them. */
public final class CatalogProfiles implements ModelProfiles, Devices {
    private final ModelCatalog catalog;
    private final PackageStore packages;
    private final Steering steering;
    private final DeviceCatalog devices;
    private final Map<ModelVersion, ModelProfile> made = new ConcurrentHashMap<>();
    private final Map<OnDevice, DevicePrior> priors = new ConcurrentHashMap<>();

    private record OnDevice(ModelVersion model, String device) {}

    public CatalogProfiles(ModelCatalog catalog, PackageStore packages, Steering steering, DeviceCatalog devices) {
        this.catalog = catalog;
        this.packages = packages;
        this.steering = steering;
        this.devices = devices;
    }

    @Override
    public Optional<ModelProfile> profile(ModelVersion model) {
        ModelProfile known = made.get(model);
        if (known != null) {
            return Optional.of(known);
        }
        Optional<ModelProfile> profile = manifest(model).map(manifest -> profile(model, manifest));
        profile.ifPresent(found -> made.put(model, found));
        return profile;
    }

    private ModelProfile profile(ModelVersion model, Manifest manifest) {
        Optional<AccuracyProfile> accuracy = steering.accuracy(model.version());
        return ModelProfile.of(model, manifest, ModelProfile.samplePictureBytes(manifest), accuracy);
    }

    private Optional<Manifest> manifest(ModelVersion model) {
        return packages.find(model.version()).map(SplitPackage::manifest).filter(manifest -> manifest.model()
                .equals(model.model()));
    }

    @Override
    public Optional<ModelVersion> current(String model) {
        return catalog.entry(model).map(entry -> new ModelVersion(entry.name(), entry.version()));
    }

    @Override
    public void forget(ModelVersion model) {
        made.remove(model);
        priors.keySet().removeIf(key -> key.model().equals(model));
    }

    @Override
    public void describe(String deviceProfile, EdgeState state) {
        devices.find(deviceProfile).ifPresent(device -> {
            state.power(device.power());
            prior(device, state.profile()).ifPresent(state::prior);
        });
    }

    private Optional<DevicePrior> prior(Device device, ModelProfile profile) {
        OnDevice key = new OnDevice(profile.model(), device.name());
        DevicePrior known = priors.get(key);
        if (known != null) {
            return Optional.of(known);
        }
        Optional<DevicePrior> prior = device.measured().flatMap(measured -> manifest(profile.model())
                .map(manifest -> DevicePrior.of(measured, profile, manifest)));
        prior.ifPresent(found -> priors.put(key, found));
        return prior;
    }
}
