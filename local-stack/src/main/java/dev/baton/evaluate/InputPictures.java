package dev.baton.evaluate;

import dev.baton.tensor.Tensor;
import dev.baton.tensor.image.ImageInput;
import dev.baton.tensor.image.ImagePreprocessor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Pictures as a model sees them: at its input's size, as a tensor or encoded again. */
public final class InputPictures {
    private final ImagePreprocessor toInput;
    private final ImagePreprocessor toPixels;
    private final ImageInput pixels;

    public InputPictures(ImageInput image) {
        toInput = new ImagePreprocessor(image);
        ImageInput.Channels channels =
                image.channels() == ImageInput.Channels.GRAY ? image.channels() : ImageInput.Channels.RGB;
        List<Double> zeros = Collections.nCopies(channels.count(), 0.0);
        List<Double> ones = Collections.nCopies(channels.count(), 1.0);
        pixels = new ImageInput(
                image.input(),
                image.width(),
                image.height(),
                image.resize(),
                channels,
                ImageInput.Layout.NHWC,
                zeros,
                ones);
        toPixels = new ImagePreprocessor(pixels);
    }

    Tensor tensor(byte[] encoded) {
        return toInput.toTensor(encoded);
    }

    /** The picture at the input's size, 8 bits a channel. */
    private BufferedImage atInputSize(byte[] encoded) {
        float[] values = toPixels.toTensor(encoded).toFloats();
        int channels = pixels.channels().count();
        BufferedImage image = new BufferedImage(
                pixels.width(),
                pixels.height(),
                channels == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
        int[] samples = new int[values.length];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = Math.clamp(Math.round(values[i]), 0, 255);
        }
        image.getRaster().setPixels(0, 0, pixels.width(), pixels.height(), samples);
        return image;
    }

    /** Without loss, at the input's size. */
    byte[] png(byte[] encoded) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(atInputSize(encoded), "png", bytes);
        return bytes.toByteArray();
    }

    /**
     * Baseline JPEG at the input's size, as Java's ImageIO writes it: colour at half the resolution.
     *
     * @param quality 1..100
     */
    public byte[] jpeg(byte[] encoded, int quality) throws IOException {
        BufferedImage image = atInputSize(encoded);
        ImageWriter writer = ImageIO.getImageWriters(ImageTypeSpecifier.createFromRenderedImage(image), "jpeg")
                .next();
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(bytes)) {
                ImageWriteParam parameters = writer.getDefaultWriteParam();
                parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                parameters.setCompressionQuality(quality / 100f);
                writer.setOutput(stream);
                writer.write(null, new IIOImage(image, null, null), parameters);
            }
            return bytes.toByteArray();
        } finally {
            writer.dispose();
        }
    }
}
