package dev.baton.tensor.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.image.ImageInput.Channels;
import dev.baton.tensor.image.ImageInput.Layout;
import dev.baton.tensor.image.ImageInput.Resize;
import java.awt.Color;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ImagePreprocessorTest {
    private static final float EXACT = 1e-4f;

    @Test
    void averagesTheAreaThatATargetPixelCovers() throws IOException {
        BufferedImage image = grey(new int[][] {
            {0, 10, 100, 110},
            {20, 30, 120, 130},
        });
        assertThat(values(image, target(2, 1, Resize.STRETCH, Channels.GRAY))).containsExactly(15f, 115f);
    }

    @Test
    void aPixelOnABorderCountsForBothSidesByItsShare() throws IOException {
        BufferedImage image = grey(new int[][] {{0, 90, 240}});
        // Each target pixel covers one and a half source pixels.
        assertThat(values(image, target(2, 1, Resize.STRETCH, Channels.GRAY)))
                .containsExactly(new float[] {(0 + 45) / 1.5f, (45 + 240) / 1.5f}, within(EXACT));
    }

    @Test
    void interpolatesBetweenCentresWhenEnlarging() throws IOException {
        BufferedImage image = grey(new int[][] {{0, 100}});
        assertThat(values(image, target(4, 1, Resize.STRETCH, Channels.GRAY)))
                .containsExactly(new float[] {0, 25, 75, 100}, within(EXACT));
    }

    @Test
    void aPictureOfTheRightSizeKeepsItsValues() throws IOException {
        BufferedImage image = noise(13, 9, new SplittableRandom(1));
        for (Resize resize : Resize.values()) {
            float[] values = values(image, target(13, 9, resize, Channels.RGB));
            for (int y = 0; y < 9; y++) {
                for (int x = 0; x < 13; x++) {
                    Color colour = new Color(image.getRGB(x, y));
                    assertThat(values[y * 13 + x]).isEqualTo(colour.getRed());
                    assertThat(values[(9 + y) * 13 + x]).isEqualTo(colour.getGreen());
                    assertThat(values[(18 + y) * 13 + x]).isEqualTo(colour.getBlue());
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"40, 30, 7, 11", "31, 17, 1, 1", "5, 4, 9, 13", "50, 3, 10, 12", "16, 16, 16, 4"})
    void everySourcePixelCountsTheSameInTheWhole(int width, int height, int targetWidth, int targetHeight)
            throws IOException {
        BufferedImage image = noise(width, height, new SplittableRandom(2));
        float[] values = values(image, target(targetWidth, targetHeight, Resize.STRETCH, Channels.RGB));
        double meanRed = IntStream.range(0, width * height)
                .map(i -> new Color(image.getRGB(i % width, i / width)).getRed())
                .average()
                .orElseThrow();
        double mean = IntStream.range(0, targetWidth * targetHeight)
                .mapToDouble(i -> values[i])
                .average()
                .orElseThrow();
        // Exact where both axes shrink; interpolation gives border pixels a little more weight.
        boolean shrinks = targetWidth <= width && targetHeight <= height;
        assertThat(mean).isCloseTo(meanRed, within(shrinks ? 0.001 : 12));
    }

    @ParameterizedTest
    @EnumSource
    void aPlainPictureStaysPlain(Resize resize) throws IOException {
        BufferedImage image = plain(37, 21, new Color(10, 20, 30));
        for (int size : new int[] {5, 21, 64}) {
            float[] values = values(image, target(size * 37 / 21, size, resize, Channels.RGB));
            int pixels = values.length / 3;
            assertThat(values[pixels / 2]).isCloseTo(10, within(EXACT));
            if (resize != Resize.CONTAIN) {
                for (int i = 0; i < pixels; i++) {
                    assertThat(values[i]).isCloseTo(10, within(EXACT));
                    assertThat(values[pixels + i]).isCloseTo(20, within(EXACT));
                    assertThat(values[2 * pixels + i]).isCloseTo(30, within(EXACT));
                }
            }
        }
    }

    @Test
    void coverCutsOffWhatOverhangsOnBothSides() throws IOException {
        BufferedImage wide = grey(new int[][] {{1, 2, 3, 4, 5, 6}, {1, 2, 3, 4, 5, 6}});
        assertThat(values(wide, target(2, 2, Resize.COVER, Channels.GRAY))).containsExactly(3, 4, 3, 4);
        // The box begins in the middle of a pixel: 5 columns, 2 of them wanted.
        BufferedImage odd = grey(new int[][] {{0, 10, 20, 30, 40}, {0, 10, 20, 30, 40}});
        assertThat(values(odd, target(2, 2, Resize.COVER, Channels.GRAY)))
                .containsExactly(new float[] {15, 25, 15, 25}, within(EXACT));
        BufferedImage tall = grey(new int[][] {{1}, {2}, {3}, {4}});
        assertThat(values(tall, target(1, 2, Resize.COVER, Channels.GRAY))).containsExactly(2, 3);
    }

    @Test
    void containCentresThePictureOnBlack() throws IOException {
        BufferedImage wide = grey(new int[][] {{100, 100, 200, 200}, {100, 100, 200, 200}});
        ImageInput square = target(4, 4, Resize.CONTAIN, Channels.GRAY);
        assertThat(values(wide, square))
                .containsExactly(0, 0, 0, 0, 100, 100, 200, 200, 100, 100, 200, 200, 0, 0, 0, 0);
    }

    @Test
    void blackBesideThePictureIsNormalisedLikeAnyValue() throws IOException {
        ImageInput input =
                new ImageInput("x", 2, 1, Resize.CONTAIN, Channels.GRAY, Layout.NCHW, List.of(127.5), List.of(127.5));
        assertThat(values(grey(new int[][] {{255}, {255}}), input)).containsExactly(1f, -1f); // 1 x 1, left of black
    }

    @Test
    void channelsComeInTheOrderOfTheModel() throws IOException {
        BufferedImage image = plain(3, 3, new Color(50, 100, 200));
        assertThat(values(image, target(1, 1, Resize.STRETCH, Channels.RGB)))
                .containsExactly(new float[] {50, 100, 200}, within(EXACT));
        assertThat(values(image, target(1, 1, Resize.STRETCH, Channels.BGR)))
                .containsExactly(new float[] {200, 100, 50}, within(EXACT));
        assertThat(values(image, target(1, 1, Resize.STRETCH, Channels.GRAY)))
                .containsExactly(new float[] {0.299f * 50 + 0.587f * 100 + 0.114f * 200}, within(EXACT));
    }

    @Test
    void meanAndDeviationBelongToTheModelsChannels() throws IOException {
        ImageInput input = new ImageInput(
                "x",
                1,
                1,
                Resize.STRETCH,
                Channels.BGR,
                Layout.NCHW,
                List.of(103.94, 116.78, 123.68),
                List.of(1.0, 2.0, 4.0));
        assertThat(values(plain(2, 2, new Color(50, 100, 200)), input))
                .containsExactly(new float[] {200 - 103.94f, (100 - 116.78f) / 2, (50 - 123.68f) / 4}, within(EXACT));
    }

    @Test
    void layoutIsShapeAndOrder() throws IOException {
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, new Color(1, 2, 3).getRGB());
        image.setRGB(1, 0, new Color(4, 5, 6).getRGB());
        ImageInput channelsFirst = target(2, 1, Resize.STRETCH, Channels.RGB);
        ImageInput channelsLast = new ImageInput(
                "x", 2, 1, Resize.STRETCH, Channels.RGB, Layout.NHWC, channelsFirst.mean(), channelsFirst.std());
        Tensor first = new ImagePreprocessor(channelsFirst).toTensor(png(image));
        Tensor last = new ImagePreprocessor(channelsLast).toTensor(png(image));
        assertThat(first.shape()).isEqualTo(Shape.of(1, 3, 1, 2));
        assertThat(first.toFloats()).containsExactly(1, 4, 2, 5, 3, 6);
        assertThat(last.shape()).isEqualTo(Shape.of(1, 1, 2, 3));
        assertThat(last.toFloats()).containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    void samplesAreTakenAsStoredWhateverTheKindOfPng() throws IOException {
        ImageInput input = target(2, 2, Resize.STRETCH, Channels.RGB);
        float[] expected = {77, 77, 77, 77, 77, 77, 77, 77, 77, 77, 77, 77};
        assertThat(values(grey(new int[][] {{77, 77}, {77, 77}}), input)).containsExactly(expected);
        for (int type : new int[] {
            BufferedImage.TYPE_INT_RGB,
            BufferedImage.TYPE_4BYTE_ABGR,
            BufferedImage.TYPE_BYTE_INDEXED,
            BufferedImage.TYPE_3BYTE_BGR
        }) {
            BufferedImage image = new BufferedImage(2, 2, type);
            int colour = type == BufferedImage.TYPE_BYTE_INDEXED ? 0x333333 : 0x4D4D4D; // 51 is in the palette
            for (int i = 0; i < 4; i++) {
                image.setRGB(i % 2, i / 2, 0xFF000000 | colour);
            }
            assertThat(values(image, input))
                    .as("BufferedImage type %d", type)
                    .containsOnly(type == BufferedImage.TYPE_BYTE_INDEXED ? 51 : 77);
        }
        BufferedImage oneBit = new BufferedImage(2, 2, BufferedImage.TYPE_BYTE_BINARY);
        oneBit.setRGB(1, 0, 0xFFFFFFFF);
        assertThat(values(oneBit, target(2, 2, Resize.STRETCH, Channels.GRAY)))
                .containsExactly(new float[] {0, 255, 0, 0}, within(EXACT));
    }

    @Test
    void transparencyIsIgnored() throws IOException {
        BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_4BYTE_ABGR);
        image.setRGB(0, 0, 0x00102030);
        assertThat(values(image, target(1, 1, Resize.STRETCH, Channels.RGB))).containsExactly(0x10, 0x20, 0x30);
    }

    @Test
    void sixteenBitsAreScaledToTheSameRange() throws IOException {
        BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_USHORT_GRAY);
        image.getRaster().setSample(0, 0, 0, 0);
        image.getRaster().setSample(1, 0, 0, 65535);
        image.getRaster().setSample(2, 0, 0, 128 * 257);
        assertThat(values(image, target(3, 1, Resize.STRETCH, Channels.GRAY)))
                .containsExactly(new float[] {0, 255, 128}, within(EXACT));
    }

    @Test
    void greyWithTransparencyIsGrey() throws IOException {
        ColorModel model = new ComponentColorModel(
                ColorSpace.getInstance(ColorSpace.CS_GRAY), true, false, ColorModel.TRANSLUCENT, DataBuffer.TYPE_BYTE);
        WritableRaster raster = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 1, 1, 2, null);
        raster.setPixel(0, 0, new int[] {99, 200});
        assertThat(values(new BufferedImage(model, raster, false, null), target(1, 1, Resize.STRETCH, Channels.RGB)))
                .containsExactly(99, 99, 99);
    }

    @Test
    void jpegsAreReadInColourAndInGrey() throws IOException {
        assertThat(new ImagePreprocessor(target(1, 1, Resize.STRETCH, Channels.RGB))
                        .toTensor(encode(plain(16, 16, new Color(200, 100, 50)), "jpeg"))
                        .toFloats())
                .containsExactly(new float[] {200, 100, 50}, within(2f));
        int[][] rows = new int[16][16];
        for (int[] row : rows) {
            Arrays.fill(row, 60);
        }
        assertThat(new ImagePreprocessor(target(1, 1, Resize.STRETCH, Channels.RGB))
                        .toTensor(encode(grey(rows), "jpeg"))
                        .toFloats())
                .containsExactly(new float[] {60, 60, 60}, within(1f));
    }

    @Test
    void anEmbeddedColourProfileIsNotApplied() throws IOException {
        byte[] jpeg = encode(plain(16, 16, new Color(30, 60, 120)), "jpeg");
        byte[] profile = ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData();
        ByteBuffer tagged = ByteBuffer.allocate(jpeg.length + 18 + profile.length);
        tagged.put(jpeg, 0, 2);
        tagged.put((byte) 0xFF).put((byte) 0xE2).putShort((short) (16 + profile.length));
        tagged.put("ICC_PROFILE\0".getBytes(StandardCharsets.US_ASCII))
                .put((byte) 1)
                .put((byte) 1);
        tagged.put(profile).put(jpeg, 2, jpeg.length - 2);
        byte[] bytes = tagged.array();
        byte[] before = bytes.clone();
        ImagePreprocessor preprocessor = new ImagePreprocessor(target(1, 1, Resize.STRETCH, Channels.RGB));
        assertThat(preprocessor.toTensor(bytes).bitEquals(preprocessor.toTensor(jpeg)))
                .isTrue();
        assertThat(bytes).isEqualTo(before); // the caller's bytes are not touched
    }

    @Test
    void onePreprocessorServesPicturesOfManySizes() throws IOException {
        ImagePreprocessor shared = new ImagePreprocessor(target(8, 8, Resize.COVER, Channels.RGB));
        SplittableRandom random = new SplittableRandom(4);
        for (int round = 0; round < 20; round++) {
            byte[] picture = png(noise(1 + random.nextInt(30), 1 + random.nextInt(30), random));
            Tensor alone = new ImagePreprocessor(target(8, 8, Resize.COVER, Channels.RGB)).toTensor(picture);
            assertThat(shared.toTensor(picture).bitEquals(alone)).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void extremeProportionsWork(Resize resize) throws IOException {
        for (int[] size : new int[][] {{1, 1}, {1, 500}, {500, 1}, {3, 200}}) {
            float[] values = values(plain(size[0], size[1], Color.WHITE), target(7, 5, resize, Channels.RGB));
            assertThat(values[2 * 7 + 3]).isCloseTo(255, within(0.01f));
            for (float value : values) {
                assertThat(value).isBetween(0f, 255.01f);
            }
        }
    }

    @Test
    void aHugePictureIsRefusedByItsHeader() {
        byte[] header = pngHeader(40_000, 40_000, 8);
        assertThatExceptionOfType(UnreadableImageException.class)
                .isThrownBy(() -> preprocessor().toTensor(header))
                .withMessage(
                        "a picture of 40000 x 40000 pixels, 3 bytes each: at most 67108864 pixels and 268435456 bytes");
        assertThatExceptionOfType(UnreadableImageException.class)
                .isThrownBy(() -> preprocessor().toTensor(pngHeader(8000, 8000, 16)))
                .withMessageContaining("6 bytes each");
        assertThatExceptionOfType(UnreadableImageException.class)
                .isThrownBy(() -> preprocessor().toTensor(pngHeader(Integer.MAX_VALUE, Integer.MAX_VALUE, 8)));
    }

    /** A PNG of RGB whose picture data is missing. */
    private static byte[] pngHeader(int width, int height, int bits) {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        png.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
        ByteBuffer chunk = ByteBuffer.allocate(17);
        chunk.put("IHDR".getBytes(StandardCharsets.US_ASCII)).putInt(width).putInt(height);
        chunk.put((byte) bits).put((byte) 2).put((byte) 0).put((byte) 0).put((byte) 0);
        CRC32 crc = new CRC32();
        crc.update(chunk.array());
        png.writeBytes(ByteBuffer.allocate(4).putInt(13).array());
        png.writeBytes(chunk.array());
        png.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
        png.writeBytes(ByteBuffer.allocate(8)
                .putInt(0)
                .put("IDAT".getBytes(StandardCharsets.US_ASCII))
                .array());
        return png.toByteArray();
    }

    @Test
    void aCompressedCommentIsNotUnpacked() throws IOException {
        byte[] png = png(plain(2, 2, Color.RED));
        ByteArrayOutputStream chunk = new ByteArrayOutputStream();
        chunk.writeBytes("zTXtbomb\0\0".getBytes(StandardCharsets.US_ASCII));
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(chunk, new Deflater(9), 65536)) {
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 64; i++) {
                deflater.write(zeros);
            }
        }
        CRC32 crc = new CRC32();
        crc.update(chunk.toByteArray());
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bomb);
        int afterHeader = 33;
        out.write(png, 0, afterHeader);
        out.writeInt(chunk.size() - 4);
        out.write(chunk.toByteArray());
        out.writeInt((int) crc.getValue());
        out.write(png, afterHeader, png.length - afterHeader);
        assertThat(preprocessor().toTensor(bomb.toByteArray()).toFloats()[0]).isEqualTo(255f);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GIF89a", "not a picture at all"})
    void whatIsNoPictureIsRefused(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        assertThatExceptionOfType(UnreadableImageException.class)
                .isThrownBy(() -> preprocessor().toTensor(bytes))
                .withMessage("%d bytes that are neither JPEG nor PNG".formatted(bytes.length));
        assertThat(ImagePreprocessor.mediaType(bytes)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"jpeg", "png"})
    void aTruncatedPictureIsRefused(String format) throws IOException {
        byte[] picture = encode(noise(64, 64, new SplittableRandom(5)), format);
        assertThat(ImagePreprocessor.mediaType(picture)).contains("image/" + format);
        for (int length : new int[] {8, 20, 100, 700, picture.length / 2, picture.length * 9 / 10}) {
            assertThatExceptionOfType(UnreadableImageException.class)
                    .as("first %d of %d bytes", length, picture.length)
                    .isThrownBy(() -> preprocessor().toTensor(Arrays.copyOf(picture, length)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"jpeg", "png"})
    void aDamagedPictureGivesATensorOrTheError(String format) throws IOException {
        byte[] picture = encode(noise(24, 24, new SplittableRandom(6)), format);
        SplittableRandom random = new SplittableRandom(7);
        int errors = 0;
        for (int round = 0; round < 500; round++) {
            byte[] damaged = picture.clone();
            for (int i = 0; i <= random.nextInt(4); i++) {
                damaged[3 + random.nextInt(Math.min(damaged.length - 3, 600))] = (byte) random.nextInt();
            }
            try {
                assertThat(preprocessor().toTensor(damaged).shape()).isEqualTo(Shape.of(1, 3, 4, 4));
            } catch (UnreadableImageException expected) {
                errors++;
            }
        }
        assertThat(errors).isGreaterThan(50);
    }

    @Test
    void aRealPhotoBecomesItsAverageColour() throws IOException {
        Path photo = Path.of(System.getProperty("baton.models", "absent"), "inputs", "photos", "winml_dog.jpg");
        assumeTrue(Files.exists(photo), () -> "no test photos: " + photo.toAbsolutePath() + " does not exist");
        byte[] bytes = Files.readAllBytes(photo);
        BufferedImage image = ImageIO.read(photo.toFile());
        double[] sums = new double[3];
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                Color colour = new Color(image.getRGB(x, y));
                sums[0] += colour.getRed();
                sums[1] += colour.getGreen();
                sums[2] += colour.getBlue();
            }
        }
        double pixels = (double) image.getWidth() * image.getHeight();
        float[] average = new ImagePreprocessor(target(1, 1, Resize.STRETCH, Channels.RGB))
                .toTensor(bytes)
                .toFloats();
        for (int colour = 0; colour < 3; colour++) {
            assertThat(average[colour]).isCloseTo((float) (sums[colour] / pixels), within(0.05f));
        }
        float[] model = new ImagePreprocessor(target(224, 224, Resize.COVER, Channels.BGR))
                .toTensor(bytes)
                .toFloats();
        assertThat(model).hasSize(3 * 224 * 224);
        for (float value : model) {
            assertThat(value >= 0 && value <= 255.01f).isTrue();
        }
    }

    private static ImagePreprocessor preprocessor() {
        return new ImagePreprocessor(target(4, 4, Resize.STRETCH, Channels.RGB));
    }

    private static ImageInput target(int width, int height, Resize resize, Channels channels) {
        return new ImageInput(
                "x",
                width,
                height,
                resize,
                channels,
                Layout.NCHW,
                Collections.nCopies(channels.count(), 0.0),
                Collections.nCopies(channels.count(), 1.0));
    }

    private static float[] values(BufferedImage image, ImageInput input) throws IOException {
        return new ImagePreprocessor(input).toTensor(png(image)).toFloats();
    }

    private static byte[] png(BufferedImage image) throws IOException {
        return encode(image, "png");
    }

    private static byte[] encode(BufferedImage image, String format) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, format, bytes)).isTrue();
        return bytes.toByteArray();
    }

    private static BufferedImage grey(int[][] rows) {
        BufferedImage image = new BufferedImage(rows[0].length, rows.length, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 0; y < rows.length; y++) {
            for (int x = 0; x < rows[y].length; x++) {
                image.getRaster().setSample(x, y, 0, rows[y][x]);
            }
        }
        return image;
    }

    private static BufferedImage plain(int width, int height, Color colour) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(i % width, i / width, colour.getRGB());
        }
        return image;
    }

    private static BufferedImage noise(int width, int height, SplittableRandom random) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(i % width, i / width, random.nextInt(1 << 24));
        }
        return image;
    }
}
