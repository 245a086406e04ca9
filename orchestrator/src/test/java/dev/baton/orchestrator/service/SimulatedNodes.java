package dev.baton.orchestrator.service;

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
import dev.baton.tensor.codec.Codec;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * An edge node and a tail that only measure. The whole model takes 60 ms on the edge node and 8 ms on the tail; a picture
 * has 60 KB; behind split point 1, which takes 25 ms, 9 KB cross; later heads take nearly as long as the whole model.
 */
final class SimulatedNodes implements AutoCloseable {
    private final KafkaProducer<String, byte[]> producer;
    private final int partitions;
    private final String edgeNode;
    private final ModelRef model;
    private final int lastSplitPoint;
    private long sequence;

    SimulatedNodes(KafkaConnection kafka, String edgeNode, String model, String version, int lastSplitPoint) {
        this.producer = new KafkaProducer<>(ClientSettings.lowLatencyProducer(kafka, "simulated-" + edgeNode));
        this.partitions = producer.partitionsFor(Topics.MEASUREMENTS).size();
        this.edgeNode = edgeNode;
        this.model = ModelRef.newBuilder().setName(model).setVersion(version).build();
        this.lastSplitPoint = lastSplitPoint;
    }

    void edgeWindow(double megabits) {
        EdgeModelWindow.Builder window = EdgeModelWindow.newBuilder()
                .setModel(model)
                .setRequests(10)
                .setPreprocessMicros(millis(2))
                .setBrokerMicros(millis(2))
                .setEncodedInputBytes(summary(60_000))
                .addHeads(HeadMeasurement.newBuilder().setSplitPoint(1).setRunMicros(millis(25)))
                .addHeads(HeadMeasurement.newBuilder()
                        .setSplitPoint(lastSplitPoint)
                        .setRunMicros(millis(60)));
        for (int point = 2; point < lastSplitPoint; point++) {
            window.addHeads(HeadMeasurement.newBuilder().setSplitPoint(point).setRunMicros(millis(59)));
        }
        for (Codec codec : Codec.all()) {
            window.addEncodings(EncodingMeasurement.newBuilder()
                    .setSplitPoint(1)
                    .setCodec(codec.id())
                    .setEncodeMicros(millis(0.3))
                    .setBytes(summary(9_000)));
        }
        send(
                edgeNode,
                MeasurementWindow.newBuilder()
                        .setEdge(EdgeWindow.newBuilder()
                                .setEdgeNode(edgeNode)
                                .setLink(LinkEstimate.newBuilder()
                                        .setUplinkBytesPerSecond(megabits * 1e6 / 8)
                                        .setRoundTripMicros(5000)
                                        .setSamples(20))
                                .addModels(window)));
    }

    void tailWindow() {
        TailModelWindow.Builder window = TailModelWindow.newBuilder().setModel(model);
        window.addTails(TailMeasurement.newBuilder()
                .setSplitPoint(0)
                .setDecodeMicros(millis(3))
                .setRunMicros(millis(8)));
        window.addTails(TailMeasurement.newBuilder()
                .setSplitPoint(1)
                .setDecodeMicros(millis(0.2))
                .setRunMicros(millis(5)));
        byte[] value = MeasurementWindow.newBuilder()
                .setTail(TailWindow.newBuilder()
                        .setTail("tail-1")
                        .setDevice("cpu")
                        .addModels(window))
                .setLengthMicros(1_000_000)
                .setSequence(++sequence)
                .build()
                .toByteArray();
        for (int partition = 0; partition < partitions; partition++) {
            await(new ProducerRecord<>(Topics.MEASUREMENTS, partition, "tail-1", value));
        }
    }

    void send(String key, MeasurementWindow.Builder window) {
        sendBytes(
                key,
                window.setLengthMicros(1_000_000)
                        .setSequence(++sequence)
                        .build()
                        .toByteArray());
    }

    void sendBytes(String key, byte[] value) {
        await(new ProducerRecord<>(Topics.MEASUREMENTS, key, value));
    }

    private void await(ProducerRecord<String, byte[]> window) {
        try {
            producer.send(window).get(30, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while sending a window", interrupted);
        } catch (ExecutionException | TimeoutException failure) {
            throw new AssertionError("a window could not be sent", failure);
        }
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
        producer.close();
    }
}
