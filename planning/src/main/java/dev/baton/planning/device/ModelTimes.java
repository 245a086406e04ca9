package dev.baton.planning.device;

import dev.baton.partitioning.profile.CodecTime;
import dev.baton.partitioning.profile.DeviceProfile;
import dev.baton.partitioning.profile.LayerCost;
import dev.baton.partitioning.profile.LayerTimeModel;
import dev.baton.partitioning.profile.ModelProfile;
import dev.baton.partitioning.profile.PredictedTime;
import dev.baton.partitioning.profile.SplitPointTime;
import dev.baton.partitioning.profile.TimeSummary;
import dev.baton.partitioning.splitpackage.CodecMeasurement;
import dev.baton.partitioning.splitpackage.Manifest;
import dev.baton.partitioning.splitpackage.OperatorEntry;
import dev.baton.partitioning.splitpackage.SplitPointEntry;
import dev.baton.tensor.codec.Codec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/*
 * Three sources, the best that there is for each number. A profile of the device that holds this very version says what its heads
 * and tails took; a profile of other models on the device predicts them from the operators; and where nobody ran anything there,
 * operations divided by the device's published speed must do, which knows no difference between a depthwise convolution and a
 * dense one and is off by a factor of two easily.
 */
/** What one version of a model takes on one device: heads, tails, codecs, pictures. Times in microseconds. */
public final class ModelTimes {

    /** The half of what an estimate from operations and a published speed may be off, relative. */
    private static final double ESTIMATE_ERROR = 0.35;

    private static final double CODEC_ERROR = 0.4;

    /** What moving a byte is taken to cost, in operations, where an operator's own are unknown. */
    private static final double OPERATIONS_PER_BYTE = 4;

    private final Device device;
    private final Manifest manifest;
    private final Optional<ModelProfile> measured;

    /** From where a time is. */
    public enum Origin {
        /** Somebody ran it on the device. */
        MEASURED,
        /** By the device's regression over operators. */
        PREDICTED,
        /** From operations and published speed. */
        ESTIMATED
    }

    /**
     * A time.
     *
     * @param micros its mean
     * @param deviation standard deviation from run to run
     * @param error standard error of the mean, as far as known
     * @param origin where it is from
     */
    public record Time(double micros, double deviation, double error, Origin origin) {
        static final Time NONE = new Time(0, 0, 0, Origin.MEASURED);
    }

    private ModelTimes(Device device, Manifest manifest, Optional<ModelProfile> measured) {
        this.device = device;
        this.manifest = manifest;
        this.measured = measured;
    }

    /**
     * The times of a package on a device.
     *
     * @param digest the package's version, by which a device profile knows it
     */
    public static ModelTimes of(Device device, Manifest manifest, String digest) {
        return new ModelTimes(device, manifest, device.measured().flatMap(profile -> profile.model(digest)));
    }

    public Device device() {
        return device;
    }

    /** The head of a split point; nothing at 0, the whole model at the last. Empty where the package lists no operators. */
    public Optional<Time> head(int splitPoint) {
        int operators = manifest.splitPoint(splitPoint).headOperators();
        if (splitPoint == 0) {
            return Optional.of(Time.NONE);
        }
        Optional<TimeSummary> run = splitPoint == manifest.lastIndex()
                ? measured.map(ModelProfile::whole)
                : measured(splitPoint).flatMap(SplitPointTime::head);
        return run.map(ModelTimes::time).or(() -> run(0, operators));
    }

    /** The tail of a split point; the whole model at 0, nothing at the last. Empty where the package lists no operators. */
    public Optional<Time> tail(int splitPoint) {
        SplitPointEntry point = manifest.splitPoint(splitPoint);
        if (splitPoint == manifest.lastIndex()) {
            return Optional.of(Time.NONE);
        }
        Optional<TimeSummary> run = splitPoint == 0
                ? measured.map(ModelProfile::whole)
                : measured(splitPoint).flatMap(SplitPointTime::tail);
        return run.map(ModelTimes::time)
                .or(() -> run(point.headOperators(), point.headOperators() + point.tailOperators()));
    }

    private Optional<SplitPointTime> measured(int splitPoint) {
        return measured.flatMap(profile -> profile.splitPoints().stream()
                .filter(point -> point.index() == splitPoint)
                .findFirst());
    }

    private static Time time(TimeSummary summary) {
        // The quartiles of a normal distribution are 1.349 standard deviations apart.
        double deviation = summary.spread() * summary.medianMicros() / 1.349;
        return new Time(summary.medianMicros(), deviation, deviation / Math.sqrt(summary.samples()), Origin.MEASURED);
    }

