package dev.baton.edge.kafka;

import dev.baton.edge.cloud.Downlink;
import dev.baton.edge.measure.CodecAgreements.Agreement;
import dev.baton.edge.measure.ModelMeasurements;
import dev.baton.edge.measure.PlacementMeasurements.PlanWindow;
import dev.baton.edge.model.Models;
import dev.baton.edge.model.ServedModel;
import dev.baton.messaging.MachinePressure;
import dev.baton.messaging.Topics;
import dev.baton.partitioning.Placement;
import dev.baton.planning.link.LinkEstimate;
import dev.baton.planning.link.LinkEstimator;
import dev.baton.planning.link.LinkProbes;
import dev.baton.schemas.records.CodecAgreement;
import dev.baton.schemas.records.EdgeModelWindow;
import dev.baton.schemas.records.EdgeWindow;
import dev.baton.schemas.records.EncodingMeasurement;
import dev.baton.schemas.records.HeadMeasurement;
import dev.baton.schemas.records.MeasurementWindow;
import dev.baton.schemas.records.ModelRef;
import dev.baton.schemas.records.PlacementMeasurement;
import dev.baton.schemas.records.Summary;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jboss.logging.Logger;

/** Publishes a measurement window each time it is told to. One thread uses it. */
public final class KafkaMeasurements {

    private static final Logger LOG = Logger.getLogger(KafkaMeasurements.class);

    private final LinkProducer producer;
    private final String edgeNode;
    private final Optional<String> deviceProfile;
    private final MachinePressure machine;
    private final Models models;
    private final LinkEstimator link;
    private final Downlink downlink;
    private final LinkProbes probes;
    private final LongSupplier nanoTicker;
    private long sequence;
    private long beganNanos;

    public KafkaMeasurements(
            LinkProducer producer,
            String edgeNode,
            Optional<String> deviceProfile,
            MachinePressure machine,
            Models models,
            LinkEstimator link,
            Downlink downlink,
            LinkProbes probes,
            LongSupplier nanoTicker) {
        this.producer = producer;
        this.edgeNode = edgeNode;
        this.deviceProfile = deviceProfile;
        this.machine = machine;
        this.models = models;
        this.link = link;
        this.downlink = downlink;
        this.probes = probes;
        this.nanoTicker = nanoTicker;
        this.beganNanos = nanoTicker.getAsLong();
    }

    /** Ends the running window; early where there was a {@code change}, in a few words. */
    public void publish(Optional<String> change) {
        long now = nanoTicker.getAsLong();
        long length = now - beganNanos;
        beganNanos = now;
        EdgeWindow.Builder edge = EdgeWindow.newBuilder().setEdgeNode(edgeNode);
        change.ifPresent(edge::setChange);
        deviceProfile.ifPresent(edge::setDeviceProfile);
        edge.setPressure(machine.now());
        double probeShare = probes.takeShare();
        link.estimate().ifPresent(estimate -> edge.setLink(link(estimate, downlink.rate(estimate), probeShare)));
        for (String name : models.names()) {
            models.served(name).ifPresent(model -> edge.addModels(model(model)));
        }
        sequence++;
        MeasurementWindow message = MeasurementWindow.newBuilder()
                .setEdge(edge)
                .setLengthMicros(TimeUnit.NANOSECONDS.toMicros(length))
                .setSequence(sequence)
                .build();
        producer.send(
                new ProducerRecord<>(Topics.MEASUREMENTS, edgeNode, message.toByteArray()),
                (_, failure) -> failure.ifPresent(
                        e -> LOG.debugf("measurement window %d is lost: %s", message.getSequence(), e.getMessage())));
    }

    private static dev.baton.schemas.records.LinkEstimate link(
            LinkEstimate estimate, Downlink.Rate downlink, double probeShare) {
        return dev.baton.schemas.records.LinkEstimate.newBuilder()
                .setUplinkBytesPerSecond(estimate.bytesPerSecond())
                .setRoundTripMicros(estimate.roundTrip().toNanos() / 1e3)
                .setResidualMicros(estimate.residual().toNanos() / 1e3)
                .setSamples(estimate.samples())
                .setUplinkErrorBytesPerSecond(estimate.bytesPerSecondError())
                .setRoundTripErrorMicros(estimate.roundTripError().toNanos() / 1e3)
                .setProbeShare(probeShare)
                .setDownlinkBytesPerSecond(downlink.bytesPerSecond())
                .setDownlinkErrorBytesPerSecond(downlink.error())
                .build();
    }

