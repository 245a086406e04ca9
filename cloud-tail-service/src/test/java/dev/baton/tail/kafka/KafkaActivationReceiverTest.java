package dev.baton.tail.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.google.protobuf.ByteString;
import dev.baton.embedded.BrokerSettings;
import dev.baton.embedded.EmbeddedBroker;
import dev.baton.embedded.FreePorts;
import dev.baton.messaging.ClientSettings;
import dev.baton.messaging.KafkaConnection;
import dev.baton.messaging.TensorRecords;
import dev.baton.messaging.Topics;
import dev.baton.schemas.records.Activation;
import dev.baton.schemas.records.EncodedTensor;
import dev.baton.schemas.records.FailureReason;
import dev.baton.schemas.records.ModelRef;
import dev.baton.schemas.records.Result;
import dev.baton.tail.answer.ActivationDecoder;
import dev.baton.tail.answer.AnswerTrace;
import dev.baton.tail.answer.TailInference;
import dev.baton.tail.batch.Batches;
import dev.baton.tail.lateness.DelayBaseline;
import dev.baton.tail.measurement.TailMeasurements;
import dev.baton.tail.models.ServedModels;
import dev.baton.tail.models.TestingInferenceSession;
import dev.baton.tail.models.TestingModels;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.codec.Codec;
import dev.baton.tensor.codec.Codecs;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Tracer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The receiver against a real broker, with models that need no engine. Each test has a model and a group of its own. */
@Timeout(120)
final class KafkaActivationReceiverTest {

    private static final Tracer TRACER = OpenTelemetry.noop().getTracer("test");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path directory;

    @SuppressWarnings("NullAway.Init")
    private static EmbeddedBroker broker;

    private static final AtomicInteger MODELS = new AtomicInteger();

    private final List<AutoCloseable> open = new ArrayList<>();
    private final ModelRef model = TestingModels.ref("model-" + MODELS.incrementAndGet(), "1111");
    private final String group = "tails-of-" + model.getName();

    @SuppressWarnings("NullAway.Init")
    private TestingEdge edge;

    @BeforeAll
    static void startBroker() {
        broker = EmbeddedBroker.start(BrokerSettings.in(directory.resolve("kafka")));
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void createTopics() throws InterruptedException {
        edge = new TestingEdge(broker.bootstrapServers());
        edge.createTopicOf(model.getName());
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable closeable : open.reversed()) {
            closeable.close();
        }
        edge.close();
    }

    @Test
    void everyActivationIsAnsweredAndCommitted() {
        KafkaActivationReceiver receiver = tail("tail-1").start();
        for (int i = 0; i < 40; i++) {
            edge.send(activation("r" + i));
        }
        for (int i = 0; i < 40; i++) {
            Result result = edge.result("r" + i);
            assertThat(result.getFailure().getMessage()).isEmpty();
            assertThat(result.getOutputsCount()).isEqualTo(2);
        }
        assertThat(receiver.isReady()).isTrue();
        receiver.close();
        assertThat(edge.lag(group, model.getName())).isZero();
    }

    @Test
    void activationsSentBeforeTheFirstTailStartedAreAnswered() {
        edge.send(activation("early"));
        tail("tail-1").start();
        assertThat(edge.result("early").getTail()).isEqualTo("tail-1");
    }

    @Test
    void modelThatIsLoadedLaterIsServedBesidesTheOthers() throws InterruptedException {
        TestingTail tail = tail("tail-1");
        tail.start();
        edge.ask(activation("first"));
        ModelRef second = TestingModels.ref(model.getName() + "-second", "2222");
        edge.createTopicOf(second.getName());
        tail.models.want(TestingModels.wanted(second));

        edge.ask(activation("second").toBuilder().setModel(second).build());
        edge.ask(activation("first again"));

        tail.models.unwant(model.getName());
        edge.ask(activation("second again").toBuilder().setModel(second).build());
    }

    @Test
    void tailKilledBetweenProduceAndCommitLosesNothing() {
        KafkaActivationReceiver killed = tail("killed")
                .consumers(settings -> new ConsumerThatDiesAtItsFirstCommit(settings))
                .start();
        edge.send(activation("a"));
        edge.send(activation("b"));
        assertThat(edge.result("a").getTail()).isEqualTo("killed");
        assertThat(edge.lag(group, model.getName())).isPositive();

        KafkaActivationReceiver successor = tail("successor").start();
        edge.ask(activation("c"));
        edge.result("b");
        edge.awaitResults("a", 2);
        assertThat(killed.isAlive()).isFalse();
        assertThat(successor.isAlive()).isTrue();
    }

