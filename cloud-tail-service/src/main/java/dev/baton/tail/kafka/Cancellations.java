package dev.baton.tail.kafka;

import dev.baton.tail.answer.Cancellation;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Which activations in hand may be cancelled, by request id, which is their records' key. A cancel follows its activation
 * in the same partition; so whoever registers records in the order in which they were received misses none.
 */
final class Cancellations {

    private final Map<String, Cancellation> wanted = new ConcurrentHashMap<>();

    /** From now on the record can be cancelled. Of several with one key, the first that is in hand is meant. */
    Cancellation register(ConsumerRecord<String, byte[]> record) {
        Cancellation own = new Cancellation();
        if (record.key() != null) {
            wanted.putIfAbsent(record.key(), own);
        }
        return own;
    }

    /** The record is done. */
    void forget(ConsumerRecord<String, byte[]> record, Cancellation own) {
        if (record.key() != null) {
            wanted.remove(record.key(), own);
        }
    }

    /** Nothing where the request is not known, or done. */
    void cancel(String requestId) {
        Cancellation known = wanted.get(requestId);
        if (known != null) {
            known.cancel();
        }
    }
}