    private Optional<Time> run(int from, int to) {
        List<OperatorEntry> operators = manifest.operators();
        if (operators.isEmpty()) {
            return Optional.empty();
        }
        List<OperatorEntry> part = operators.subList(from, to);
        Optional<PredictedTime> predicted =
                device.measured().flatMap(profile -> profile.layerTimes()).flatMap(model -> predict(model, part));
        if (predicted.isPresent()) {
            double micros = predicted.get().micros();
            return Optional.of(new Time(
                    micros, micros * device.spread().value(), predicted.get().standardError(), Origin.PREDICTED));
        }
        double operations = part.stream().mapToDouble(ModelTimes::operations).sum();
        double micros = operations / (device.gigaflops().value() * 1e3)
                + device.runMicros().value();
        return Optional.of(
                new Time(micros, micros * device.spread().value(), micros * ESTIMATE_ERROR, Origin.ESTIMATED));
    }

    /** Those of an operator; where they are unknown, moving its bytes must stand for them. */
    private static double operations(OperatorEntry operator) {
        return operator.flops().isPresent()
                ? operator.flops().getAsLong()
                : OPERATIONS_PER_BYTE * ((double) operator.weightBytes() + operator.activationBytes());
    }

    private static Optional<PredictedTime> predict(LayerTimeModel model, List<OperatorEntry> part) {
        return model.predict(LayerCost.of(part));
    }

    /** Encoding all that crosses at a split point. */
    public Time encode(int splitPoint, Codec codec) {
        return measured(splitPoint, codec)
                .map(time -> time(time.encode()))
                .orElseGet(() -> estimatedCodec(splitPoint, codec));
    }

    /** Decoding it. */
    public Time decode(int splitPoint, Codec codec) {
        return measured(splitPoint, codec)
                .map(time -> time(time.decode()))
                .orElseGet(() -> estimatedCodec(splitPoint, codec));
    }

    private Optional<CodecTime> measured(int splitPoint, Codec codec) {
        return measured(splitPoint).flatMap(point -> point.codecs().stream()
                .filter(time -> time.codec().equals(codec.id()))
                .findFirst());
    }

    private Time estimatedCodec(int splitPoint, Codec codec) {
        return estimated(
                CodecSpeeds.micros(codec, manifest.splitPoint(splitPoint).crossingBytes()));
    }

    /** Turning a client's compressed picture into the model's input. */
    public Time picture(long pictureBytes) {
        return estimated(
                CodecSpeeds.pictureMicros(pictureBytes, manifest.splitPoint(0).crossingBytes()));
    }

    /**
     * All of it as a device profile of this one version, such as planning takes for a prior; what nobody measured is in it
     * with its error as spread, and a single sample.
     */
    public DeviceProfile asProfile(String digest, String at) {
        List<SplitPointTime> points = new ArrayList<>();
        for (SplitPointEntry point : manifest.splitPoints()) {
            boolean first = point.index() == 0;
            boolean last = point.index() == manifest.lastIndex();
            List<CodecTime> codecs = last
                    ? List.of()
                    : point.codecs().stream()
                            .map(known -> codecTime(point, known))
                            .toList();
            Optional<TimeSummary> head =
                    first ? Optional.empty() : head(point.index()).map(ModelTimes::summary);
            Optional<TimeSummary> tail =
                    last ? Optional.empty() : tail(point.index()).map(ModelTimes::summary);
            if (head.isPresent() || tail.isPresent()) {
                points.add(new SplitPointTime(point.index(), point.headOperators(), head, tail, codecs));
            }
        }
        DeviceProfile.Setup setup = device.measured()
                .map(DeviceProfile::setup)
                .orElseGet(() -> new DeviceProfile.Setup(device.title(), 0, "", "", "", 0, "", ""));
        DeviceProfile profile = DeviceProfile.empty(device.name(), setup, at);
        Optional<Time> whole = head(manifest.lastIndex());
        return whole.isEmpty()
                ? profile
                : new DeviceProfile(
                        DeviceProfile.FORMAT,
                        device.name(),
                        setup,
                        at,
                        List.of(new ModelProfile(manifest.model(), digest, summary(whole.get()), 1, points, List.of())),
                        Optional.empty());
    }

    private CodecTime codecTime(SplitPointEntry point, CodecMeasurement known) {
        Codec codec = Codec.parse(known.codec());
        return new CodecTime(
                codec.id(),
                known.bytes(),
                summary(encode(point.index(), codec)),
                summary(decode(point.index(), codec)));
    }

    private static TimeSummary summary(Time time) {
        boolean measured = time.origin() == Origin.MEASURED;
        double deviation = measured ? time.deviation() : Math.max(time.deviation(), time.error());
        return new TimeSummary(
                time.micros(),
                time.micros() + 1.645 * deviation,
                time.micros() == 0 ? 0 : deviation / time.micros(),
                1);
    }

    private Time estimated(double referenceMicros) {
        double micros = referenceMicros / device.codecSpeed().value();
        return new Time(micros, micros * device.spread().value(), micros * CODEC_ERROR, Origin.ESTIMATED);
    }
}
