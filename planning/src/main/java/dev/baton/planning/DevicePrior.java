package dev.baton.planning;

import dev.baton.partitioning.profile.CodecTime;
import dev.baton.partitioning.profile.DeviceProfile;
import dev.baton.partitioning.profile.LayerCost;
import dev.baton.partitioning.profile.LayerTimeModel;
import dev.baton.partitioning.profile.PredictedTime;
import dev.baton.partitioning.profile.SplitPointTime;
import dev.baton.partitioning.profile.TimeSummary;
import dev.baton.partitioning.splitpackage.Manifest;
import java.util.Arrays;
import java.util.Optional;

/**
 * What a device profile says that a model takes on a device nobody has measured the model on. Shared by all edge nodes of that
 * kind; immutable. Times are in microseconds, {@code NaN} where the profile does not tell.
 */
public final class DevicePrior {
    private final String device;
    final double[] headMicros;
    final double[] headErrors;
    final double[] tailMicros;
    final double[] tailErrors;
    /** By alternative. */
    final double[] encodeMicros;

    final double[] decodeMicros;

    private DevicePrior(String device, ModelProfile profile) {
        this.device = device;
        int points = profile.points().size();
        headMicros = unknown(points);
        headErrors = unknown(points);
        tailMicros = unknown(points);
        tailErrors = unknown(points);
        encodeMicros = unknown(profile.alternatives());
        decodeMicros = unknown(profile.alternatives());
    }

    private static double[] unknown(int length) {
        double[] values = new double[length];
        Arrays.fill(values, Double.NaN);
        return values;
    }

    /**
     * What {@code device} says of a model: what it measured of this version, and else what its regression predicts from
     * operators' costs. Codec times are known only where this version was measured.
     */
    public static DevicePrior of(DeviceProfile device, ModelProfile profile, Manifest manifest) {
        DevicePrior prior = new DevicePrior(device.device(), profile);
        device.layerTimes().ifPresent(layers -> prior.predict(layers, manifest));
        device.model(profile.model().version())
                .ifPresent(measured -> measured.splitPoints().forEach(point -> prior.take(point, profile)));
        prior.headMicros[0] = 0;
        prior.headErrors[0] = 0;
        prior.tailMicros[profile.lastPoint()] = 0;
        prior.tailErrors[profile.lastPoint()] = 0;
        return prior;
    }

    private void predict(LayerTimeModel layers, Manifest manifest) {
        if (manifest.operators().isEmpty()) {
            return;
        }
        for (int point = 0; point < headMicros.length; point++) {
            int head = manifest.splitPoints().get(point).headOperators();
            int all = manifest.operators().size();
            fill(layers.predict(LayerCost.of(manifest.operators().subList(0, head))), headMicros, headErrors, point);
            fill(layers.predict(LayerCost.of(manifest.operators().subList(head, all))), tailMicros, tailErrors, point);
        }
    }

    private static void fill(Optional<PredictedTime> time, double[] micros, double[] errors, int point) {
        time.ifPresent(predicted -> {
            micros[point] = predicted.micros();
            errors[point] = predicted.standardError();
        });
    }

    private void take(SplitPointTime measured, ModelProfile profile) {
        int point = measured.index();
        if (point >= headMicros.length) {
            return;
        }
        measured.head().ifPresent(time -> take(time, headMicros, headErrors, point));
        measured.tail().ifPresent(time -> take(time, tailMicros, tailErrors, point));
        for (CodecTime codec : measured.codecs()) {
            ModelProfile.CODECS.stream()
                    .filter(known -> known.id().equals(codec.codec()))
                    .map(known -> profile.alternative(point, known))
                    .filter(alternative -> alternative > 0)
                    .forEach(alternative -> {
                        encodeMicros[alternative] = codec.encode().medianMicros();
                        decodeMicros[alternative] = codec.decode().medianMicros();
                    });
        }
    }

    private static void take(TimeSummary time, double[] micros, double[] errors, int point) {
        micros[point] = time.medianMicros();
        errors[point] = time.medianMicros() * Math.max(0.02, time.spread());
    }

    /** The device's name, for people. */
    public String device() {
        return device;
    }

    /** What the head of a split point takes; {@code NaN} when the profile does not tell. */
    public double headMicros(int splitPoint) {
        return headMicros[splitPoint];
    }

    /** What the tail behind a split point takes; {@code NaN} when the profile does not tell. */
    public double tailMicros(int splitPoint) {
        return tailMicros[splitPoint];
    }

    /** What encoding takes for an alternative; {@code NaN} when the profile does not tell. */
    public double encodeMicros(int alternative) {
        return encodeMicros[alternative];
    }

    /** What decoding takes for an alternative; {@code NaN} when the profile does not tell. */
    public double decodeMicros(int alternative) {
        return decodeMicros[alternative];
    }
}
