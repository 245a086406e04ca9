package dev.baton.orchestrator.kafka;

import dev.baton.orchestrator.fleet.EdgeReport;
import dev.baton.orchestrator.fleet.Link;
import dev.baton.orchestrator.fleet.SplitCodec;
import dev.baton.orchestrator.fleet.Summary;
import dev.baton.orchestrator.fleet.TailReport;
import dev.baton.planning.ModelVersion;
import dev.baton.schemas.records.EdgeModelWindow;
import dev.baton.schemas.records.EdgeWindow;
import dev.baton.schemas.records.EncodingMeasurement;
import dev.baton.schemas.records.HeadMeasurement;
import dev.baton.schemas.records.LinkEstimate;
import dev.baton.schemas.records.ModelRef;
import dev.baton.schemas.records.TailMeasurement;
import dev.baton.schemas.records.TailModelWindow;
import dev.baton.schemas.records.TailWindow;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Measurement windows from the messages that carry them. Numbers that cannot be measurements are refused. */
final class MeasurementRecords {
    private MeasurementRecords() {}

    /** @throws IllegalArgumentException when the window says something impossible */
    static EdgeReport report(EdgeWindow window) {
        return new EdgeReport(
                window.getEdgeNode(),
                window.hasLink() ? link(window.getLink()) : Link.UNKNOWN,
                window.getModelsList().stream().map(MeasurementRecords::report).toList());
    }

    private static EdgeReport.ModelReport report(EdgeModelWindow window) {
        Map<Integer, Summary> heads = new HashMap<>();
        for (HeadMeasurement head : window.getHeadsList()) {
            summary(head.hasRunMicros(), head.getRunMicros())
                    .ifPresent(summary -> heads.put(head.getSplitPoint(), summary));
        }
        Map<SplitCodec, EdgeReport.Encoding> encodings = new HashMap<>();
        for (EncodingMeasurement encoding : window.getEncodingsList()) {
            encodings.put(
                    new SplitCodec(encoding.getSplitPoint(), encoding.getCodec()),
                    new EdgeReport.Encoding(
                            summary(encoding.hasEncodeMicros(), encoding.getEncodeMicros()),
                            summary(encoding.hasBytes(), encoding.getBytes())));
        }
        return new EdgeReport.ModelReport(
                model(window.getModel()),
                window.getRequests(),
                window.getFailures(),
                window.getCompletedLocally(),
                window.getActivePlanEpoch(),
                summary(window.hasPreprocessMicros(), window.getPreprocessMicros()),
                heads,
                encodings,
                summary(window.hasEncodedInputBytes(), window.getEncodedInputBytes()),
                summary(window.hasBrokerMicros(), window.getBrokerMicros()),
                summary(window.hasTotalMicros(), window.getTotalMicros()));
    }

    /** @throws IllegalArgumentException when the window says something impossible */
    static TailReport report(TailWindow window) {
        return new TailReport(
                window.getTail(),
                window.getDevice(),
                window.getModelsList().stream().map(MeasurementRecords::report).toList());
    }

    private static TailReport.ModelReport report(TailModelWindow window) {
        Map<Integer, TailReport.Times> times = new HashMap<>();
        for (TailMeasurement tail : window.getTailsList()) {
            times.put(
                    tail.getSplitPoint(),
                    new TailReport.Times(
                            summary(tail.hasDecodeMicros(), tail.getDecodeMicros()),
                            summary(tail.hasRunMicros(), tail.getRunMicros())));
        }
        return new TailReport.ModelReport(
                model(window.getModel()),
                window.getRequests(),
                window.getFailures(),
                summary(window.hasQueueMicros(), window.getQueueMicros()),
                times);
    }

    private static Link link(LinkEstimate link) {
        return new Link(
                knownUnlessZero(link.getUplinkBytesPerSecond()),
                knownUnlessZero(link.getRoundTripMicros()),
                link.getResidualMicros(),
                Integer.toUnsignedLong(link.getSamples()));
    }

    private static OptionalDouble knownUnlessZero(double value) {
        return value == 0 ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    private static ModelVersion model(ModelRef model) {
        return new ModelVersion(model.getName(), model.getVersion());
    }

    private static Optional<Summary> summary(boolean present, dev.baton.schemas.records.Summary summary) {
        return present && summary.getCount() != 0
                ? Optional.of(new Summary(
                        summary.getCount(),
                        summary.getMean(),
                        summary.getVariance(),
                        summary.getP50(),
                        summary.getP95()))
                : Optional.empty();
    }
}
