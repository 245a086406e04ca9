package dev.baton.tail;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Settings of this tail. */
@ConfigMapping(prefix = "baton.tail")
public interface TailConfig {

    /** Name of this tail in results and measurements, unique among tails; the host's name unless set. */
    Optional<String> id();

    KafkaConfig kafka();

    /** Where split packages are kept; may be lost. A directory of its own: it is not shared with another process. */
    @WithDefault(".baton/tail-packages")
    Path packageDirectory();

    InferenceConfig inference();

    BatchingConfig batching();

    QuotaConfig quotas();

    /** The consumer group that shares out the work; tails of one fleet have the same. */
    @WithDefault("baton-tails")
    String group();

    /** Records taken from the broker's answers at a time. */
    @WithDefault("8")
    int maxPollRecords();

    /** Records received and not yet answered; further ones wait at the broker. */
    @WithDefault("256")
    int maxInHand();

    /** The same in bytes of the records. 128 MiB. */
    @WithDefault("134217728")
    long maxInHandBytes();

    /**
     * The largest tensor, decoded, that is accepted for an input whose shape the model leaves open; protects the
     * memory of this process against a payload that claims more than it is.
     */
    @WithDefault("268435456")
    long maxTensorBytes();

    /** How long an old version of a model stays open for records that are on their way when a new one takes over. */
    @WithDefault("60s")
    Duration drain();

    /** Between two attempts to load a package. */
    @WithDefault("5s")
    Duration loadRetryDelay();

    /**
     * The longest wait of a record for a version that the catalog names and this tail is loading. Short, because its edge node
     * may do better by itself.
     */
    @WithDefault("2s")
    Duration loadingPatience();

    /** Length of a measurement window; a plan can follow changes no faster. */
    @WithDefault("1s")
    Duration measurementWindow();

    /** How long a stop, or a partition that goes to another tail, may wait for answers that are on their way. */
    @WithDefault("10s")
    Duration stopTimeout();

    ServingConfig serving();

    /** How clients are served that come without an edge node. */
    interface ServingConfig {

        /** Requests of one stream that are worked on at the same time; their answers keep their order. */
        @WithDefault("8")
        int streamWindow();

        /** Whether a full queue is {@code UNAVAILABLE}, as Triton has it, rather than {@code RESOURCE_EXHAUSTED}. */
        @WithDefault("false")
        boolean busyIsUnavailable();
    }

    /** Where the broker is. */
    interface KafkaConfig {

        /** {@code host:port}, several separated by commas. */
        @WithDefault("localhost:9092")
        String bootstrapServers();

        /** The largest record; the one size from which all limits follow, the same in the whole fleet. 32 MiB. */
        @WithDefault("33554432")
        int maxRecordBytes();

        /** Kafka client settings beyond Baton's, such as those for TLS and SASL. */
        Map<String, String> extra();
    }

    /** How models run. */
    interface InferenceConfig {

        /** {@code cpu} or {@code gpu:N}. */
        @WithDefault("cpu")
        String device();

        /** Threads that share the work of one operator; by default as many as there are cores, at most four. */
        OptionalInt intraOpThreads();

        /** Models that run at the same time. */
        @WithDefault("1")
        int workers();

        /**
         * What tails that are open may take together, in bytes of their graphs and weights. Those unused for longest are closed
         * beyond it, and opened again when they are needed. Default: half the memory of this machine or container.
         */
        OptionalLong sessionMemoryBytes();
    }
}
