package dev.baton.orchestrator.kafka;

import dev.baton.orchestrator.fleet.EdgeReport;
import dev.baton.orchestrator.fleet.Pressure;
import dev.baton.partitioning.Placement;
import dev.baton.planning.EdgeObservation;
import dev.baton.planning.LinkObservation;
import dev.baton.planning.ModelVersion;
import dev.baton.planning.Moments;
import dev.baton.planning.TailObservation;
import dev.baton.schemas.records.CodecAgreement;
import dev.baton.schemas.records.DevicePressure;
import dev.baton.schemas.records.EdgeModelWindow;
import dev.baton.schemas.records.EdgeWindow;
import dev.baton.schemas.records.EncodingMeasurement;
import dev.baton.schemas.records.HeadMeasurement;
import dev.baton.schemas.records.LinkEstimate;
import dev.baton.schemas.records.MeasurementWindow;
import dev.baton.schemas.records.ModelRef;
import dev.baton.schemas.records.PlacementMeasurement;
import dev.baton.schemas.records.Summary;
import dev.baton.schemas.records.TailMeasurement;
import dev.baton.schemas.records.TailModelWindow;
import dev.baton.schemas.records.TailWindow;
import dev.baton.tensor.codec.Codec;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Measurement windows from the messages that carry them. Numbers that cannot be measurements are refused. */
final class MeasurementRecords {
    private MeasurementRecords() {}

    /** @throws IllegalArgumentException when the window says something impossible */
    static EdgeReport edge(MeasurementWindow window) {
        EdgeWindow edge = window.getEdge();
        LinkObservation link = edge.hasLink() ? link(edge.getLink()) : LinkObservation.UNKNOWN;
        return new EdgeReport(
                edge.getEdgeNode(),
                link,
                edge.getLink().getProbeShare(),
                edge.hasPressure() ? pressure(edge.getPressure()) : Pressure.UNKNOWN,
                edge.getDeviceProfile(),
                edge.getModelsList().stream()
                        .map(model ->
                                new EdgeReport.ModelReport(model(model.getModel()), observation(model, link, window)))
                        .toList());
    }

    private static EdgeObservation observation(EdgeModelWindow model, LinkObservation link, MeasurementWindow window) {
        String change = window.getEdge().getChange();
        return new EdgeObservation(
                link,
                Math.max(1, window.getLengthMicros()),
                model.getRequests(),
                model.getFailures(),
                model.getCompletedLocally(),
                model.getActivePlanEpoch(),
                moments(model.hasPreprocessMicros(), model.getPreprocessMicros()),
                splitTimes(model.getHeadsList()),
                model.getEncodingsList().stream()
                        .flatMap(encoding -> encoding(encoding).stream())
                        .toList(),
                moments(model.hasEncodedInputBytes(), model.getEncodedInputBytes()),
                moments(model.hasBrokerMicros(), model.getBrokerMicros()),
                moments(model.hasTotalMicros(), model.getTotalMicros()),
                model.getPlacementsList().stream()
                        .flatMap(placement -> placement(placement).stream())
                        .toList(),
                model.getAgreementsList().stream()
                        .flatMap(agreement -> agreement(agreement).stream())
                        .toList(),
                splitTimes(model.getLocalCompletionsList()),
                model.getReadySplitPointsList(),
                change.isEmpty() ? Optional.empty() : Optional.of(change));
    }

    private static List<EdgeObservation.SplitTime> splitTimes(List<HeadMeasurement> heads) {
        return heads.stream()
                .flatMap(head -> moments(head.hasRunMicros(), head.getRunMicros())
                        .map(run -> new EdgeObservation.SplitTime(head.getSplitPoint(), run))
                        .stream())
                .toList();
    }

    private static Optional<EdgeObservation.Encoding> encoding(EncodingMeasurement encoding) {
        return codec(encoding.getCodec())
                .map(codec -> new EdgeObservation.Encoding(
                        encoding.getSplitPoint(),
                        codec,
                        moments(encoding.hasEncodeMicros(), encoding.getEncodeMicros()),
                        moments(encoding.hasBytes(), encoding.getBytes())));
    }

    private static Optional<EdgeObservation.Agreement> agreement(CodecAgreement agreement) {
        return codec(agreement.getCodec())
                .map(codec -> new EdgeObservation.Agreement(
                        agreement.getSplitPoint(),
                        codec,
                        agreement.getSamples(),
                        agreement.getAgreement(),
                        moments(agreement.hasRelativeError(), agreement.getRelativeError())));
    }