    private static EdgeModelWindow model(ServedModel model) {
        ModelMeasurements.Window window = model.measurements().window();
        EdgeModelWindow.Builder message = EdgeModelWindow.newBuilder()
                .setModel(ModelRef.newBuilder().setName(model.name()).setVersion(model.version()))
                .setRequests(window.requests())
                .setFailures(window.failures())
                .setCompletedLocally(window.completedLocally())
                .setEarlyExits(window.earlyExits())
                .setActivePlanEpoch(model.plan().epoch());
        window.preprocess().ifPresent(s -> message.setPreprocessMicros(summary(s)));
        window.encodedInputBytes().ifPresent(s -> message.setEncodedInputBytes(summary(s)));
        window.broker().ifPresent(s -> message.setBrokerMicros(summary(s)));
        window.total().ifPresent(s -> message.setTotalMicros(summary(s)));
        window.heads()
                .forEach(head -> message.addHeads(HeadMeasurement.newBuilder()
                        .setSplitPoint(head.splitPoint())
                        .setRunMicros(summary(head.micros()))));
        window.encodings()
                .forEach(encoding -> message.addEncodings(EncodingMeasurement.newBuilder()
                        .setSplitPoint(encoding.key().splitPoint())
                        .setCodec(encoding.key().codec())
                        .setEncodeMicros(summary(encoding.micros()))
                        .setBytes(summary(encoding.bytes()))));
        window.placements().forEach(plan -> message.addPlacements(placement(plan)));
        window.agreements().forEach(agreement -> message.addAgreements(agreement(agreement)));
        window.localCompletions()
                .forEach(tail -> message.addLocalCompletions(HeadMeasurement.newBuilder()
                        .setSplitPoint(tail.splitPoint())
                        .setRunMicros(summary(tail.micros()))));
        return message.addAllReadySplitPoints(model.readySplitPoints()).build();
    }

    private static PlacementMeasurement placement(PlanWindow plan) {
        PlacementMeasurement.Builder message = PlacementMeasurement.newBuilder()
                .setPlanEpoch(plan.plan().epoch())
                .setPlacement(placement(plan.plan().placement()))
                .setCodec(plan.plan().codec())
                .setFailures(plan.failures())
                .setCompletedLocally(plan.completedLocally())
                .setEarlyExits(plan.earlyExits())
                .setInFlight(plan.inFlight());
        plan.values().forEach((quantity, values) -> {
            Summary summary = summary(values);
            switch (quantity) {
                case TOTAL -> message.setTotalMicros(summary);
                case PREPROCESS -> message.setPreprocessMicros(summary);
                case HEAD -> message.setHeadMicros(summary);
                case ENCODE -> message.setEncodeMicros(summary);
                case BYTES -> message.setBytes(summary);
                case UPLINK -> message.setUplinkMicros(summary);
                case BROKER -> message.setBrokerMicros(summary);
                case TAIL_QUEUE -> message.setTailQueueMicros(summary);
                case DECODE -> message.setDecodeMicros(summary);
                case TAIL -> message.setTailMicros(summary);
                case RESULT -> message.setResultMicros(summary);
                case RESULT_BYTES -> message.setResultBytes(summary);
                case OTHER -> message.setOtherMicros(summary);
                case LOCAL_COMPLETION -> message.setLocalCompletionMicros(summary);
                case JOULES -> message.setJoules(summary);
            }
        });
        return message.build();
    }

    private static dev.baton.schemas.records.Placement placement(Placement placement) {
        var message = dev.baton.schemas.records.Placement.newBuilder();
        switch (placement) {
            case Placement.EdgeOnly() ->
                message.setEdgeOnly(dev.baton.schemas.records.Placement.EdgeOnly.getDefaultInstance());
            case Placement.CloudOnly() ->
                message.setCloudOnly(dev.baton.schemas.records.Placement.CloudOnly.getDefaultInstance());
            case Placement.Split(int splitPoint) -> message.setSplitPoint(splitPoint);
        }
        return message.build();
    }

    private static CodecAgreement agreement(Agreement agreement) {
        CodecAgreement.Builder message = CodecAgreement.newBuilder()
                .setSplitPoint(agreement.key().splitPoint())
                .setCodec(agreement.key().codec())
                .setSamples(agreement.samples())
                .setAgreement(agreement.agreement());
        agreement.relativeError().ifPresent(error -> message.setRelativeError(summary(error)));
        return message.build();
    }

    private static Summary summary(dev.baton.edge.measure.Summary summary) {
        return Summary.newBuilder()
                .setCount(summary.count())
                .setMean(summary.mean())
                .setVariance(summary.variance())
                .setP50(summary.p50())
                .setP95(summary.p95())
                .build();
    }
}
