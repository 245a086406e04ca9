package dev.baton.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * An encoded picture, JPEG or PNG, for models whose package says how a picture becomes their input. The server decodes
 * and scales it, so it is sent as the camera gave it.
 */
public final class Picture {

    private static final ByteString JPEG = hex("ffd8ff");
    private static final ByteString PNG = hex("89504e470d0a1a0a");

    private final String mediaType;
    private final ByteString encoded;

    private Picture(String mediaType, ByteString encoded) {
        this.mediaType = mediaType;
        this.encoded = encoded;
    }

    /**
     * {@return the picture in a file}
     *
     * @param file a JPEG or PNG
     * @throws IOException when it cannot be read
     * @throws IllegalArgumentException when it is neither JPEG nor PNG
     */
    public static Picture of(Path file) throws IOException {
        return of(UnsafeByteOperations.unsafeWrap(Files.readAllBytes(file)), file.toString());
    }

    /**
     * {@return the picture in these bytes}, which are copied
     *
     * @param encoded a JPEG or PNG
     * @throws IllegalArgumentException when it is neither
     */
    public static Picture of(byte[] encoded) {
        return of(ByteString.copyFrom(encoded), "the picture");
    }

    private static Picture of(ByteString encoded, String what) {
        if (encoded.startsWith(JPEG)) {
            return new Picture("image/jpeg", encoded);
        }
        if (encoded.startsWith(PNG)) {
            return new Picture("image/png", encoded);
        }
        throw new IllegalArgumentException("%s is neither JPEG nor PNG: %d bytes that begin with '%s'"
                .formatted(
                        what,
                        encoded.size(),
                        HexFormat.of()
                                .formatHex(encoded.substring(0, Math.min(8, encoded.size()))
                                        .toByteArray())));
    }

    /**
     * {@return the image as a PNG, without loss}
     *
     * @param image of any type
     */
    public static Picture png(BufferedImage image) {
        return new Picture("image/png", written(image, "png", null));
    }

    /**
     * {@return the image as a JPEG}; JPEG knows no transparency, what is transparent becomes black
     *
     * @param image of any type
     * @param quality from 0, smallest, to 1, best
     * @throws IllegalArgumentException when the quality is not between 0 and 1
     */
    public static Picture jpeg(BufferedImage image, double quality) {
        if (!(quality >= 0 && quality <= 1)) {
            throw new IllegalArgumentException("JPEG quality %s; expected 0 to 1".formatted(quality));
        }
        return new Picture("image/jpeg", written(opaque(image), "jpeg", (float) quality));
    }

    /** JPEG writers refuse transparency, or mistake it for a fourth colour. */
    private static BufferedImage opaque(BufferedImage image) {
        if (!image.getColorModel().hasAlpha()) {
            return image;
        }
        BufferedImage opaque = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = opaque.createGraphics();
        graphics.drawImage(image, 0, 0, null);
        graphics.dispose();
        return opaque;
    }

    private static ByteString written(BufferedImage image, String format, @Nullable Float quality) {
        Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName(format);
        if (!writers.hasNext()) {
            throw new IllegalStateException(
                    "this JVM has no writer for %s: is java.desktop complete?".formatted(format));
        }
        ImageWriter writer = writers.next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream output = ImageIO.createImageOutputStream(bytes)) {
            ImageWriteParam settings = writer.getDefaultWriteParam();
            if (quality != null) {
                settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                settings.setCompressionQuality(quality);
            }
            writer.setOutput(output);
            writer.write(null, new IIOImage(image, List.of(), null), settings);
        } catch (IOException e) {
            throw new UncheckedIOException("writing %s into memory".formatted(format), e);
        } finally {
            writer.dispose();
        }
        return UnsafeByteOperations.unsafeWrap(bytes.toByteArray());
    }

    /** {@return {@code image/jpeg} or {@code image/png}} */
    public String mediaType() {
        return mediaType;
    }

    /** {@return the encoded bytes, read-only, not copied} */
    public ByteBuffer data() {
        return encoded.asReadOnlyByteBuffer();
    }

    ByteString encoded() {
        return encoded;
    }

    private static ByteString hex(String digits) {
        return ByteString.copyFrom(HexFormat.of().parseHex(digits));
    }

    /** {@return media type and size} */
    @Override
    public String toString() {
        return "%s, %d bytes".formatted(mediaType, encoded.size());
    }
}