    private static Optional<EdgeObservation.PlacementTimes> placement(PlacementMeasurement measured) {
        Placement placement = PlanRecords.placement(measured.getPlacement());
        return codec(measured.getCodec())
                .map(codec -> new EdgeObservation.PlacementTimes(
                        measured.getPlanEpoch(),
                        placement,
                        codec,
                        moments(measured.hasTotalMicros(), measured.getTotalMicros()),
                        moments(measured.hasPreprocessMicros(), measured.getPreprocessMicros()),
                        moments(measured.hasHeadMicros(), measured.getHeadMicros()),
                        moments(measured.hasEncodeMicros(), measured.getEncodeMicros()),
                        moments(measured.hasBytes(), measured.getBytes()),
                        moments(measured.hasUplinkMicros(), measured.getUplinkMicros()),
                        moments(measured.hasBrokerMicros(), measured.getBrokerMicros()),
                        moments(measured.hasTailQueueMicros(), measured.getTailQueueMicros()),
                        moments(measured.hasDecodeMicros(), measured.getDecodeMicros()),
                        moments(measured.hasTailMicros(), measured.getTailMicros()),
                        moments(measured.hasResultMicros(), measured.getResultMicros()),
                        moments(measured.hasLocalCompletionMicros(), measured.getLocalCompletionMicros()),
                        moments(measured.hasJoules(), measured.getJoules()),
                        measured.getFailures(),
                        measured.getCompletedLocally(),
                        measured.getInFlight(),
                        moments(measured.hasResultBytes(), measured.getResultBytes()),
                        moments(measured.hasOtherMicros(), measured.getOtherMicros())));
    }

    /** Empty for a codec that a newer edge node knows. */
    private static Optional<Codec> codec(String id) {
        return id.isEmpty()
                ? Optional.of(Codec.RAW)
                : Codec.all().stream().filter(codec -> codec.id().equals(id)).findFirst();
    }

    /** @throws IllegalArgumentException when the window says something impossible */
    static TailObservation tail(MeasurementWindow window) {
        TailWindow tail = window.getTail();
        return new TailObservation(
                tail.getTail(),
                tail.getDevice(),
                Math.max(1, window.getLengthMicros()),
                Math.min(1, tail.getUtilization()),
                Math.max(1, tail.getWorkers()),
                tail.getWaiting(),
                tail.getModelsList().stream().map(MeasurementRecords::model).toList());
    }

    /** How busy the machine of the tail is. */
    static Pressure pressure(MeasurementWindow window) {
        return window.getTail().hasPressure() ? pressure(window.getTail().getPressure()) : Pressure.UNKNOWN;
    }

    private static TailObservation.ModelTimes model(TailModelWindow window) {
        return new TailObservation.ModelTimes(
                model(window.getModel()),
                window.getRequests(),
                window.getFailures(),
                moments(window.hasQueueMicros(), window.getQueueMicros()),
                moments(window.hasBatchSize(), window.getBatchSize()),
                window.getTailsList().stream().map(MeasurementRecords::times).toList());
    }

    private static TailObservation.PointTimes times(TailMeasurement tail) {
        return new TailObservation.PointTimes(
                tail.getSplitPoint(),
                moments(tail.hasDecodeMicros(), tail.getDecodeMicros()),
                moments(tail.hasRunMicros(), tail.getRunMicros()),
                tail.getDecodingsList().stream()
                        .flatMap(decoding -> moments(decoding.hasDecodeMicros(), decoding.getDecodeMicros())
                                .map(decode -> new TailObservation.Decoding(decoding.getCodec(), decode))
                                .stream())
                        .toList());
    }

    private static LinkObservation link(LinkEstimate link) {
        return new LinkObservation(
                knownUnlessZero(link.getUplinkBytesPerSecond()),
                knownUnlessZero(link.getUplinkErrorBytesPerSecond()),
                knownUnlessZero(link.getRoundTripMicros()),
                knownUnlessZero(link.getRoundTripErrorMicros()),
                link.getResidualMicros(),
                Integer.toUnsignedLong(link.getSamples()),
                knownUnlessZero(link.getDownlinkBytesPerSecond()),
                knownUnlessZero(link.getDownlinkErrorBytesPerSecond()));
    }

    private static Pressure pressure(DevicePressure pressure) {
        return new Pressure(
                pressure.hasCpuShare() ? OptionalDouble.of(pressure.getCpuShare()) : OptionalDouble.empty(),
                pressure.hasMemoryShare() ? OptionalDouble.of(pressure.getMemoryShare()) : OptionalDouble.empty(),
                pressure.hasBatteryShare() ? OptionalDouble.of(pressure.getBatteryShare()) : OptionalDouble.empty(),
                pressure.hasOnBattery() ? Optional.of(pressure.getOnBattery()) : Optional.empty(),
                pressure.hasWatts() ? OptionalDouble.of(pressure.getWatts()) : OptionalDouble.empty());
    }

    private static OptionalDouble knownUnlessZero(double value) {
        return value == 0 ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    private static ModelVersion model(ModelRef model) {
        return new ModelVersion(model.getName(), model.getVersion());
    }

    private static Optional<Moments> moments(boolean present, Summary summary) {
        return present && summary.getCount() != 0
                ? Optional.of(new Moments(
                        summary.getCount(),
                        summary.getMean(),
                        summary.getVariance(),
                        summary.getP50(),
                        summary.getP95()))
                : Optional.empty();
    }
}
