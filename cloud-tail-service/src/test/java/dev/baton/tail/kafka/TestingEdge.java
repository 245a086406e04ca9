package dev.baton.tail.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.baton.messaging.ClientSettings;
import dev.baton.messaging.KafkaConnection;
import dev.baton.messaging.Topics;
import dev.baton.messaging.TraceHeaders;
import dev.baton.schemas.records.Activation;
import dev.baton.schemas.records.CatalogModel;
import dev.baton.schemas.records.MeasurementWindow;
import dev.baton.schemas.records.ModelRef;
import dev.baton.schemas.records.Result;
import io.opentelemetry.context.Context;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Utils;

/** An edge node as a tail sees it, with everything the tail writes in view; and the orchestrator's part of the catalog. */
public final class TestingEdge implements AutoCloseable {

    public static final int REPLY_PARTITION = 5;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Admin admin;
    private final KafkaConnection connection;
    private final KafkaProducer<String, byte[]> producer;
    private final KafkaConsumer<String, byte[]> consumer;
    private final List<ConsumerRecord<String, byte[]>> seen = new ArrayList<>();

    public TestingEdge(String bootstrapServers) throws InterruptedException {
        connection = connection(bootstrapServers);
        admin = Admin.create(ClientSettings.admin(connection, "test-admin"));
        Topics.ensure(admin, Topics.shared(connection.maxRecordBytes()), PATIENCE);
        producer = new KafkaProducer<>(
                ClientSettings.lowLatencyProducer(connection, "test-edge"),
                new StringSerializer(),
                new ByteArraySerializer());
        consumer = new KafkaConsumer<>(
                ClientSettings.replyConsumer(connection, "test-edge-replies"),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> watched = new ArrayList<>();
        watched.add(new TopicPartition(Topics.RESULTS, REPLY_PARTITION));
        for (String topic : List.of(Topics.DEAD_LETTER, Topics.MEASUREMENTS)) {
            consumer.partitionsFor(topic)
                    .forEach(partition -> watched.add(new TopicPartition(topic, partition.partition())));
        }
        consumer.assign(watched);
        consumer.seekToEnd(watched);
        watched.forEach(consumer::position);
    }

    public static KafkaConnection connection(String bootstrapServers) {
        return new KafkaConnection(bootstrapServers, 8 << 20, Map.of());
    }

    public void createTopicOf(String model) throws InterruptedException {
        Topics.ensure(admin, List.of(Topics.activationsOf(model, connection.maxRecordBytes())), PATIENCE);
    }

    public void publish(ModelRef model, URI packageUrl) {
        CatalogModel entry = CatalogModel.newBuilder()
                .setModel(model)
                .setPackageUrl(packageUrl.toString())
                .build();
        write(new ProducerRecord<>(Topics.MODELS, model.getName(), entry.toByteArray()));
    }

    public void send(Activation activation) {
        send(activation, Context.root());
    }

    public void send(Activation activation, Context trace) {
        ProducerRecord<String, byte[]> message = new ProducerRecord<>(
                Topics.activations(activation.getModel().getName()),
                activation.getRequestId(),
                activation.toByteArray());
        TraceHeaders.inject(trace, message.headers());
        write(message);
    }

    public void sendBytes(String model, String key, byte[] value) {
        write(new ProducerRecord<>(Topics.activations(model), key, value));
    }

    /** Sends the activation and waits for its result. */
    public Result ask(Activation activation) {
        send(activation);
        return result(activation.getRequestId());
    }

    public Result result(String requestId) {
        return parse(resultRecord(requestId));
    }

    public ConsumerRecord<String, byte[]> resultRecord(String requestId) {
        return await(record -> record.topic().equals(Topics.RESULTS)
                && parse(record).getRequestId().equals(requestId));
    }

    /** Waits until {@code count} results of this request have arrived. */
    public void awaitResults(String requestId, int count) {
        await(record -> record.topic().equals(Topics.RESULTS)
                && parse(record).getRequestId().equals(requestId)
                && results(requestId) >= count);
    }

    private long results(String requestId) {
        return seen.stream()
                .filter(record -> record.topic().equals(Topics.RESULTS)
                        && parse(record).getRequestId().equals(requestId))
                .count();
    }

    public ConsumerRecord<String, byte[]> deadLetter(String key) {
        return await(record -> record.topic().equals(Topics.DEAD_LETTER) && key.equals(record.key()));
    }

    /** Waits for a window that this holds of. */
    public MeasurementWindow window(Predicate<MeasurementWindow> accepted) {
        return windowOf(await(record -> record.topic().equals(Topics.MEASUREMENTS) && accepted.test(windowOf(record))));
    }

    /** Waits until every partition of the measurements has this window. */
    public void awaitInEveryPartition(MeasurementWindow window) {
        consumer.partitionsFor(Topics.MEASUREMENTS)
                .forEach(partition -> await(record -> record.topic().equals(Topics.MEASUREMENTS)
                        && record.partition() == partition.partition()
                        && windowOf(record).equals(window)));
    }

    /** Whether any result of this request has arrived. */
    public boolean hasResult(String requestId) {
        consumer.poll(Duration.ofMillis(200)).forEach(seen::add);
        return results(requestId) > 0;
    }

    /** Waits until a tail has committed the last record of this key's partition. */
    public void awaitCommitted(String group, String model, String key) {
        int partition = Utils.toPositive(Utils.murmur2(key.getBytes(StandardCharsets.UTF_8)))
                % producer.partitionsFor(Topics.activations(model)).size();
        TopicPartition wanted = new TopicPartition(Topics.activations(model), partition);
        long end = Objects.requireNonNull(consumer.endOffsets(List.of(wanted)).get(wanted));
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (committed(group).getOrDefault(wanted, 0L) < end) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("%s was not committed up to %d within %s".formatted(wanted, end, PATIENCE));
            }
            Thread.onSpinWait();
        }
    }

    private Map<TopicPartition, Long> committed(String group) {
        try {
            Map<TopicPartition, Long> committed = new HashMap<>();
            admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .forEach((partition, offset) -> {
                        if (offset != null) {
                            committed.put(partition, offset.offset());
                        }
                    });
            return committed;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How many activations of {@code model} no tail has committed. */
    public long lag(String group, String model) {
        try {
            Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get();
            List<TopicPartition> partitions = producer.partitionsFor(Topics.activations(model)).stream()
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            long lag = 0;
            for (Map.Entry<TopicPartition, Long> end :
                    consumer.endOffsets(partitions).entrySet()) {
                lag += end.getValue()
                        - Optional.ofNullable(committed.get(end.getKey()))
                                .map(OffsetAndMetadata::offset)
                                .orElse(0L);
            }
            return lag;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private ConsumerRecord<String, byte[]> await(Predicate<ConsumerRecord<String, byte[]>> wanted) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            for (int looked = 0; looked < seen.size(); looked++) {
                if (wanted.test(seen.get(looked))) {
                    return seen.get(looked);
                }
            }
            if (System.nanoTime() > end) {
                throw new AssertionError("not seen within %s among %d records".formatted(PATIENCE, seen.size()));
            }
            consumer.poll(Duration.ofMillis(500)).forEach(seen::add);
        }
    }

    private void write(ProducerRecord<String, byte[]> message) {
        try {
            producer.send(message).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Result parse(ConsumerRecord<String, byte[]> record) {
        try {
            return Result.parseFrom(record.value());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private static MeasurementWindow windowOf(ConsumerRecord<String, byte[]> record) {
        try {
            return MeasurementWindow.parseFrom(record.value());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        producer.close();
        consumer.close();
        admin.close();
    }
}
