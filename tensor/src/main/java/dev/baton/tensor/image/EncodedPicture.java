package dev.baton.tensor.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Reads JPEG and PNG through ImageIO, without believing what it reads: pictures come from clients. */
final class EncodedPicture {
    static final long MAX_PIXELS = 64L << 20;

    /** What a decoded picture may occupy: 64 Mi pixels of four bytes; 16-bit samples make it fewer pixels. */
    private static final long MAX_DECODED_BYTES = 4 * MAX_PIXELS;

    private static final byte[] JPEG = {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF};
    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

    private static final byte[] PROFILE = {'I', 'C', 'C', '_', 'P', 'R', 'O', 'F', 'I', 'L', 'E', 0};
    private static final byte MARKER = (byte) 0xFF;
    private static final byte APP2 = (byte) 0xE2;
    private static final byte START_OF_SCAN = (byte) 0xDA;
    private static final byte END_OF_IMAGE = (byte) 0xD9;

    /** Marker and length. */
    private static final int SEGMENT_HEADER = 4;

    private EncodedPicture() {}

    static Optional<String> mediaType(byte[] bytes) {
        if (startsWith(bytes, JPEG)) {
            return Optional.of("image/jpeg");
        }
        return startsWith(bytes, PNG) ? Optional.of("image/png") : Optional.empty();
    }

    private static boolean startsWith(byte[] bytes, byte[] start) {
        return bytes.length >= start.length && Arrays.equals(bytes, 0, start.length, start, 0, start.length);
    }

    static BufferedImage decode(byte[] bytes) {
        String mediaType = mediaType(bytes)
                .orElseThrow(() ->
                        new UnreadableImageException("%d bytes that are neither JPEG nor PNG".formatted(bytes.length)));
        Iterator<ImageReader> readers = ImageIO.getImageReadersByMIMEType(mediaType);
        if (!readers.hasNext()) {
            throw new UnreadableImageException("this Java runtime has no reader for " + mediaType);
        }
        ImageReader reader = readers.next();
        try (ImageInputStream stream =
                new MemoryCacheImageInputStream(new ByteArrayInputStream(withoutProfile(bytes)))) {
            reader.setInput(stream, true, true); // without metadata: a compressed comment could be a bomb of its own
            requireModestSize(reader);
            return readWhole(reader);
        } catch (UnreadableImageException refused) {
            throw refused;
        } catch (IOException | RuntimeException failed) { // ImageIO throws either for broken pictures
            throw new UnreadableImageException(
                    "%s of %d bytes cannot be read: %s".formatted(mediaType, bytes.length, failed.getMessage()),
                    failed);
        } finally {
            reader.dispose();
        }
    }

    /*
     * The JPEG reader converts colours when a picture has a profile (phones' wide-gamut ones do), the PNG reader does not,
     * and models are trained on samples as they are stored. A segment that does not say ICC_PROFILE is no profile; this
     * also keeps clients' profiles away from the native colour management.
     */
    private static byte[] withoutProfile(byte[] bytes) {
        if (!startsWith(bytes, JPEG)) {
            return bytes;
        }
        byte[] result = bytes;
        int at = JPEG.length - 1; // at the first segment's marker
        while (at + SEGMENT_HEADER <= bytes.length
                && bytes[at] == MARKER
                && bytes[at + 1] != START_OF_SCAN
                && bytes[at + 1] != END_OF_IMAGE) {
            if (bytes[at + 1] == MARKER) { // padding
                at++;
                continue;
            }
            int content = at + SEGMENT_HEADER;
            int end = at + 2 + (((bytes[at + 2] & 0xFF) << 8) | (bytes[at + 3] & 0xFF));
            if (bytes[at + 1] == APP2
                    && content + PROFILE.length <= bytes.length
                    && Arrays.equals(bytes, content, content + PROFILE.length, PROFILE, 0, PROFILE.length)) {
                result = result == bytes ? bytes.clone() : result;
                result[content] = '-';
            }
            at = end;
        }
        return result;
    }

    /** Looks at the header only. */
    private static void requireModestSize(ImageReader reader) throws IOException {
        long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
        var type = reader.getRawImageType(0);
        int bytesInPixel = type == null ? 4 : Math.ceilDiv(type.getColorModel().getPixelSize(), 8);
        if (pixels > MAX_PIXELS || pixels * bytesInPixel > MAX_DECODED_BYTES) {
            throw new UnreadableImageException(
                    "a picture of %d x %d pixels, %d bytes each: at most %d pixels and %d bytes"
                            .formatted(
                                    reader.getWidth(0),
                                    reader.getHeight(0),
                                    bytesInPixel,
                                    MAX_PIXELS,
                                    MAX_DECODED_BYTES));
        }
    }

    private static BufferedImage readWhole(ImageReader reader) throws IOException {
        List<String> warnings = new ArrayList<>();
        reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
        BufferedImage image = reader.read(0);
        for (String warning : warnings) {
            if (warning.contains("premature end")) { // libjpeg fills what is missing with grey, and only warns
                throw new UnreadableImageException("the picture is truncated: " + warning);
            }
        }
        return image;
    }
}
