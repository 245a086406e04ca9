package dev.baton.orchestrator.kafka;

import dev.baton.messaging.ClientSettings;
import dev.baton.messaging.KafkaConnection;
import dev.baton.messaging.Topics;
import dev.baton.schemas.records.EdgeModelWindow;
import dev.baton.schemas.records.EdgeWindow;
import dev.baton.schemas.records.EncodingMeasurement;
import dev.baton.schemas.records.HeadMeasurement;
import dev.baton.schemas.records.LinkEstimate;
import dev.baton.schemas.records.MeasurementWindow;
import dev.baton.schemas.records.ModelRef;
import dev.baton.schemas.records.Summary;
import dev.baton.schemas.records.TailMeasurement;
import dev.baton.schemas.records.TailModelWindow;
import dev.baton.schemas.records.TailWindow;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * Edge nodes and a tail that only measure, once a second. The whole model takes 60 ms on an edge node and 8 ms on the tail; a
 * picture has 60 KB.
 */
final class TestingFleet implements AutoCloseable {
    private static final ModelRef MODEL = ModelRef.newBuilder()
            .setName(TestingReplica.MODEL.model())
            .setVersion(TestingReplica.MODEL.version())
            .build();

    private final KafkaProducer<String, byte[]> producer;
    private final ScheduledExecutorService seconds = Executors.newSingleThreadScheduledExecutor();
    private final List<String> edges;
    private volatile double megabits;
    private long sequence;

    TestingFleet(KafkaConnection kafka, List<String> edges) {
        this.producer = new KafkaProducer<>(ClientSettings.lowLatencyProducer(kafka, "fleet"));
        this.edges = edges;
    }

    void start(double megabits) {
        this.megabits = megabits;
        ScheduledFuture<?> unused = seconds.scheduleAtFixedRate(this::windows, 0, 1, TimeUnit.SECONDS);
    }

    /** The links of all edge nodes from their next window on. */
    void uplink(double megabits) {
        this.megabits = megabits;
    }

    private void windows() {
        sequence++;
        byte[] tail = window(MeasurementWindow.newBuilder()
                .setTail(TailWindow.newBuilder()
                        .setTail("tail-1")
                        .setDevice("cpu")
                        .setWorkers(8)
                        .addModels(TailModelWindow.newBuilder()
                                .setModel(MODEL)
                                .addTails(tail(0, 3, 8))
                                .addTails(tail(1, 0.2, 5)))));
        int partitions = producer.partitionsFor(Topics.MEASUREMENTS).size();
        for (int partition = 0; partition < partitions; partition++) {
            send(new ProducerRecord<>(Topics.MEASUREMENTS, partition, "tail-1", tail));
        }
        edges.forEach(edge -> send(new ProducerRecord<>(
                Topics.MEASUREMENTS, edge, window(MeasurementWindow.newBuilder().setEdge(edge(edge))))));
    }

    private void send(ProducerRecord<String, byte[]> record) {
        Future<RecordMetadata> unused = producer.send(record);
    }

    private byte[] window(MeasurementWindow.Builder window) {
        return window.setLengthMicros(1_000_000).setSequence(sequence).build().toByteArray();
    }

    private EdgeWindow edge(String edge) {
        return EdgeWindow.newBuilder()
                .setEdgeNode(edge)
                .setLink(LinkEstimate.newBuilder()
                        .setUplinkBytesPerSecond(megabits * 1e6 / 8)
                        .setUplinkErrorBytesPerSecond(megabits * 1e6 / 8 / 50)
                        .setRoundTripMicros(5000)
                        .setRoundTripErrorMicros(100)
                        .setSamples(20))
                .addModels(EdgeModelWindow.newBuilder()
                        .setModel(MODEL)
                        .setRequests(2)
                        .setPreprocessMicros(millis(2))
                        .setBrokerMicros(millis(2))
                        .setEncodedInputBytes(summary(60_000))
                        .addHeads(head(1, 25))
                        .addHeads(head(2, 60))
                        .addEncodings(EncodingMeasurement.newBuilder()
                                .setSplitPoint(1)
                                .setCodec("int8")
                                .setEncodeMicros(millis(0.3))
                                .setBytes(summary(9_000)))
                        .addReadySplitPoints(1)
                        .addReadySplitPoints(2))
                .build();
    }

    private static HeadMeasurement head(int splitPoint, double millis) {
        return HeadMeasurement.newBuilder()
                .setSplitPoint(splitPoint)
                .setRunMicros(millis(millis))
                .build();
    }

    private static TailMeasurement tail(int splitPoint, double decodeMillis, double runMillis) {
        return TailMeasurement.newBuilder()
                .setSplitPoint(splitPoint)
                .setDecodeMicros(millis(decodeMillis))
                .setRunMicros(millis(runMillis))
                .build();
    }

    private static Summary millis(double millis) {
        return summary(millis * 1e3);
    }

    private static Summary summary(double value) {
        return Summary.newBuilder()
                .setCount(10)
                .setMean(value)
                .setP50(value)
                .setP95(value)
                .build();
    }

    @Override
    public void close() {
        seconds.shutdownNow();
        producer.close();
    }
}
