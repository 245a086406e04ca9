package dev.baton.evaluate;

import dev.baton.models.NpzFile;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;

/**
 * A NumPy archive (.npz): an array for each model input, by its name, and perhaps one of labels; the first axis is samples. An
 * input that takes pictures may come as the one UINT8 array of pictures instead, {@code [N, H, W, 3]}, {@code [N, 3, H, W]},
 * {@code [N, H, W]} or {@code [N, 1, H, W]}, whatever its name.
 */
public final class ArrayArchive implements DataSet {
    private static final String USUAL_LABELS = "labels";

    private final Path file;
    private final NpzFile npz;
    private final Map<TensorSpec, TensorSpec> arrayOfInput;
    private final Optional<TensorSpec> pictures;
    private final Optional<String> labels;
    private final long size;

    private ArrayArchive(
            Path file,
            NpzFile npz,
            Map<TensorSpec, TensorSpec> arrayOfInput,
            Optional<TensorSpec> pictures,
            Optional<String> labels,
            long size) {
        this.file = file;
        this.npz = npz;
        this.arrayOfInput = arrayOfInput;
        this.pictures = pictures;
        this.labels = labels;
        this.size = size;
    }

    /**
     * Opens an archive for a model.
     *
     * @param inputs the model's
     * @param pictureInput the input that takes pictures, if any
     * @param labels the name of the array of labels; {@code labels} when it is not said and there is one
     */
    static ArrayArchive open(Path file, List<TensorSpec> inputs, Optional<String> pictureInput, Optional<String> labels)
            throws IOException {
        NpzFile npz;
        try {
            npz = NpzFile.open(file);
        } catch (IllegalArgumentException e) {
            throw new BadDataSetException(String.valueOf(e.getMessage()), e);
        }
        try {
            return of(file, npz, inputs, pictureInput, labels);
        } catch (RuntimeException e) {
            npz.close();
            throw e;
        }
    }

    private static ArrayArchive of(
            Path file,
            NpzFile npz,
            List<TensorSpec> inputs,
            Optional<String> pictureInput,
            Optional<String> wantedLabels) {
        Map<String, TensorSpec> arrays = new LinkedHashMap<>();
        npz.arrays().forEach(array -> arrays.put(array.name(), array));
        Map<TensorSpec, TensorSpec> arrayOfInput = new LinkedHashMap<>();
        Optional<TensorSpec> pictures = Optional.empty();
        for (TensorSpec input : inputs) {
            TensorSpec array = arrays.get(input.name());
            boolean takesPictures = pictureInput.filter(input.name()::equals).isPresent();
            if (takesPictures && (array == null || array.type() == ElementType.UINT8)) {
                pictures = Optional.of(pictures(file, arrays, array));
            } else if (array == null) {
                throw new BadDataSetException("%s has the arrays %s: expected one for each input, %s"
                        .formatted(
                                file,
                                arrays.keySet(),
                                inputs.stream().map(TensorSpec::name).toList()));
            } else {
                arrayOfInput.put(input, fitting(file, array, input));
            }
        }
        Optional<String> labels = labels(file, arrays, inputs, wantedLabels);
        List<TensorSpec> used = new ArrayList<>(arrayOfInput.values());
        pictures.ifPresent(used::add);
        labels.ifPresent(name -> used.add(arrays.get(name)));
        long size = used.getFirst().shape().dimension(0);
        for (TensorSpec array : used) {
            if (array.shape().dimension(0) != size || size == 0) {
                throw new BadDataSetException(
                        "%s: expected arrays with one row for each of the same samples, got %s".formatted(file, used));
            }
        }
        return new ArrayArchive(file, npz, arrayOfInput, pictures, labels, size);
    }

    private static TensorSpec pictures(Path file, Map<String, TensorSpec> arrays, @Nullable TensorSpec named) {
        List<TensorSpec> candidates = named != null
                ? List.of(named)
                : arrays.values().stream()
                        .filter(array -> array.type() == ElementType.UINT8
                                && Layout.of(array.shape()).isPresent())
                        .toList();
        if (candidates.size() != 1 || Layout.of(candidates.getFirst().shape()).isEmpty()) {
            throw new BadDataSetException(
                    "%s has the arrays %s: expected one of pictures, UINT8 [N, H, W, 3], [N, 3, H, W], [N, H, W] or [N, 1, H, W]"
                            .formatted(file, arrays.values()));
        }
        return candidates.getFirst();
    }

    private static TensorSpec fitting(Path file, TensorSpec array, TensorSpec input) {
        if (array.shape().rank() == 0
                || array.type() != input.type()
                || row(array.shape(), input).isEmpty()) {
            throw new BadDataSetException(
                    "%s: array %s, but the model's input is %s: expected samples of it along the first axis"
                            .formatted(file, array, input));
        }
        return array;
    }

    /** The shape of one sample as the input takes it: with a first dimension of 1, or without it. */
    private static Optional<Shape> row(Shape array, TensorSpec input) {
        List<Long> kept = new ArrayList<>(array.dimensions());
        kept.set(0, 1L);
        Shape batched = new Shape(kept);
        if (input.shape().accepts(batched)) {
            return Optional.of(batched);
        }
        Shape alone = new Shape(kept.subList(1, kept.size()));
        return input.shape().accepts(alone) ? Optional.of(alone) : Optional.empty();
    }

