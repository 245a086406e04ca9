package dev.baton.orchestrator;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Settings of the orchestrator. */
@ConfigMapping(prefix = "baton.orchestrator")
public interface OrchestratorConfig {
    /** Packages and uploads live here; about twice the size of the largest model must fit in addition to all packages. */
    @WithDefault(".baton/orchestrator")
    Path dataDirectory();

    /**
     * Where edge nodes and tails reach this service over HTTP; the catalog gives package addresses below it. By default
     * {@code http://127.0.0.1:<port>}, which is right only where all run on one machine.
     */
    Optional<URI> advertisedUrl();

    /** Name of this replica in the plans that it makes. By default the host's name and the process's number. */
    Optional<String> replica();

    Kafka kafka();

    @WithName("import")
    Import imports();

    Fleet fleet();

    Planning planning();

    Inference inference();

    /** The broker. */
    interface Kafka {
        /** Same default as Kafka's own tools. */
        @WithDefault("127.0.0.1:9092")
        String bootstrapServers();

        /** Limit of every record; the same everywhere, as the smallest one wins. 32 MiB. */
        @WithDefault("33554432")
        int maxRecordBytes();

        /** Between attempts to reach a broker that is away. */
        @WithDefault("1s")
        Duration retryInterval();

        /** Waiting for an answer to one call. */
        @WithDefault("10s")
        Duration timeout();

        /** Client settings that override the above, such as those of TLS and SASL. */
        Map<String, String> extra();
    }

    /** Imports of models. */
    interface Import {
        /** Largest model, external data included. 4 GiB; {@code quarkus.http.limits.max-body-size} must be above it. */
        @WithDefault("4294967296")
        long maxBytes();

        /** Split points between the ends: more give the planner finer choice and every edge node more to warm. */
        @WithDefault("8")
        int maxSplitPoints();

        /** Imports at a time; each takes memory for its whole model, several times over, in the engine that proves it. */
        @WithDefault("2")
        int concurrent();
    }

    /** What is believed of edge nodes and tails. */
    interface Fleet {
        /** Silence after which windows no longer describe the present; windows come every second. */
        @WithDefault("5s")
        Duration staleAfter();

        /** Silence after which an edge node or tail is dropped from the fleet. */
        @WithDefault("1h")
        Duration forgetAfter();

        /** Edge nodes, and likewise tails, that one replica holds. */
        @WithDefault("100000")
        int maxNodes();
    }

    /** Choice of placements. */
    interface Planning {
        /** Every edge node is looked at this often, and at once when it is heard of. */
        @WithDefault("500ms")
        Duration period();

        /** Largest mean relative error of the model's output that a codec may cause. */
        @WithDefault("0.01")
        double maxCodecError();

        /** Least share of answers with the whole model's likeliest class, where a model was evaluated for it. */
        @WithDefault("0.99")
        double leastAgreement();

        /** Changes of one edge node's model in any minute. Pins and what constraints rule out do not wait. */
        @WithDefault("6")
        int switchesPerMinute();

        /** Share of the current prediction from which a sure gain counts at once; smaller ones, from a fiftieth, must last. */
        @WithDefault("0.1")
        double largeGainRelative();

        /** Time from which a sure gain counts at once. */
        @WithDefault("1ms")
        Duration largeGainAbsolute();

        /**
         * What the broker adds between upload and answer, until some edge node has measured it: two hops on an idle
         * broker take 2 to 3 ms.
         */
        @WithDefault("3ms")
        Duration brokerPrior();

        /** Price of a second of a tail's time, in {@link #currency}. By default cost is that time itself. */
        @WithDefault("1")
        double pricePerTailSecond();

        /** What the price is in. */
        @WithDefault("tail seconds")
        String currency();

        /** Directory of further device profiles, {@code *.json}; they stand before the built-in ones. */
        Optional<Path> devices();
    }

    /** Runs models while they are divided and checked. */
    interface Inference {
        /** {@code cpu} or {@code gpu:<index>}. */
        @WithDefault("cpu")
        String device();

        /** Threads for one operator. */
        @WithDefault("2")
        int intraOpThreads();
    }
}
