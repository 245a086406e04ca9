package dev.baton.partitioning.accuracy;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.baton.partitioning.splitpackage.ManifestJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What each codec at each split point does to a model's answers on one data set; a JSON file. A planner finds here which codecs
 * keep to an accuracy budget: {@link SplitPointAccuracy#within}.
 *
 * @param format 1
 * @param model the model's name
 * @param version the digest of the split package's manifest that was evaluated: split points of another version are others
 * @param dataset what it was evaluated on
 * @param metric what the budget is about
 * @param budget what was asked for when the smallest codecs were marked
 * @param measuredOn the machine that times were measured on
 * @param measuredAt ISO 8601 in UTC
 * @param whole the whole model's own answers, where the data set has labels
 * @param splitPoints by index; the last, where nothing crosses, is not among them
 * @param pictures what sending the picture instead does, for models that take pictures
 */
public record AccuracyProfile(
        int format,
        String model,
        String version,
        Dataset dataset,
        Metric metric,
        AccuracyBudget budget,
        String measuredOn,
        String measuredAt,
        Optional<WholeAccuracy> whole,
        List<SplitPointAccuracy> splitPoints,
        List<PictureAccuracy> pictures) {
    /** The only format there is. */
    public static final int FORMAT = 1;
    /** A file of more bytes is refused unread. */
    private static final long MAX_BYTES = 64L << 20;

    /** What decides whether an answer is still good. */
    public enum Metric {
        /** For classifications: whether the likeliest class is the whole model's. */
        TOP1,
        /** For other outputs: how far they are from the whole model's, relative to them. */
        RELATIVE_ERROR
    }

    /**
     * What a model was evaluated on.
     *
     * @param samples that were used, the first of the data set
     * @param sha256 of the data set's bytes, whole, in hexadecimal
     * @param labelled whether it says what the right answers are
     */
    public record Dataset(String name, long samples, String sha256, boolean labelled) {
        public Dataset {
            if (samples < 1 || !sha256.matches("[0-9a-f]{64}")) {
                throw new IllegalArgumentException(
                        "data set '%s' of %d samples with SHA-256 '%s': expected a sample and 64 hexadecimal digits"
                                .formatted(name, samples, sha256));
            }
        }
    }

    /**
     * The whole model, measured against the labels.
     *
     * @param accuracy share of samples whose likeliest class is a right one
     * @param crossEntropy mean, in nats
     */
    public record WholeAccuracy(double accuracy, double crossEntropy) {}

    public AccuracyProfile {
        splitPoints = List.copyOf(splitPoints);
        pictures = List.copyOf(pictures);
        if (format != FORMAT) {
            throw new IllegalArgumentException("accuracy profile of format %d: expected %d".formatted(format, FORMAT));
        }
        Set<Integer> indices = new HashSet<>();
        for (SplitPointAccuracy point : splitPoints) {
            if (!indices.add(point.index())) {
                throw new IllegalArgumentException("split point %d is there twice".formatted(point.index()));
            }
        }
    }

    /** What was found at the split point of this index. */
    public Optional<SplitPointAccuracy> splitPoint(int index) {
        return splitPoints.stream().filter(point -> point.index() == index).findFirst();
    }

    /**
     * Reads a profile.
     *
     * @throws IOException naming the file, when it is none
     */
    public static AccuracyProfile read(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException("%s is no accuracy profile: it has %d bytes, expected at most %d"
                    .formatted(file, Files.size(file), MAX_BYTES));
        }
        try {
            return ManifestJson.mapper().readValue(Files.readAllBytes(file), AccuracyProfile.class);
        } catch (JsonProcessingException e) {
            throw new IOException("%s is no accuracy profile: %s".formatted(file, e.getOriginalMessage()), e);
        }
    }

    /**
     * A profile from its JSON.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static AccuracyProfile parse(byte[] json) {
        try {
            return ManifestJson.mapper().readValue(json, AccuracyProfile.class);
        } catch (IOException e) {
            String detail = e instanceof JsonProcessingException malformed
                    ? malformed.getOriginalMessage()
                    : String.valueOf(e.getMessage());
            throw new IllegalArgumentException("no accuracy profile: " + detail, e);
        }
    }

    /** As JSON: the same profile gives the same bytes. */
    public byte[] toJson() {
        try {
            return ManifestJson.mapper().writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an accuracy profile that cannot be written as JSON", e);
        }
    }
}