    private static Optional<String> labels(
            Path file, Map<String, TensorSpec> arrays, List<TensorSpec> inputs, Optional<String> wanted) {
        boolean isInput = inputs.stream().anyMatch(input -> input.name().equals(USUAL_LABELS));
        String name = wanted.orElse(USUAL_LABELS);
        TensorSpec array = arrays.get(name);
        if (wanted.isEmpty() && (array == null || isInput)) {
            return Optional.empty();
        }
        if (array == null
                || array.type().isFloat()
                || array.shape().rank() == 0
                || array.shape().elementCount() != array.shape().dimension(0)) {
            throw new BadDataSetException("%s: expected an array '%s' with an integer for each sample, got %s"
                    .formatted(file, name, array == null ? "only " + arrays.keySet() : array));
        }
        return Optional.of(name);
    }

    /** How an array holds pictures. */
    private record Layout(int height, int width, int channels, boolean channelsFirst) {
        private static final int LARGEST = 8192;

        static Optional<Layout> of(Shape shape) {
            List<Long> sizes = shape.dimensions();
            if (sizes.stream().skip(1).anyMatch(size -> size < 1 || size > LARGEST)) {
                return Optional.empty();
            }
            return switch (shape.rank()) {
                case 3 ->
                    Optional.of(new Layout(sizes.get(1).intValue(), sizes.get(2).intValue(), 1, true));
                case 4 ->
                    sizes.get(3) == 3
                            ? Optional.of(new Layout(
                                    sizes.get(1).intValue(), sizes.get(2).intValue(), 3, false))
                            : sizes.get(1) == 3 || sizes.get(1) == 1
                                    ? Optional.of(new Layout(
                                            sizes.get(2).intValue(),
                                            sizes.get(3).intValue(),
                                            sizes.get(1).intValue(),
                                            true))
                                    : Optional.empty();
                default -> Optional.empty();
            };
        }

        BufferedImage picture(ByteBuffer elements) {
            BufferedImage image = new BufferedImage(
                    width, height, channels == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    if (channels == 1) {
                        image.getRaster().setSample(x, y, 0, elements.get(y * width + x) & 0xFF);
                    } else {
                        for (int channel = 0; channel < channels; channel++) {
                            int at = channelsFirst
                                    ? (channel * height + y) * width + x
                                    : (y * width + x) * channels + channel;
                            image.getRaster().setSample(x, y, channel, elements.get(at) & 0xFF);
                        }
                    }
                }
            }
            return image;
        }
    }

    @Override
    public String name() {
        return String.valueOf(file.getFileName());
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean isLabelled() {
        return labels.isPresent();
    }

    @Override
    public boolean hasPictures() {
        return pictures.isPresent();
    }

    /** Of the file. */
    @Override
    public String sha256() throws IOException {
        MessageDigest digest = PictureFolder.newDigest();
        PictureFolder.addFile(file, digest);
        return HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public Samples samples() throws IOException {
        return new Rows();
    }

    /** The arrays' rows side by side. */
    private final class Rows implements Samples {
        private final Map<TensorSpec, NpzFile.Rows> inputs = new LinkedHashMap<>();
        private final List<NpzFile.Rows> open = new ArrayList<>();
        private Optional<NpzFile.Rows> pictureRows = Optional.empty();
        private Optional<NpzFile.Rows> labelRows = Optional.empty();
        private long taken;

        Rows() throws IOException {
            try {
                for (Map.Entry<TensorSpec, TensorSpec> entry : arrayOfInput.entrySet()) {
                    inputs.put(entry.getKey(), open(entry.getValue().name()));
                }
                if (pictures.isPresent()) {
                    pictureRows = Optional.of(open(pictures.get().name()));
                }
                if (labels.isPresent()) {
                    labelRows = Optional.of(open(labels.get()));
                }
            } catch (IOException | RuntimeException e) {
                close();
                throw e;
            }
        }

        private NpzFile.Rows open(String name) throws IOException {
            try {
                NpzFile.Rows rows = npz.rows(name);
                open.add(rows);
                return rows;
            } catch (IllegalArgumentException e) {
                throw new BadDataSetException(String.valueOf(e.getMessage()), e);
            }
        }

        @Override
        public Optional<Sample> next() throws IOException {
            if (taken == size) {
                return Optional.empty();
            }
            long number = taken++;
            try {
                Map<String, Tensor> tensors = new LinkedHashMap<>();
                for (Map.Entry<TensorSpec, NpzFile.Rows> entry : inputs.entrySet()) {
                    TensorSpec input = entry.getKey();
                    Tensor row = entry.getValue().next();
                    Shape shape = row(row.shape(), input).orElse(row.shape());
                    tensors.put(input.name(), Tensor.of(row.type(), shape, row.data()));
                }
                Optional<Sample.Picture> picture = Optional.empty();
                if (pictureRows.isPresent()) {
                    picture =
                            Optional.of(new Sample.Picture(png(pictureRows.get().next()), false));
                }
                Set<Integer> label = Set.of();
                if (labelRows.isPresent()) {
                    label = Set.of(label(labelRows.get().next().toLongs()[0], number));
                }
                return Optional.of(new Sample("%s, sample %d".formatted(file, number), picture, tensors, label));
            } catch (IllegalArgumentException e) {
                throw new BadDataSetException(String.valueOf(e.getMessage()), e);
            }
        }

        private int label(long value, long number) {
            if (value < 0 || value > Integer.MAX_VALUE) {
                throw new BadDataSetException("%s, sample %d: label %d: expected the number of a class, from 0"
                        .formatted(file, number, value));
            }
            return (int) value;
        }

        private static byte[] png(Tensor row) throws IOException {
            BufferedImage image = Layout.of(row.shape()).orElseThrow().picture(row.data());
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            ImageIO.write(image, "png", bytes);
            return bytes.toByteArray();
        }

        @Override
        public void close() throws IOException {
            for (NpzFile.Rows rows : open) {
                rows.close();
            }
        }
    }

    @Override
    public void close() throws IOException {
        npz.close();
    }
}
