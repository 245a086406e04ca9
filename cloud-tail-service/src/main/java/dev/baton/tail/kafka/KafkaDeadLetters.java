package dev.baton.tail.kafka;

import dev.baton.messaging.Topics;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/**
 * Keeps records that no tail could work on, for people to look at: the original key, headers that say why and where
 * it was, and the original value unless it is large.
 */
public final class KafkaDeadLetters {

    static final String REASON = "baton-reason";
    static final String MESSAGE = "baton-message";
    static final String TOPIC = "baton-topic";
    static final String PARTITION = "baton-partition";
    static final String OFFSET = "baton-offset";
    static final String VALUE_BYTES = "baton-value-bytes";

    /** Larger values are tensors: left in the original topic, where the headers say. */
    private static final int LARGEST_KEPT_VALUE = 64 * 1024;

    private static final int LONGEST_MESSAGE = 1000;

    private final Supplier<Producer<String, byte[]>> producer;

    public KafkaDeadLetters(Supplier<Producer<String, byte[]>> producer) {
        this.producer = producer;
    }

    /** Returns when the broker has acknowledged the dead letter. */
    void keep(ConsumerRecord<String, byte[]> record, String reason, String message)
            throws UndeliveredException, InterruptedException {
        byte[] value = record.value();
        int valueBytes = value == null ? 0 : value.length;
        byte[] kept = value == null || valueBytes > LARGEST_KEPT_VALUE ? new byte[0] : value;
        ProducerRecord<String, byte[]> letter = new ProducerRecord<>(Topics.DEAD_LETTER, record.key(), kept);
        header(letter, REASON, reason);
        header(letter, MESSAGE, message.substring(0, Math.min(message.length(), LONGEST_MESSAGE)));
        header(letter, TOPIC, record.topic());
        header(letter, PARTITION, Integer.toString(record.partition()));
        header(letter, OFFSET, Long.toString(record.offset()));
        header(letter, VALUE_BYTES, Integer.toString(valueBytes));
        try {
            producer.get().send(letter).get();
        } catch (ExecutionException | KafkaException e) {
            throw new UndeliveredException(
                    "dead letter of %s-%d@%d".formatted(record.topic(), record.partition(), record.offset()), e);
        }
    }

    private static void header(ProducerRecord<String, byte[]> letter, String name, String value) {
        letter.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