    @Test
    void resultThatCannotBeProducedIsProducedLater() {
        FailingProducer producer = new FailingProducer(broker.bootstrapServers(), 3);
        open.add(producer);
        KafkaActivationReceiver receiver =
                tail("tail-1").producer(() -> producer).start();
        for (int i = 0; i < 20; i++) {
            edge.send(activation("r" + i));
        }
        for (int i = 0; i < 20; i++) {
            assertThat(edge.result("r" + i).getOutputsCount()).isEqualTo(2);
        }
        assertThat(producer.failures).hasValue(3);
        receiver.close();
        assertThat(edge.lag(group, model.getName())).isZero();
    }

    @Test
    void recordWhoseAnswerCanNeverBeProducedBecomesADeadLetterAndHoldsUpNobody() {
        FailingProducer producer = new FailingProducer(broker.bootstrapServers(), Integer.MAX_VALUE);
        open.add(producer);
        KafkaActivationReceiver receiver =
                tail("tail-1").producer(() -> producer).start();
        edge.send(activation("unanswerable"));

        ConsumerRecord<String, byte[]> letter = edge.deadLetter("unanswerable");

        assertThat(header(letter, KafkaDeadLetters.REASON)).isEqualTo("UNDELIVERED");
        assertThat(header(letter, KafkaDeadLetters.MESSAGE)).isEqualTo("no answer could be produced in 5 attempts");
        assertThat(header(letter, KafkaDeadLetters.TOPIC)).isEqualTo(Topics.activations(model.getName()));
        producer.failing = false;
        edge.ask(activation("next"));
        receiver.close();
        assertThat(edge.lag(group, model.getName())).isZero();
    }

    @Test
    void recordThatIsNoActivationIsKeptAndHoldsUpNobody() {
        tail("tail-1").start();
        byte[] garbage = "not an activation".getBytes(StandardCharsets.UTF_8);
        edge.sendBytes(model.getName(), "garbage", garbage);

        ConsumerRecord<String, byte[]> letter = edge.deadLetter("garbage");

        assertThat(letter.value()).isEqualTo(garbage);
        assertThat(header(letter, KafkaDeadLetters.REASON)).isEqualTo("MALFORMED");
        assertThat(header(letter, KafkaDeadLetters.VALUE_BYTES)).isEqualTo("17");
        assertThat(header(letter, KafkaDeadLetters.OFFSET)).isEqualTo("0");
        edge.ask(activation("next"));
    }

    @Test
    void activationThatNobodyCouldBeToldAboutIsKept() {
        tail("tail-1").start();
        edge.send(activation("nowhere").toBuilder().setReplyPartition(10_000).build());
        assertThat(header(edge.deadLetter("nowhere"), KafkaDeadLetters.MESSAGE))
                .isEqualTo("baton.results has no partition 10000 to reply to");
        edge.send(activation("nobody").toBuilder().clearEdgeNode().build());
        assertThat(header(edge.deadLetter("nobody"), KafkaDeadLetters.MESSAGE))
                .isEqualTo("edge_node must have 1 to 256 characters, has 0");
    }

    @Test
    void edgeNodeIsToldOfItsMalformedActivationWhichIsKeptWithoutItsTensors() {
        tail("tail-1").start();
        EncodedTensor unknown = EncodedTensor.newBuilder()
                .setName("rain")
                .setPayload(ByteString.copyFrom(new byte[200_000]))
                .build();
        Result result =
                edge.ask(activation("bad").toBuilder().addTensors(unknown).build());

        assertThat(result.getFailure().getReason()).isEqualTo(FailureReason.MALFORMED);
        ConsumerRecord<String, byte[]> letter = edge.deadLetter("bad");
        assertThat(letter.value()).isEmpty();
        assertThat(header(letter, KafkaDeadLetters.MESSAGE))
                .isEqualTo(result.getFailure().getMessage());
        assertThat(Integer.parseInt(header(letter, KafkaDeadLetters.VALUE_BYTES)))
                .isGreaterThan(200_000);
    }

    @Test
    void answerTooLargeForTheTopicIsAFailureThatTheEdgeNodeLearnsOf() {
        byte[] large = new byte[9 << 20];
        TestingInferenceSession session = TestingModels.session(inputs ->
                Map.of("answer", Tensor.of(ElementType.UINT8, Shape.of(large.length), ByteBuffer.wrap(large))));
        tail("tail-1").serving(session).start();
        Result result = edge.ask(activation("large"));
        assertThat(result.getFailure().getReason()).isEqualTo(FailureReason.ENGINE);
        assertThat(result.getFailure().getMessage()).startsWith("the answer is too large: ");
        edge.deadLetter("large");
    }

