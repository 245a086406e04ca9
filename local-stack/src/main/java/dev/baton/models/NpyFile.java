package dev.baton.models;

import dev.baton.tensor.Tensor;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tensors in NumPy's file format (.npy, versions 1 to 3), little-endian and in C order, as numpy.save writes them. */
public final class NpyFile {

    private NpyFile() {}

    /**
     * The tensor in {@code file}.
     *
     * @throws IllegalArgumentException naming the file, when it holds no tensor that Baton carries
     */
    public static Tensor read(Path file) throws IOException {
        String source = file.toString();
        try (InputStream stream = new BufferedInputStream(Files.newInputStream(file))) {
            NpyHeader header = NpyHeader.read(stream, source);
            long present = Files.size(file) - header.length();
            long expected = header.elementBytes(Long.MAX_VALUE, source);
            if (present != expected || expected > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("%s: %d bytes of elements, but %s %s takes %d"
                        .formatted(source, present, header.type(), header.shape(), expected));
            }
            byte[] elements = stream.readNBytes((int) expected);
            return tensor(header, elements, source);
        }
    }

    static Tensor tensor(NpyHeader header, byte[] elements, String source) {
        ByteBuffer direct =
                ByteBuffer.allocateDirect(elements.length).put(elements).flip();
        try {
            return Tensor.of(header.type(), header.shape(), direct);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("%s: %s".formatted(source, e.getMessage()), e);
        }
    }
}
