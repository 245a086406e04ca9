package dev.baton.tail.models;

import dev.baton.openinference.ModelDescription;
import dev.baton.schemas.records.ModelRef;
import dev.baton.tail.failure.RefusedException;
import dev.baton.tail.failure.TailFailure;
import dev.baton.tensor.image.ImagePreprocessor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One version of a model with all its tails open. It is closed when it was {@linkplain #retire() retired} and the last
 * {@linkplain Lease lease} has ended, whichever comes later.
 */
public final class TailModel {

    private final ModelRef ref;
    private final Map<Integer, TailSession> tails;
    private final Set<String> outputs;
    private final Optional<PictureInput> picture;
    private final Optional<ModelDescription> description;

    /** One for not being retired, and one per lease; closed at 0. */
    private final AtomicInteger holders = new AtomicInteger(1);

    /** How an encoded picture becomes an input of the whole model. */
    public record PictureInput(String input, ImagePreprocessor preprocessor) {}

    /** @param outputs names of the whole model's outputs */
    TailModel(ModelRef ref, Map<Integer, TailSession> tails, Set<String> outputs, Optional<PictureInput> picture) {
        this(ref, tails, outputs, picture, Optional.empty());
    }

    /**
     * All its tails are open.
     *
     * @param outputs     names of the whole model's outputs
     * @param description what clients are told of the whole model; without one they are not served it
     */
    TailModel(
            ModelRef ref,
            Map<Integer, TailSession> tails,
            Set<String> outputs,
            Optional<PictureInput> picture,
            Optional<ModelDescription> description) {
        this.ref = ref;
        this.tails = new TreeMap<>(tails);
        this.outputs = Set.copyOf(outputs);
        this.picture = picture;
        this.description = description;
    }

    public ModelRef ref() {
        return ref;
    }

    /** Names of the whole model's outputs, some of which a head may have made. */
    public Set<String> outputs() {
        return outputs;
    }

    public Optional<PictureInput> picture() {
        return picture;
    }

    /** What clients are told of the whole model. */
    public Optional<ModelDescription> description() {
        return description;
    }

    Map<Integer, TailSession> tails() {
        return tails;
    }

    /** Split points at which requests may run together. */
    List<Integer> batchable() {
        return tails.values().stream()
                .filter(TailSession::isBatchable)
                .map(TailSession::splitPoint)
                .toList();
    }

    /** Empty when this model has been closed. */
    Optional<Lease> lease() {
        int before = holders.getAndUpdate(count -> count == 0 ? 0 : count + 1);
        return before == 0 ? Optional.empty() : Optional.of(new Lease());
    }

    /** Only called once. */
    void retire() {
        release();
    }

    private void release() {
        if (holders.decrementAndGet() == 0) {
            tails.values().forEach(TailSession::close);
        }
    }

    /** Keeps the model open until closed. */
    public final class Lease implements AutoCloseable {

        private Lease() {}

        public TailModel model() {
            return TailModel.this;
        }

        /** The tail of a split point. */
        public TailSession tail(int splitPoint) throws RefusedException {
            TailSession tail = tails.get(splitPoint);
            if (tail == null) {
                throw new RefusedException(
                        new TailFailure.VersionMismatch("%s has no tail for split point %d, only for %s"
                                .formatted(named(ref), splitPoint, tails.keySet())));
            }
            return tail;
        }

        @Override
        public void close() {
            release();
        }
    }

    /** For people: {@code gauge@1f2e3d4c5b6a}. */
    public static String named(ModelRef ref) {
        String version = ref.getVersion();
        return ref.getName() + "@" + version.substring(0, Math.min(12, version.length()));
    }
}