    @Test
    void whatWasCancelledDoesNotReachTheEngineAndIsCommitted() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch mayFinish = new CountDownLatch(1);
        AtomicInteger runs = new AtomicInteger();
        TestingInferenceSession slow = TestingModels.session(inputs -> {
            runs.incrementAndGet();
            running.countDown();
            awaitUninterrupted(mayFinish);
            return TestingModels.doubling().run(inputs).outputs();
        });
        KafkaActivationReceiver receiver = tail("tail-1").serving(slow).start();
        edge.send(activation("runs"));
        assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();
        edge.send(activation("waits"));
        edge.send(activation("waits on"));
        cancel("waits");
        cancel("nobody");
        edge.send(activation("after"));
        awaitProcessed("waits");
        mayFinish.countDown();

        edge.result("runs");
        edge.result("waits on");
        edge.result("after");
        receiver.close();
        assertThat(runs).as("three of four").hasValue(3);
        assertThat(edge.hasResult("waits")).isFalse();
        assertThat(edge.lag(group, model.getName())).isZero();
    }

    @Test
    void aCancelThatComesAfterTheAnswerChangesNothing() {
        KafkaActivationReceiver receiver = tail("tail-1").start();
        edge.ask(activation("answered"));
        cancel("answered");
        edge.ask(activation("next"));
        receiver.close();
        assertThat(edge.lag(group, model.getName())).isZero();
    }

    private void cancel(String requestId) {
        edge.sendBytes(
                model.getName(),
                requestId,
                Activation.newBuilder()
                        .setRequestId(requestId)
                        .setEdgeNode("cam")
                        .setReplyPartition(TestingEdge.REPLY_PARTITION)
                        .setCancelled(true)
                        .build()
                        .toByteArray());
    }

    /** Waits until the partition of this key is committed: its activation was cancelled and counts as done. */
    private void awaitProcessed(String requestId) {
        edge.awaitCommitted(group, model.getName(), requestId);
    }

    @Test
    void stopFinishesThePollInHandAndCommitsIt() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch mayFinish = new CountDownLatch(1);
        TestingInferenceSession slow = TestingModels.session(inputs -> {
            running.countDown();
            awaitUninterrupted(mayFinish);
            return TestingModels.doubling().run(inputs).outputs();
        });
        KafkaActivationReceiver receiver = tail("tail-1").serving(slow).start();
        edge.send(activation("in hand"));
        assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();

        CompletableFuture<Void> stopped = CompletableFuture.runAsync(receiver::close);
        mayFinish.countDown();
        stopped.get(30, TimeUnit.SECONDS);

        assertThat(edge.result("in hand").getOutputsCount()).isEqualTo(2);
        assertThat(edge.lag(group, model.getName())).isZero();
    }

    @Test
    void tailsThatComeAndGoAnswerEverything() {
        tail("tail-1").start();
        edge.ask(activation("before"));
        for (int i = 0; i < 100; i++) {
            edge.send(activation("r" + i));
        }
        KafkaActivationReceiver second = tail("tail-2").start();
        for (int i = 100; i < 200; i++) {
            edge.send(activation("r" + i));
        }
        second.close();
        for (int i = 200; i < 300; i++) {
            edge.send(activation("r" + i));
        }
        for (int i = 0; i < 300; i++) {
            assertThat(edge.result("r" + i).getOutputsCount()).isEqualTo(2);
        }
    }

    @Test
    void brokerThatIsAwayAtTheStartIsJoinedWhenItComes(@TempDir Path data, TestInfo info) throws Exception {
        int port = FreePorts.find();
        TestingTail tail = new TestingTail("tail-1", "127.0.0.1:" + port);
        KafkaActivationReceiver receiver = tail.start();
        assertThat(receiver.isReady()).as(info.getDisplayName()).isFalse();
        try (EmbeddedBroker late = EmbeddedBroker.start(BrokerSettings.in(data).withPort(port));
                TestingEdge lateEdge = new TestingEdge(late.bootstrapServers())) {
            lateEdge.createTopicOf(model.getName());
            assertThat(lateEdge.ask(activation("late broker")).getOutputsCount())
                    .isEqualTo(2);
            assertThat(receiver.isReady()).isTrue();
            assertThatCode(receiver::close).doesNotThrowAnyException();
        }
    }

    private Activation activation(String requestId) {
        return Activation.newBuilder()
                .setRequestId(requestId)
                .setEdgeNode("cam")
                .setModel(model)
                .setSplitPoint(2)
                .setReplyPartition(TestingEdge.REPLY_PARTITION)
                .addTensors(TensorRecords.toRecord(
                        "activation", Codecs.encode(Tensor.ofFloats(Shape.of(1, 4), 1, 2, 3, 4), Codec.RAW)))
                .build();
    }

    private TestingTail tail(String id) {
        return new TestingTail(id, broker.bootstrapServers());
    }

    /** The service without its wiring. */
    private final class TestingTail {

        private final String id;
        private final KafkaConnection connection;
        private final TailMeasurements measurements;
        private TestingInferenceSession session = TestingModels.doubling();
        private ServedModels models;
        private Function<Map<String, Object>, Consumer<String, byte[]>> consumers =
                settings -> new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
        private Supplier<Producer<String, byte[]>> producer;

        TestingTail(String id, String bootstrapServers) {
            this.id = id;
            this.connection = TestingEdge.connection(bootstrapServers);
            this.measurements = new TailMeasurements(id, "cpu", System::nanoTime);
            LazyProducer lazy =
                    new LazyProducer(ClientSettings.lowLatencyProducer(connection, id), Duration.ofSeconds(5));
            open.add(lazy);
            this.producer = lazy;
            this.models = new ServedModels(
                    wanted -> TestingModels.model(wanted.ref(), session),
                    measurements,
                    new ServedModels.Handover(Duration.ofMinutes(1), Duration.ofMinutes(1)));
        }

        TestingTail serving(TestingInferenceSession tail) {
            session = tail;
            return this;
        }

        TestingTail consumers(Function<Map<String, Object>, Consumer<String, byte[]>> newConsumers) {
            consumers = newConsumers;
            return this;
        }

        TestingTail producer(Supplier<Producer<String, byte[]>> newProducer) {
            producer = newProducer;
            return this;
        }

        KafkaActivationReceiver start() {
            models.want(TestingModels.wanted(model));
            Batches batches = TestingModels.oneByOne(System::nanoTime);
            open.add(batches);
            TailInference inference = new TailInference(
                    id,
                    models,
                    TestingModels.withoutQuotas(),
                    new ActivationDecoder(1 << 20),
                    batches,
                    new DelayBaseline(10),
                    Duration.ofSeconds(5),
                    measurements,
                    new AnswerTrace(TRACER),
                    System::nanoTime);
            KafkaActivationReceiver receiver = new KafkaActivationReceiver(
                    () -> consumers.apply(ClientSettings.lowLatencyConsumer(connection, id, group, 8)),
                    models,
                    new ActivationAnswering(
                            inference, new KafkaResultSender(producer, TRACER), new KafkaDeadLetters(producer), TRACER),
                    new KafkaActivationReceiver.Settings(64, 64 << 20, Duration.ofSeconds(10)),
                    System::nanoTime);
            receiver.start();
            open.add(receiver);
            return receiver;
        }
    }

    /** As if the process had been killed right before it commits. */
    private static final class ConsumerThatDiesAtItsFirstCommit extends KafkaConsumer<String, byte[]> {

        ConsumerThatDiesAtItsFirstCommit(Map<String, Object> settings) {
            super(settings, new StringDeserializer(), new ByteArrayDeserializer());
        }

        @Override
        public void commitAsync(Map<TopicPartition, OffsetAndMetadata> offsets, OffsetCommitCallback callback) {
            throw new AssertionError("killed before the commit, as the test wants");
        }

        @Override
        public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
            throw new AssertionError("killed before the commit, as the test wants");
        }
    }

    /** Fails to send results a number of times. */
    private static final class FailingProducer extends KafkaProducer<String, byte[]> {

        private final int most;
        private final AtomicInteger failures = new AtomicInteger();
        private volatile boolean failing = true;

        FailingProducer(String bootstrapServers, int most) {
            super(
                    ClientSettings.lowLatencyProducer(TestingEdge.connection(bootstrapServers), "failing"),
                    new StringSerializer(),
                    new ByteArraySerializer());
            this.most = most;
        }

        @Override
        public Future<RecordMetadata> send(ProducerRecord<String, byte[]> message) {
            if (failing
                    && message.topic().equals(Topics.RESULTS)
                    && failures.getAndUpdate(count -> Math.min(count + 1, most)) < most) {
                return CompletableFuture.failedFuture(new NotEnoughReplicasException("as the test wants"));
            }
            return super.send(message);
        }
    }

    private static String header(ConsumerRecord<String, byte[]> letter, String name) {
        return new String(letter.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
