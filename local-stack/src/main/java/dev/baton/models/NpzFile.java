package dev.baton.models;

import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Named tensors in a NumPy archive (.npz, as numpy.savez and savez_compressed write it): a zip file of .npy files. Opening
 * reads the arrays' headers only; an array is then read whole, or row by row along its first axis, so that an archive
 * larger than memory can be gone through. Every content error names the file, and the array where there is one. For one
 * thread.
 */
public final class NpzFile implements AutoCloseable {
    /*
     * An archive comes from anywhere. Nothing is allocated on its word alone: an array may not be larger than what its
     * compressed bytes can inflate to (deflate: at most 1032 times), of which there cannot be more than the file has.
     * What is read past an array's declared end, or is missing before it, is an error, as is a wrong checksum.
     */
    private static final String SUFFIX = ".npy";
    private static final int MOST_ARRAYS = 4096;
    private static final long DEFLATE_MOST = 1032;

    private record Entry(ZipEntry zip, NpyHeader header) {}

    private final Path file;
    private final ZipFile zip;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private NpzFile(Path file, ZipFile zip) {
        this.file = file;
        this.zip = zip;
    }

    /**
     * Opens {@code file} and reads what its arrays are called and look like.
     *
     * @throws IllegalArgumentException naming the file, when it is no archive of tensors that Baton carries
     */
    public static NpzFile open(Path file) throws IOException {
        NpzFile npz;
        try {
            npz = new NpzFile(file, new ZipFile(file.toFile()));
        } catch (ZipException | EOFException | IllegalArgumentException e) { // the last for names that are no UTF-8
            throw new IllegalArgumentException("%s is no .npz file: %s".formatted(file, e.getMessage()), e);
        }
        try {
            npz.readHeaders();
            return npz;
        } catch (IOException | RuntimeException e) {
            npz.close();
            throw e;
        }
    }

