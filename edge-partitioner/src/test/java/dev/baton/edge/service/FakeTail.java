package dev.baton.edge.service;

import dev.baton.inference.EngineSettings;
import dev.baton.inference.Inference;
import dev.baton.inference.InferenceSession;
import dev.baton.inference.OnnxRuntimeEngine;
import dev.baton.messaging.ClientSettings;
import dev.baton.messaging.KafkaConnection;
import dev.baton.messaging.TensorRecords;
import dev.baton.messaging.Topics;
import dev.baton.messaging.TraceHeaders;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.schemas.records.Activation;
import dev.baton.schemas.records.Failure;
import dev.baton.schemas.records.FailureReason;
import dev.baton.schemas.records.Result;
import dev.baton.schemas.records.TailTimes;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.codec.Codec;
import dev.baton.tensor.codec.Codecs;
import dev.baton.tensor.image.ImagePreprocessor;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;

/** A tail in a few lines: runs what arrives with the real engine, or behaves as badly as a test wants. */
final class FakeTail implements AutoCloseable {

    static final String ID = "fake-tail";
    static final TailTimes TIMES = TailTimes.newBuilder()
            .setQueueMicros(10)
            .setDecodeMicros(20)
            .setRunMicros(30)
            .setEncodeMicros(40)
            .setBatchSize(1)
            .build();

    enum Behaviour {
        ANSWER,
        /** The same answer twice, and one for nobody. */
        ANSWER_TWICE,
        REFUSE,
        /** An answer whose tensor is not what it says. */
        CORRUPT,
        SILENT
    }

    private final SplitPackage splitPackage;
    private final KafkaConsumer<String, byte[]> consumer;
    private final KafkaProducer<String, byte[]> producer;
    private final OnnxRuntimeEngine engine = new OnnxRuntimeEngine(EngineSettings.defaults());
    private final BlockingQueue<Activation> received = new LinkedBlockingQueue<>();
    private final CountDownLatch reading = new CountDownLatch(1);
    private final Thread thread;
    private volatile Behaviour behaviour = Behaviour.ANSWER;

    FakeTail(KafkaConnection connection, SplitPackage splitPackage) {
        this.splitPackage = splitPackage;
        this.consumer = new KafkaConsumer<>(ClientSettings.replyConsumer(connection, "fake-tail"));
        this.producer = new KafkaProducer<>(ClientSettings.lowLatencyProducer(connection, "fake-tail"));
        this.thread = Thread.ofPlatform().daemon().name("fake-tail").start(this::run);
    }

    void behave(Behaviour next) {
        behaviour = next;
    }

    /** Everything that arrived, in order. */
    BlockingQueue<Activation> received() {
        return received;
    }

    void awaitReading() throws InterruptedException {
        reading.await();
    }

    private void run() {
        List<TopicPartition> partitions = IntStream.range(0, Topics.ACTIVATION_PARTITIONS)
                .mapToObj(p -> new TopicPartition(Topics.activations(TinyModel.NAME), p))
                .toList();
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
        reading.countDown();
        try {
            while (true) {
                for (ConsumerRecord<String, byte[]> message : consumer.poll(Duration.ofSeconds(1))) {
                    answer(message);
                }
            }
        } catch (WakeupException e) {
            // closing
        } catch (Exception e) {
            throw new IllegalStateException("the fake tail failed", e);
        } finally {
            consumer.close();
        }
    }

    private void answer(ConsumerRecord<String, byte[]> message) throws Exception {
        Activation activation = Activation.parseFrom(message.value());
        received.add(activation);
        Result.Builder result = Result.newBuilder()
                .setRequestId(activation.getRequestId())
                .setEdgeNode(activation.getEdgeNode())
                .setTail(ID)
                .setTimes(TIMES);
        switch (behaviour) {
            case SILENT -> {}
            case REFUSE ->
                send(
                        message,
                        activation,
                        result.setFailure(Failure.newBuilder()
                                        .setReason(FailureReason.VERSION_MISMATCH)
                                        .setMessage("made to refuse"))
                                .build());
            case CORRUPT ->
                send(
                        message,
                        activation,
                        result.addOutputs(dev.baton.schemas.records.EncodedTensor.newBuilder()
                                        .setName("scores")
                                        .setElementTypeValue(1)
                                        .addShape(100)
                                        .setCodec("raw"))
                                .build());
            case ANSWER -> send(message, activation, run(activation, result));
            case ANSWER_TWICE -> {
                Result answer = run(activation, result);
                send(
                        message,
                        activation,
                        answer.toBuilder().setRequestId("nobody").build());
                send(message, activation, answer);
                send(message, activation, answer);
            }
        }
    }

    private Result run(Activation activation, Result.Builder result) {
        Map<String, Tensor> crossed = new LinkedHashMap<>();
        activation
                .getTensorsList()
                .forEach(t -> crossed.put(t.getName(), Codecs.decode(TensorRecords.fromRecord(t), 1 << 20)));
        activation
                .getEncodedInputsList()
                .forEach(input -> crossed.put(
                        input.getInputName(),
                        new ImagePreprocessor(splitPackage.manifest().image().orElseThrow())
                                .toTensor(input.getPayload().toByteArray())));
        try (InferenceSession session = engine.open(splitPackage.tailFile(activation.getSplitPoint()))) {
            Inference inference = session.run(splitPackage.tailInputs(activation.getSplitPoint(), crossed));
            inference
                    .outputs()
                    .forEach((name, tensor) ->
                            result.addOutputs(TensorRecords.toRecord(name, Codecs.encode(tensor, Codec.RAW))));
        }
        return result.build();
    }

    private void send(ConsumerRecord<String, byte[]> message, Activation activation, Result result) throws Exception {
        ProducerRecord<String, byte[]> answer = new ProducerRecord<>(
                Topics.RESULTS, activation.getReplyPartition(), activation.getEdgeNode(), result.toByteArray());
        TraceHeaders.inject(TraceHeaders.extract(message.headers()), answer.headers());
        producer.send(answer).get();
    }

    @Override
    public void close() {
        consumer.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        producer.close();
        engine.close();
    }
}
