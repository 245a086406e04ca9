package dev.baton.orchestrator.planning;

import dev.baton.orchestrator.catalog.ModelCatalog;
import dev.baton.orchestrator.catalog.PackageStore;
import dev.baton.partitioning.splitpackage.CodecMeasurement;
import dev.baton.partitioning.splitpackage.FileEntry;
import dev.baton.partitioning.splitpackage.Manifest;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.partitioning.splitpackage.SplitPointEntry;
import dev.baton.planning.ModelVersion;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Profiles of the models whose packages lie here, made once for each version. */
public final class CatalogProfiles implements ModelProfiles {
    private final ModelCatalog catalog;
    private final PackageStore packages;
    private final Map<ModelVersion, ModelProfile> made = new ConcurrentHashMap<>();

    public CatalogProfiles(ModelCatalog catalog, PackageStore packages) {
        this.catalog = catalog;
        this.packages = packages;
    }

    @Override
    public Optional<ModelProfile> profile(ModelVersion model) {
        ModelProfile known = made.get(model);
        if (known != null) {
            return Optional.of(known);
        }
        Optional<ModelProfile> profile = packages.find(model.version())
                .map(SplitPackage::manifest)
                .filter(manifest -> manifest.model().equals(model.model()))
                .map(manifest -> profile(model, manifest));
        profile.ifPresent(found -> made.put(model, found));
        return profile;
    }

    @Override
    public Optional<ModelVersion> current(String model) {
        return catalog.entry(model).map(entry -> new ModelVersion(entry.name(), entry.version()));
    }

    private static ModelProfile profile(ModelVersion model, Manifest manifest) {
        Optional<FileEntry> sample = manifest.sampleFile()
                .flatMap(file -> Optional.ofNullable(manifest.files().get(file)));
        return new ModelProfile(
                model,
                manifest.splitPoints().stream().map(CatalogProfiles::splitPoint).toList(),
                manifest.image().isPresent(),
                sample.map(file -> OptionalLong.of(file.bytes())).orElse(OptionalLong.empty()));
    }

    private static ModelProfile.SplitPoint splitPoint(SplitPointEntry entry) {
        Map<String, ModelProfile.CodecCost> codecs = entry.codecs().stream()
                .collect(Collectors.toMap(
                        CodecMeasurement::codec,
                        measured -> new ModelProfile.CodecCost(measured.bytes(), measured.maxOutputRelativeError())));
        return new ModelProfile.SplitPoint(entry.index(), entry.name(), entry.crossingBytes(), codecs);
    }
}
