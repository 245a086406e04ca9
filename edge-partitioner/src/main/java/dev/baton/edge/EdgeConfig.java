package dev.baton.edge;

import dev.baton.openinference.grpc.StreamSettings;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Settings of the edge node. */
@ConfigMapping(prefix = "baton.edge")
public interface EdgeConfig {

    /** Name of this edge node in plans and measurements. Default: the host name, which is unique in most fleets. */
    Optional<String> id();

    Kafka kafka();

    /**
     * Where split packages, the catalog and plans are kept, so that the edge node starts without the cloud. Default: in
     * the working directory.
     */
    @WithDefault(".baton/edge")
    Path packageDirectory();

    /**
     * The most bytes of one package that are fetched. Of a larger one only heads of at most this size are: this edge node then
     * runs their split points, and neither the whole model nor what the cloud leaves unfinished. Default: no limit.
     */
    OptionalLong maxPackageBytes();

    /**
     * Packages of fewer bytes are fetched whole before they serve. Larger ones serve as soon as the planned head is here, or
     * else the smallest, and the rest follows. Default: 64 MiB, seconds on most links.
     */
    @WithDefault("67108864")
    long wholePackageBelowBytes();

    /**
     * Partition of {@code baton.results} that this edge node reads. Default: from a hash of {@link #id()}. Sharing one
     * costs traffic, as each edge node drops the others' results; large fleets assign partitions.
     */
    OptionalInt replyPartition();

    Inference inference();

    Serving serving();

    /** The longest wait for the cloud before the edge node finishes by itself; requests with an earlier deadline wait less. */
    @WithDefault("10s")
    Duration cloudTimeout();

    Breaker breaker();

    /** Requests that may wait for the cloud at the same time; each holds its activation. Further ones finish here. */
    @WithDefault("256")
    int pendingRequests();

    /**
     * Local runs take this many times as long as on this machine: an emulator of slower devices for demos and tests. Stated in
     * each answer's {@code baton_device}.
     */
    @WithDefault("1.0")
    double emulatedSlowdown();

    /** How often measurements are published. A second shows a change soon and costs a few kilobytes. */
    @WithDefault("1s")
    Duration measurementWindow();

    /**
     * What this edge node is: a device's name, or the path of a file that describes one. Joules of requests follow its numbers;
     * the planner predicts them where the orchestrator knows a device of the same name. Default: unknown, and so are joules.
     */
    Optional<String> deviceProfile();

    Exploration exploration();

    /** What this edge node learns when nobody waits for it. */
    interface Exploration {

        /** Whether heads that are not in use are run now and then, and lossy codecs compared with exact answers. */
        @WithDefault("true")
        boolean enabled();

        /** Share of this edge node's time that goes into it, at most. */
        @WithDefault("0.02")
        double timeShare();

        /** Share of requests answered by the cloud from a lossy activation that are finished here as well. */
        @WithDefault("0.01")
        double codecShare();

        /** At least one of those in this time, where there are any: with a share alone, little traffic would show nothing. */
        @WithDefault("1m")
        Duration codecAtLeast();

        /** A head that was not measured for so long is run once. A minute follows heat and other load on the device. */
        @WithDefault("1m")
        Duration headsStaleAfter();

        /** With less charge than this, 0 to 1, and no charger, nothing is learnt. */
        @WithDefault("0.2")
        double leastBattery();
    }

    /** When the cloud is no longer asked about a model, because it does not answer. */
    interface Breaker {

        /** Calls in a row without an answer. Three are more than bad luck, and few enough to wait for. */
        @WithDefault("3")
        int failures();

        /** Until one request asks whether the cloud is back. */
        @WithDefault("1s")
        Duration firstPause();

        /** Each request that asks in vain doubles the pause, up to this: so soon at the latest a cloud that is back is used. */
        @WithDefault("5s")
        Duration longestPause();
    }

    /** Where the broker is. */
    interface Kafka {

        /** {@code host:port}, several separated by commas. The broker may be away when the edge node starts. */
        @WithDefault("localhost:9092")
        String bootstrapServers();

        /** The largest record, and so the largest activation that can travel; the same in every service. */
        @WithDefault("33554432")
        int maxRecordBytes();

        /** Kafka client settings that override Baton's, such as those for TLS and SASL. */
        Map<String, String> extra();
    }

    /** How clients are served. */
    interface Serving {

        /**
         * Requests of one stream that are worked on at the same time; their answers keep their order. Default: enough to keep
         * device, link and tail busy at once.
         */
        @WithDefault("8")
        int streamWindow();

        /** Answers of a stream in the order of its requests, or {@code as-ready}; a stream's first request may say otherwise. */
        @WithDefault("in-order")
        StreamSettings.Order streamOrder();

        /**
         * What happens to a request of a stream whose window is full: {@code wait} holds its client back,
         * {@code drop-oldest} refuses whichever waited before. A stream's first request may say otherwise.
         */
        @WithDefault("wait")
        StreamSettings.WhenFull streamWhenFull();

        /** Whether a full queue is {@code UNAVAILABLE}, as Triton has it, rather than {@code RESOURCE_EXHAUSTED}. */
        @WithDefault("false")
        boolean busyIsUnavailable();
    }

    /** How models run here. */
    interface Inference {

        /** {@code cpu} or {@code gpu:N}. */
        @WithDefault("cpu")
        String device();

        /** Threads that share the work of one operator. Default: every core, at most four. */
        OptionalInt intraOpThreads();

        /** Models that run at the same time. One keeps the latency of each lowest. */
        @WithDefault("1")
        int workers();

        /** Runs that may wait for a worker before requests are refused as {@code RESOURCE_EXHAUSTED}. */
        @WithDefault("64")
        int queueCapacity();

        /**
         * What heads and tails that are open may take together, in bytes of their graphs and weights. Those unused for longest
         * are closed beyond it, and opened again when they are needed. Default: half the memory of this machine or container.
         */
        OptionalLong sessionMemoryBytes();
    }
}