    /**
     * Every tensor in {@code file}, by name, in the file's order.
     *
     * @param maxBytes of all elements together
     * @throws IllegalArgumentException naming the file, when it holds anything else or more
     */
    public static Map<String, Tensor> readAll(Path file, long maxBytes) throws IOException {
        try (NpzFile npz = open(file)) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            long left = maxBytes;
            for (String name : npz.names()) {
                Tensor tensor = npz.read(name, left);
                left -= tensor.byteSize();
                tensors.put(name, tensor);
            }
            return tensors;
        }
    }

    private void readHeaders() throws IOException {
        long fileSize = Files.size(file);
        for (ZipEntry zipEntry : Collections.list(zip.entries())) {
            String name = zipEntry.getName();
            if (!name.endsWith(SUFFIX)) {
                continue;
            }
            String array = name.substring(0, name.length() - SUFFIX.length());
            if (entries.size() == MOST_ARRAYS) {
                throw new IllegalArgumentException("%s has more than %d arrays".formatted(file, MOST_ARRAYS));
            }
            NpyHeader header = reading(array, () -> {
                try (InputStream stream = zip.getInputStream(zipEntry)) {
                    return NpyHeader.read(stream, source(array));
                }
            });
            long compressed = Math.clamp(zipEntry.getCompressedSize(), 0, fileSize);
            boolean isStored = zipEntry.getMethod() == ZipEntry.STORED;
            header.elementBytes(isStored ? compressed : compressed * DEFLATE_MOST, source(array));
            if (entries.put(array, new Entry(zipEntry, header)) != null) {
                throw new IllegalArgumentException("%s has two arrays '%s'".formatted(file, array));
            }
        }
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("%s holds no %s file".formatted(file, SUFFIX));
        }
    }

    public List<String> names() {
        return List.copyOf(entries.keySet());
    }

    /** Names, types and shapes, in the file's order. */
    public List<TensorSpec> arrays() {
        List<TensorSpec> specs = new ArrayList<>();
        entries.forEach((name, entry) -> specs.add(
                new TensorSpec(name, entry.header().type(), entry.header().shape())));
        return specs;
    }

    /**
     * The whole array.
     *
     * @param maxBytes of its elements
     * @throws IllegalArgumentException naming file and array, when there is none of that name, or it is larger, cut off or
     *     damaged
     */
    public Tensor read(String name, long maxBytes) throws IOException {
        Entry entry = entry(name);
        NpyHeader header = entry.header();
        long size = header.elementBytes(Long.MAX_VALUE, source(name));
        if (size > Math.min(maxBytes, Integer.MAX_VALUE)) {
            throw new IllegalArgumentException("%s: %s %s has %d bytes, at most %d are read at once"
                    .formatted(
                            source(name), header.type(), header.shape(), size, Math.min(maxBytes, Integer.MAX_VALUE)));
        }
        try (Rows elements = new Rows(name, entry, header.shape(), 1, (int) size)) {
            return elements.next();
        }
    }

    /**
     * The array along its first axis: the tensors {@code array[i:i+1]}, each with a first dimension of 1.
     *
     * @throws IllegalArgumentException naming file and array, when there is none of that name, or it is a scalar
     */
    public Rows rows(String name) throws IOException {
        Entry entry = entry(name);
        Shape shape = entry.header().shape();
        if (shape.rank() == 0) {
            throw new IllegalArgumentException(
                    "%s is a scalar, expected one sample along its first axis after another".formatted(source(name)));
        }
        long count = shape.dimension(0);
        long size = count == 0 ? 0 : entry.header().elementBytes(Long.MAX_VALUE, source(name)) / count;
        if (size > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("%s: one sample of %s %s has %d bytes, at most %d are possible"
                    .formatted(source(name), entry.header().type(), shape, size, Integer.MAX_VALUE));
        }
        List<Long> dimensions = new ArrayList<>(shape.dimensions());
        dimensions.set(0, 1L);
        return new Rows(name, entry, new Shape(dimensions), count, (int) size);
    }

    private Entry entry(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new IllegalArgumentException("%s has no array '%s', only %s".formatted(file, name, entries.keySet()));
        }
        return entry;
    }

    private String source(String array) {
        return "%s: array '%s'".formatted(file, array);
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }

    @FunctionalInterface
    private interface Reading<T> {
        T read() throws IOException;
    }

    /** Content errors of the zip file name the array; errors of the disk stay what they are. */
    private <T> T reading(String array, Reading<T> reading) throws IOException {
        try {
            return reading.read();
        } catch (ZipException | EOFException e) {
            throw new IllegalArgumentException("%s is damaged: %s".formatted(source(array), e.getMessage()), e);
        }
    }

    /** Rows of one array, read one after another: one row is in memory. */
    public final class Rows implements AutoCloseable {
        private final String name;
        private final Entry entry;
        private final Shape rowShape;
        private final long count;
        private final int rowBytes;
        private final CheckedInputStream stream;
        private long taken;

        private Rows(String name, Entry entry, Shape rowShape, long count, int rowBytes) throws IOException {
            this.name = name;
            this.entry = entry;
            this.rowShape = rowShape;
            this.count = count;
            this.rowBytes = rowBytes;
            stream = reading(
                    name,
                    () -> new CheckedInputStream(
                            new BufferedInputStream(zip.getInputStream(entry.zip())), new CRC32()));
            reading(name, () -> {
                stream.skipNBytes(entry.header().length());
                return true;
            });
        }

        /** Rows of the whole array. */
        public long count() {
            return count;
        }

        public boolean hasNext() {
            return taken < count;
        }

        /**
         * The row after the last.
         *
         * @throws IllegalArgumentException naming file and array, when the array is cut off or damaged
         */
        public Tensor next() throws IOException {
            if (!hasNext()) {
                throw new IllegalStateException("%s has only %d rows".formatted(source(name), count));
            }
            byte[] elements = reading(name, () -> stream.readNBytes(rowBytes));
            if (elements.length < rowBytes) {
                throw new IllegalArgumentException("%s is cut off: %s %s takes %d bytes, it ends in row %d"
                        .formatted(
                                source(name),
                                entry.header().type(),
                                entry.header().shape(),
                                entry.header().elementBytes(Long.MAX_VALUE, source(name)),
                                taken));
            }
            taken++;
            if (taken == count) {
                requireEnd();
            }
            return NpyFile.tensor(new NpyHeader(entry.header().type(), rowShape, 0), elements, source(name));
        }

        private void requireEnd() throws IOException {
            if (reading(name, stream::read) >= 0) {
                throw new IllegalArgumentException("%s has more bytes than %s %s takes"
                        .formatted(
                                source(name),
                                entry.header().type(),
                                entry.header().shape()));
            }
            long expected = entry.zip().getCrc();
            if (expected >= 0 && stream.getChecksum().getValue() != expected) {
                throw new IllegalArgumentException("%s is damaged: its checksum is %08x, expected %08x"
                        .formatted(source(name), stream.getChecksum().getValue(), expected));
            }
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }
    }
}
