package dev.baton.orchestrator.rest;

import dev.baton.orchestrator.catalog.CatalogEntry;
import dev.baton.partitioning.splitpackage.Manifest;
import dev.baton.partitioning.splitpackage.OutputMeaning;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.partitioning.splitpackage.SplitPointEntry;
import dev.baton.tensor.Shape;
import dev.baton.tensor.TensorSpec;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A model as the catalog shows it. */
@Schema(description = "A model of the catalog with its split points.")
record ModelView(
        String name,

        @Schema(description = "SHA-256 of the split package's manifest.")
        String version,

        @Schema(description = "The package's files lie directly below this address.")
        URI packageUrl,

        long packageBytes,
        Instant importedAt,

        @Schema(description = "Whether the package lies in this replica's store; if not, the lists below are empty.")
        boolean storedHere,

        List<Tensor> inputs,
        List<Tensor> outputs,

        @Schema(description = "Whether clients may send a compressed picture.")
        boolean takesPictures,

        @Nullable OutputMeaning output,

        @Schema(description = "By index: the first runs nothing on the edge node, the last everything.")
        List<SplitPoint> splitPoints,

        @Schema(description = "Split points that failed the parity gate and are kept out.")
        List<Rejected> rejected,

        @Schema(description = "Why there are no split points between the ends, when there are none.") @Nullable
        String reason) {

    record Tensor(
            String name,
            String type,

            @Schema(description = "-1 marks a dimension that may vary.")
            List<Long> shape) {
        static Tensor of(TensorSpec spec) {
            return of(spec.name(), spec.type().name(), spec.shape());
        }

        static Tensor of(String name, String type, Shape shape) {
            return new Tensor(name, type, shape.dimensions());
        }
    }

    record SplitPoint(
            int index,

            @Schema(description = "The last operator of the head.")
            String name,

            int headOperators,
            int tailOperators,
            long headWeightBytes,
            List<Tensor> crossing,

            @Schema(description = "Bytes that cross without a codec, on the probe input.")
            long crossingBytes,

            boolean bitExact,
            double maxRelativeDifference,
            List<CodecCost> codecs) {
        static SplitPoint of(SplitPointEntry entry) {
            return new SplitPoint(
                    entry.index(),
                    entry.name(),
                    entry.headOperators(),
                    entry.tailOperators(),
                    entry.headWeightBytes(),
                    entry.crossing().stream()
                            .map(tensor ->
                                    Tensor.of(tensor.name(), tensor.type().name(), tensor.probeShape()))
                            .toList(),
                    entry.crossingBytes(),
                    entry.parity().bitExact(),
                    entry.parity().maxRelativeDifference(),
                    entry.codecs().stream()
                            .map(codec -> new CodecCost(codec.codec(), codec.bytes(), codec.maxOutputRelativeError()))
                            .toList());
        }
    }

    record CodecCost(
            String codec,
            long bytes,

            @Schema(description = "Largest relative error of the model's output on the probe input.")
            double outputError) {}

    record Rejected(
            String name, int headOperators, @Nullable Double maxRelativeDifference, String reason) {}

    static ModelView of(CatalogEntry entry, Optional<SplitPackage> splitPackage) {
        Optional<Manifest> manifest = splitPackage.map(SplitPackage::manifest);
        return new ModelView(
                entry.name(),
                entry.version(),
                entry.packageUrl(),
                entry.packageBytes(),
                entry.importedAt(),
                manifest.isPresent(),
                manifest.map(found -> tensors(found.inputs())).orElse(List.of()),
                manifest.map(found -> tensors(found.outputs())).orElse(List.of()),
                manifest.map(found -> found.image().isPresent()).orElse(false),
                manifest.flatMap(Manifest::output).orElse(null),
                manifest.map(found ->
                                found.splitPoints().stream().map(SplitPoint::of).toList())
                        .orElse(List.of()),
                manifest.map(ModelView::rejected).orElse(List.of()),
                manifest.flatMap(Manifest::reason).orElse(null));
    }

    private static List<Tensor> tensors(List<TensorSpec> specs) {
        return specs.stream().map(Tensor::of).toList();
    }

    private static List<Rejected> rejected(Manifest manifest) {
        return manifest.rejected().stream()
                .map(point -> new Rejected(
                        point.name(), point.headOperators(), orNull(point.maxRelativeDifference()), point.reason()))
                .toList();
    }

    private static @Nullable Double orNull(OptionalDouble value) {
        return value.isPresent() ? Double.valueOf(value.getAsDouble()) : null;
    }
}
