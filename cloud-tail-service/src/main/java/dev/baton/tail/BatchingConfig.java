package dev.baton.tail;

import dev.baton.tail.batch.BatchSettings.Limits;
import dev.baton.tail.batch.WhenFull;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** How requests wait for the engine and run together. */
public interface BatchingConfig {

    /** Rows that run at once at most, for models whose batch dimension is free and proved to be one; 1: each alone. */
    @WithDefault("16")
    int maxBatch();

    /** The longest a free engine waits for more requests, where waiting pays. */
    @WithDefault("5ms")
    Duration maxDelay();

    /** Requests that may wait for the engine, of all models together. */
    @WithDefault("64")
    int capacity();

    /** The same in bytes of their decoded tensors. 256 MiB. */
    @WithDefault("268435456")
    long capacityBytes();

    /**
     * Who is refused when there is no room, of the lowest priority and the claimant with most requests waiting: {@code
     * shed-latest-deadline} or {@code refuse-new}.
     */
    @WithDefault("shed-latest-deadline")
    WhenFull whenFull();

    /** Levels of priority that requests may have, 1 the highest. */
    @WithDefault("3")
    int priorityLevels();

    /** The level of requests that name none, or one that does not exist. */
    @WithDefault("2")
    int defaultPriority();

    /** By model. */
    Map<String, ModelBatching> models();

    /** What is different for a model. */
    interface ModelBatching extends Different {

        /** By split point. */
        Map<Integer, Different> splitPoints();
    }

    /** Where absent, what holds in general. */
    interface Different {

        OptionalInt maxBatch();

        Optional<Duration> maxDelay();
    }

    /** Of one tail: those of its split point, else of its model, else of all. */
    default Limits limits(String model, int splitPoint) {
        Optional<ModelBatching> ofModel = Optional.ofNullable(models().get(model));
        Optional<Different> ofSplitPoint =
                ofModel.flatMap(own -> Optional.ofNullable(own.splitPoints().get(splitPoint)));
        int maxBatch = ofModel.map(own -> own.maxBatch().orElse(maxBatch())).orElse(maxBatch());
        Duration maxDelay = ofModel.flatMap(Different::maxDelay).orElse(maxDelay());
        int ownBatch = maxBatch;
        return new Limits(
                ofSplitPoint.map(own -> own.maxBatch().orElse(ownBatch)).orElse(ownBatch),
                ofSplitPoint.flatMap(Different::maxDelay).orElse(maxDelay));
    }
}
