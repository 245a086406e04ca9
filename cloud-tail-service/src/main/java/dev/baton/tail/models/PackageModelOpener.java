package dev.baton.tail.models;

import dev.baton.inference.InferenceEngine;
import dev.baton.openinference.ModelDescription;
import dev.baton.partitioning.split.CrossingTensor;
import dev.baton.partitioning.splitpackage.Manifest;
import dev.baton.partitioning.splitpackage.OutputMeaning;
import dev.baton.partitioning.splitpackage.PackageCache;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.partitioning.splitpackage.SplitPointEntry;
import dev.baton.schemas.records.ModelRef;
import dev.baton.tail.models.TailModel.PictureInput;
import dev.baton.tensor.TensorSpec;
import dev.baton.tensor.image.ImageInput;
import dev.baton.tensor.image.ImagePreprocessor;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/** Fetches a model's split package and opens and warms each of its tails. */
public final class PackageModelOpener implements ModelOpener {

    private final PackageCache packages;
    private final InferenceEngine engine;
    private final TailProfile profile;

    /** Models are opened one after another, which bounds the memory that opening takes; downloads overlap. */
    private final ReentrantLock opening = new ReentrantLock();

    public PackageModelOpener(PackageCache packages, InferenceEngine engine, TailProfile profile) {
        this.packages = packages;
        this.engine = engine;
        this.profile = profile;
    }

    @Override
    public TailModel open(WantedModel wanted) throws IOException, InterruptedException {
        SplitPackage splitPackage = packages.fetch(wanted.ref().getVersion(), wanted.packageUrl());
        Manifest manifest = splitPackage.manifest();
        if (!manifest.model().equals(wanted.ref().getName())) {
            throw new IOException("the package at %s is of model '%s', expected '%s'"
                    .formatted(
                            wanted.packageUrl(), manifest.model(), wanted.ref().getName()));
        }
        opening.lockInterruptibly();
        try {
            return openAndWarm(wanted, splitPackage);
        } finally {
            opening.unlock();
        }
    }

    private TailModel openAndWarm(WantedModel wanted, SplitPackage splitPackage) throws IOException {
        Map<Integer, TailSession> tails = new TreeMap<>();
        Manifest manifest = splitPackage.manifest();
        try {
            for (SplitPointEntry entry : manifest.splitPoints()) {
                if (entry.tailFile().isPresent()) {
                    tails.put(entry.index(), openTail(wanted.ref(), entry, splitPackage));
                }
            }
            Set<String> outputs =
                    manifest.outputs().stream().map(TensorSpec::name).collect(Collectors.toUnmodifiableSet());
            Optional<PictureInput> picture =
                    manifest.image().map(image -> new PictureInput(image.input(), new ImagePreprocessor(image)));
            TailModel model = new TailModel(
                    wanted.ref(), tails, outputs, picture, Optional.of(description(wanted.ref(), manifest)));
            profile.measure(model, splitPackage);
            return model;
        } catch (IOException | RuntimeException e) {
            tails.values().forEach(TailSession::close);
            throw e;
        }
    }

    private static ModelDescription description(ModelRef ref, Manifest manifest) {
        return new ModelDescription(
                ref.getName(),
                ref.getVersion(),
                manifest.inputs(),
                manifest.outputs(),
                manifest.image().map(ImageInput::input),
                manifest.output().stream().collect(Collectors.toMap(OutputMeaning::tensor, OutputMeaning::labels)));
    }

    private TailSession openTail(ModelRef model, SplitPointEntry entry, SplitPackage splitPackage) {
        Set<String> crossing =
                entry.crossing().stream().map(CrossingTensor::name).collect(Collectors.toUnmodifiableSet());
        return new TailSession(model, entry.index(), crossing, engine.open(splitPackage.tailFile(entry.index())));
    }
}
