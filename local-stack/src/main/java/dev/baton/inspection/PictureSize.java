package dev.baton.inspection;

import dev.baton.tensor.image.ImageInput;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Optional;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/**
 * What sending a picture takes that the model's owner calls typical: the alternative to every split point.
 *
 * @param sentBytes the picture as it was given
 * @param jpegBytes the picture in the size of the model's input, as JPEG of quality 85
 */
public record PictureSize(long sentBytes, long jpegBytes) {

    private static final float QUALITY = 0.85f;

    /** Sizes of an encoded picture; empty when it cannot be read here. */
    public static Optional<PictureSize> of(byte[] encoded, ImageInput input) throws IOException {
        BufferedImage picture = ImageIO.read(new ByteArrayInputStream(encoded));
        return picture == null
                ? Optional.empty()
                : Optional.of(new PictureSize(encoded.length, jpeg(scaled(picture, input)).length));
    }

    private static BufferedImage scaled(BufferedImage picture, ImageInput input) {
        BufferedImage scaled = new BufferedImage(input.width(), input.height(), BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = scaled.createGraphics();
        try {
            graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
            graphics.drawImage(picture, 0, 0, input.width(), input.height(), null);
        } finally {
            graphics.dispose();
        }
        return scaled;
    }

    private static byte[] jpeg(BufferedImage picture) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            ImageWriteParam quality = writer.getDefaultWriteParam();
            quality.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            quality.setCompressionQuality(QUALITY);
            writer.setOutput(out);
            writer.write(null, new IIOImage(picture, null, null), quality);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
