package dev.baton.messaging;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;

/** The topics that Baton's processes meet in: names, partitions and how long records are kept. */
@SuppressWarnings("DoNotCallSuggester")
public final class Topics {
    /** A tail's answers; each edge node reads one partition. */
    public static final String RESULTS = "baton.results";

    /** What edge nodes and tails measured, one window a record, keyed by its source. */
    public static final String MEASUREMENTS = "baton.measurements";

    /** The current plan of each edge node and model; compacted, keyed {@code edge-node/model}. */
    public static final String PLANS = "baton.plans";

    /** The catalog: the current version of each model; compacted, keyed by model. */
    public static final String MODELS = "baton.models";

    /** Records that no tail could work on, with the reason in their headers. */
    public static final String DEAD_LETTER = "baton.dead-letter";

    /** Padding that edge nodes send to learn about their link; nobody reads it. */
    public static final String PROBES = "baton.probes";

    /** Many more than tails: partitions are what a consumer group shares out. */
    public static final int ACTIVATION_PARTITIONS = 32;

    /** Edge nodes that share a partition read one another's results and drop them. */
    public static final int RESULT_PARTITIONS = 64;

    private static final Pattern MODEL_NAME = Pattern.compile("[a-zA-Z0-9._-]{1,100}");

    private Topics() {}

    /** Where edge nodes send the activations of {@code model}. */
    public static String activations(String model) {
        return "baton.activations." + requireModelName(model);
    }

    /**
     * Returns {@code name} when it can be part of a topic's name.
     *
     * @throws IllegalArgumentException otherwise
     */
    public static String requireModelName(String name) {
        if (!MODEL_NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "model name '%s': expected 1 to 100 of the characters a-z A-Z 0-9 . _ -".formatted(name));
        }
        return name;
    }

    /** The topics that exist once, whatever models there are; to be created before anything else starts. */
    public static List<NewTopic> shared(int maxRecordBytes) {
        throw new UnsupportedOperationException("" + maxRecordBytes);
    }

    /** The topic of one model's activations; to be created before the model enters the catalog. */
    public static NewTopic activationsOf(String model, int maxRecordBytes) {
        throw new UnsupportedOperationException(model + maxRecordBytes);
    }

    /**
     * Creates those of {@code topics} that do not exist; an existing topic stays as it is. Asks once: a caller that starts
     * before its broker calls again.
     *
     * @throws KafkaException when the broker does not answer within {@code timeout} or refuses
     */
    public static void ensure(Admin admin, Collection<NewTopic> topics, Duration timeout) throws InterruptedException {
        throw new UnsupportedOperationException(admin + "" + topics + timeout);
    }
}
