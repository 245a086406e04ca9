package dev.baton.whatif;

import dev.baton.inspection.PictureSize;
import dev.baton.partitioning.accuracy.AccuracyProfile;
import dev.baton.partitioning.splitpackage.Manifest;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.planning.ModelProfile;
import dev.baton.planning.ModelVersion;
import dev.baton.planning.device.Device;
import dev.baton.planning.device.ModelTimes;
import dev.baton.tensor.image.ImageInput;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A model between two devices that are only described.
 *
 * @param model its split points and codecs
 * @param manifest of its package
 * @param edge what it takes on the edge node
 * @param tail what it takes on the tail
 * @param pictureNote how large clients' pictures are taken to be, and why; empty where they send tensors
 */
public record Question(
        ModelProfile model, Manifest manifest, ModelTimes edge, ModelTimes tail, Optional<String> pictureNote) {

    /** A JPEG of quality 85 takes about so many bytes a pixel, and so many besides (docs/codecs.md has measured sizes). */
    private static final double JPEG_BYTES_PER_PIXEL = 0.22;

    private static final int JPEG_BYTES = 600;

    /**
     * A package between two devices.
     *
     * @param pictureBytes size of clients' pictures; by default what the package's sample takes as a JPEG in the size of the
     *     model's input, and without a sample an estimate from that size
     */
    public static Question of(
            SplitPackage splitPackage,
            Device edge,
            Device tail,
            OptionalLong pictureBytes,
            Optional<AccuracyProfile> accuracy)
            throws IOException {
        Manifest manifest = splitPackage.manifest();
        ModelVersion version = new ModelVersion(manifest.model(), splitPackage.version());
        Optional<Picture> picture = manifest.image().isEmpty()
                ? Optional.empty()
                : Optional.of(picture(splitPackage, manifest.image().get(), pictureBytes));
        OptionalLong bytes = picture.map(one -> OptionalLong.of(one.bytes())).orElse(OptionalLong.empty());
        return new Question(
                ModelProfile.of(version, manifest, bytes, accuracy),
                manifest,
                ModelTimes.of(edge, manifest, version.version()),
                ModelTimes.of(tail, manifest, version.version()),
                picture.map(Picture::note));
    }

    private record Picture(long bytes, String note) {}

    private static Picture picture(SplitPackage splitPackage, ImageInput image, OptionalLong given) throws IOException {
        if (given.isPresent()) {
            return new Picture(given.getAsLong(), "pictures of %d bytes, as given".formatted(given.getAsLong()));
        }
        Optional<byte[]> sample = splitPackage.sampleImage();
        Optional<PictureSize> size = sample.isPresent() ? PictureSize.of(sample.get(), image) : Optional.empty();
        if (size.isPresent()) {
            long bytes = size.get().jpegBytes();
            return new Picture(
                    bytes, "pictures of %d bytes: the sample as a JPEG in the size of the input".formatted(bytes));
        }
        long bytes = Math.round(JPEG_BYTES + JPEG_BYTES_PER_PIXEL * image.width() * image.height());
        return new Picture(
                bytes,
                "pictures of %d bytes: an estimate for a JPEG of %d × %d pixels (--image or --picture-bytes say more)"
                        .formatted(bytes, image.width(), image.height()));
    }
}
