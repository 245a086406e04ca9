package dev.baton.messaging;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;

/** The topics that Baton's processes meet in: names, partitions and how long records are kept. */
public final class Topics {
    /** A tail's answers; each edge node reads one partition. */
    public static final String RESULTS = "baton.results";

    /** What edge nodes and tails measured, one window a record, keyed by its source. */
    public static final String MEASUREMENTS = "baton.measurements";

    /** The current plan of each edge node and model; compacted, keyed {@code edge-node/model}. */
    public static final String PLANS = "baton.plans";

    /** Every plan with what it was decided on and what it replaced, keyed as the plans are; kept for a time. */
    public static final String PLAN_DECISIONS = "baton.plan-decisions";

    /** What people ask of the planner: preferences, pins, accuracy profiles; compacted. */
    public static final String STEERING = "baton.steering";

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

    /** The orchestrator's replicas share edge nodes by these partitions. */
    private static final int MEASUREMENT_PARTITIONS = 16;

    private static final int PLAN_PARTITIONS = 8;
    private static final int PLAN_DECISION_PARTITIONS = 16;
    private static final int STEERING_PARTITIONS = 1;
    private static final int CATALOG_PARTITIONS = 1;
    private static final int DEAD_LETTER_PARTITIONS = 4;
    private static final int PROBE_PARTITIONS = 8;

    /** What nobody read within a minute is late; ten are left for people to look, and for a broker to be small. */
    private static final Duration REQUEST_RETENTION = Duration.ofMinutes(10);

    private static final Duration MEASUREMENT_RETENTION = Duration.ofHours(1);
    private static final Duration PLAN_DECISION_RETENTION = Duration.ofDays(7);
    private static final Duration DEAD_LETTER_RETENTION = Duration.ofDays(7);
    private static final Duration PROBE_RETENTION = Duration.ofMinutes(1);

    /** Of each partition of activations and results, beyond which a broker deletes early. */
    private static final long REQUEST_RETENTION_BYTES = 256L << 20;

    private static final long PROBE_RETENTION_BYTES = 16L << 20;

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
        return List.of(
                deleting(RESULTS, RESULT_PARTITIONS, maxRecordBytes, REQUEST_RETENTION, REQUEST_RETENTION_BYTES),
                deleting(MEASUREMENTS, MEASUREMENT_PARTITIONS, maxRecordBytes, MEASUREMENT_RETENTION, -1),
                compacted(PLANS, PLAN_PARTITIONS, maxRecordBytes),
                deleting(PLAN_DECISIONS, PLAN_DECISION_PARTITIONS, maxRecordBytes, PLAN_DECISION_RETENTION, -1),
                compacted(STEERING, STEERING_PARTITIONS, maxRecordBytes),
                compacted(MODELS, CATALOG_PARTITIONS, maxRecordBytes),
                deleting(DEAD_LETTER, DEAD_LETTER_PARTITIONS, maxRecordBytes, DEAD_LETTER_RETENTION, -1),
                deleting(PROBES, PROBE_PARTITIONS, maxRecordBytes, PROBE_RETENTION, PROBE_RETENTION_BYTES));
    }

    /** The topic of one model's activations; to be created before the model enters the catalog. */
    public static NewTopic activationsOf(String model, int maxRecordBytes) {
        return deleting(
                activations(model), ACTIVATION_PARTITIONS, maxRecordBytes, REQUEST_RETENTION, REQUEST_RETENTION_BYTES);
    }

    private static NewTopic deleting(
            String name, int partitions, int maxRecordBytes, Duration retention, long retentionBytes) {
        return topic(
                name,
                partitions,
                Map.of(
                        TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(maxRecordBytes),
                        TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE,
                        TopicConfig.RETENTION_MS_CONFIG, Long.toString(retention.toMillis()),
                        TopicConfig.RETENTION_BYTES_CONFIG, Long.toString(retentionBytes),
                        // Only closed segments are deleted: they close soon, and after they have grown a little.
                        TopicConfig.SEGMENT_MS_CONFIG, Long.toString(retention.toMillis()),
                        TopicConfig.SEGMENT_BYTES_CONFIG, Integer.toString(Math.max(64 << 20, maxRecordBytes))));
    }

    private static NewTopic compacted(String name, int partitions, int maxRecordBytes) {
        return topic(
                name,
                partitions,
                Map.of(
                        TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                        Integer.toString(maxRecordBytes),
                        TopicConfig.CLEANUP_POLICY_CONFIG,
                        TopicConfig.CLEANUP_POLICY_COMPACT,
                        // Readers start from the beginning: old values go early, an hour after they were replaced.
                        TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG,
                        "0.1",
                        TopicConfig.SEGMENT_MS_CONFIG,
                        Long.toString(Duration.ofHours(1).toMillis())));
    }

    /** Replicas are the broker's default: one on a laptop, three in a cluster. */
    private static NewTopic topic(String name, int partitions, Map<String, String> configuration) {
        return new NewTopic(name, Optional.of(partitions), Optional.empty()).configs(configuration);
    }

    /**
     * Creates those of {@code topics} that do not exist; an existing topic stays as it is. Asks once: a caller that starts
     * before its broker calls again.
     *
     * @throws KafkaException when the broker does not answer within {@code timeout} or refuses
     */
    public static void ensure(Admin admin, Collection<NewTopic> topics, Duration timeout) throws InterruptedException {
        int millis = Math.toIntExact(timeout.toMillis());
        Map<String, KafkaFuture<Void>> created = admin.createTopics(topics, new CreateTopicsOptions().timeoutMs(millis))
                .values();
        for (Map.Entry<String, KafkaFuture<Void>> topic : created.entrySet()) {
            try {
                topic.getValue().get(millis, TimeUnit.MILLISECONDS);
            } catch (ExecutionException failed) {
                if (!(failed.getCause() instanceof TopicExistsException)) {
                    throw new KafkaException(
                            "topic %s could not be created: %s".formatted(topic.getKey(), failed.getCause()),
                            failed.getCause());
                }
            } catch (TimeoutException late) {
                throw new KafkaException(
                        "topic %s could not be created: no answer within %s".formatted(topic.getKey(), timeout), late);
            }
        }
    }
}
