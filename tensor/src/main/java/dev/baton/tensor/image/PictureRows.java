package dev.baton.tensor.image;

import java.awt.image.BufferedImage;
import java.awt.image.ComponentSampleModel;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/** The rows of a decoded picture as samples of 0..255, pixel after pixel, in whatever order its channels lie. */
abstract sealed class PictureRows {
    private final int samplesInRow;
    private final int samplesInPixel;
    private final int[] offsets;

    private PictureRows(int width, int samplesInPixel, int[] offsets) {
        this.samplesInRow = width * samplesInPixel;
        this.samplesInPixel = samplesInPixel;
        this.offsets = offsets;
    }

    static PictureRows of(BufferedImage image) {
        // Samples are taken as they are stored: getRGB would apply colour profiles, and take grey for linear light.
        BufferedImage direct = image.getColorModel() instanceof IndexColorModel palette
                ? palette.convertToIntDiscrete(image.getRaster(), false)
                : image;
        Raster raster = direct.getRaster();
        if (raster.getDataBuffer() instanceof DataBufferByte bytes
                && bytes.getNumBanks() == 1
                && raster.getSampleModel() instanceof ComponentSampleModel model) {
            return new Bytes(raster, bytes, model);
        }
        return new AnySamples(raster);
    }

    int samplesInRow() {
        return samplesInRow;
    }

    int samplesInPixel() {
        return samplesInPixel;
    }

    boolean isGrey() {
        return offsets.length == 1;
    }

    /** Where in a pixel red (0), green (1) or blue (2) lies; of a grey picture always the same. */
    int offset(int colour) {
        return offsets[Math.min(colour, offsets.length - 1)];
    }

    /** Adds the samples of row {@code y}, times {@code weight}, to {@code sums}. */
    abstract void addTo(float[] sums, int y, float weight);

    /** One or two bands are grey with or without alpha, three or four are RGB with or without alpha. */
    private static int colours(Raster raster) {
        return raster.getNumBands() < 3 ? 1 : 3;
    }

    /** Interleaved bytes: nearly every JPEG and PNG. */
    private static final class Bytes extends PictureRows {
        private final byte[] data;
        private final int origin;
        private final int scanlineStride;

        Bytes(Raster raster, DataBufferByte buffer, ComponentSampleModel model) {
            super(raster.getWidth(), model.getPixelStride(), offsets(raster, model));
            data = buffer.getData();
            origin = buffer.getOffset();
            scanlineStride = model.getScanlineStride();
        }

        private static int[] offsets(Raster raster, ComponentSampleModel model) {
            int[] offsets = new int[colours(raster)];
            System.arraycopy(model.getBandOffsets(), 0, offsets, 0, offsets.length);
            return offsets;
        }

        @Override
        void addTo(float[] sums, int y, float weight) {
            int from = origin + y * scanlineStride;
            int length = samplesInRow();
            for (int i = 0; i < length; i++) {
                sums[i] += weight * (data[from + i] & 0xFF);
            }
        }
    }

    /** Samples of 16 bits and packed ones, read through AWT. */
    private static final class AnySamples extends PictureRows {
        private final Raster raster;
        private final float scale;
        private final int[] samples;

        AnySamples(Raster raster) {
            super(raster.getWidth(), raster.getNumBands(), colours(raster) == 1 ? new int[] {0} : new int[] {0, 1, 2});
            this.raster = raster;
            this.scale = 255f / ((1 << raster.getSampleModel().getSampleSize(0)) - 1);
            this.samples = new int[samplesInRow()];
        }

        @Override
        void addTo(float[] sums, int y, float weight) {
            raster.getPixels(0, y, raster.getWidth(), 1, samples);
            float scaled = weight * scale;
            for (int i = 0; i < samples.length; i++) {
                sums[i] += scaled * samples[i];
            }
        }
    }
}
