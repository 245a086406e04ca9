package dev.baton.tensor.image;

import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.image.ImageInput.Channels;
import dev.baton.tensor.image.ImageInput.Layout;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Turns encoded pictures, JPEG or PNG, into one model's input tensor. Thread-safe; the same bytes give the same tensor,
 * bit for bit, on every machine.
 *
 * <p>A picture is taken as it is stored, as most training pipelines take it: the EXIF orientation is not applied, nor is
 * an embedded colour profile, and transparency is ignored. A grey picture has equal red, green and blue. Samples of 16
 * bits are scaled to 0..255.
 *
 * <p>Where the picture is larger than the target, a target pixel is the average of the area that it covers, exactly, each
 * source pixel weighted by its share; where it is smaller, it is interpolated between the two nearest pixels, centres at
 * half pixels. Both axes choose for themselves. Values are not rounded to whole numbers in between.
 */
public final class ImagePreprocessor {
    /*
     * Resampling is separable. The vertical pass comes first: a target row is a weighted sum of whole source rows, a loop
     * over contiguous samples that vectorises, whatever the order of their channels. The horizontal pass then works on as
     * many rows as the target has, and picks the channels. Area averages are what a shrinking picture needs against
     * aliasing, at the same cost: each source sample is read once (rows and columns on a border, twice).
     */
    private static final float[] LUMA = {0.299f, 0.587f, 0.114f};

    private final ImageInput input;
    private final float[] mean;
    private final float[] std;
    private volatile @Nullable Resampling last; // a camera's pictures have one size

    public ImagePreprocessor(ImageInput input) {
        this.input = input;
        this.mean = floats(input.mean());
        this.std = floats(input.std());
    }

    private static float[] floats(List<Double> values) {
        float[] floats = new float[values.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = values.get(i).floatValue();
        }
        return floats;
    }

    /**
     * The input tensor, FP32, {@code [1, C, H, W]} or {@code [1, H, W, C]}; each value {@code (v - mean) / std} with v in
     * 0..255.
     *
     * @throws UnreadableImageException when the bytes are no JPEG or PNG that can be read, or the picture has more than 64
     *     Mi pixels, which is found out before they are decoded
     */
    public Tensor toTensor(byte[] encodedImage) {
        BufferedImage image = EncodedPicture.decode(encodedImage);
        Resampling resampling = resampling(image.getWidth(), image.getHeight());
        float[] values = new float[input.channels().count() * input.height() * input.width()];
        fillWithBlack(values);
        resample(PictureRows.of(image), resampling, values);
        return Tensor.ofFloats(shape(), values);
    }

    /** {@code image/jpeg} or {@code image/png} by the first bytes; empty for anything else. */
    public static Optional<String> mediaType(byte[] encodedImage) {
        return EncodedPicture.mediaType(encodedImage);
    }

    private Shape shape() {
        int channels = input.channels().count();
        return input.layout() == Layout.NCHW
                ? Shape.of(1, channels, input.height(), input.width())
                : Shape.of(1, input.height(), input.width(), channels);
    }

    private Resampling resampling(int width, int height) {
        Resampling resampling = last;
        if (resampling == null || !resampling.isFor(width, height)) {
            resampling = Resampling.of(width, height, input);
            last = resampling;
        }
        return resampling;
    }

    private void fillWithBlack(float[] values) {
        for (int channel = 0; channel < input.channels().count(); channel++) {
            float black = normalised(0, channel);
            for (int y = 0; y < input.height(); y++) {
                for (int x = 0; x < input.width(); x++) {
                    values[index(channel, y, x)] = black;
                }
            }
        }
    }

    private void resample(PictureRows rows, Resampling resampling, float[] values) {
        AxisWeights down = resampling.vertical();
        AxisWeights across = resampling.horizontal();
        float[] row = new float[rows.samplesInRow()];
        float[] line = new float[across.targetLength()];
        float[] luma = new float[across.targetLength()];
        for (int y = 0; y < down.targetLength(); y++) {
            Arrays.fill(row, 0);
            for (int tap = 0; tap < down.taps(y); tap++) {
                rows.addTo(row, down.first(y) + tap, down.weight(y, tap));
            }
            if (input.channels() == Channels.GRAY && !rows.isGrey()) {
                Arrays.fill(luma, 0);
                for (int colour = 0; colour < LUMA.length; colour++) {
                    across.apply(row, rows.samplesInPixel(), rows.offset(colour), line);
                    for (int x = 0; x < line.length; x++) {
                        luma[x] += LUMA[colour] * line[x];
                    }
                }
                put(luma, 0, resampling.top() + y, resampling.left(), values);
            } else {
                for (int channel = 0; channel < input.channels().count(); channel++) {
                    int colour = input.channels() == Channels.BGR ? 2 - channel : channel;
                    across.apply(row, rows.samplesInPixel(), rows.offset(colour), line);
                    put(line, channel, resampling.top() + y, resampling.left(), values);
                }
            }
        }
    }

    private void put(float[] line, int channel, int y, int left, float[] values) {
        for (int x = 0; x < line.length; x++) {
            values[index(channel, y, left + x)] = normalised(line[x], channel);
        }
    }

    private float normalised(float value, int channel) {
        return (value - mean[channel]) / std[channel];
    }

    private int index(int channel, int y, int x) {
        return input.layout() == Layout.NCHW
                ? (channel * input.height() + y) * input.width() + x
                : (y * input.width() + x) * input.channels().count() + channel;
    }
}
