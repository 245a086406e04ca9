package dev.baton.gauge.train;

import dev.baton.gauge.CameraPicture;
import dev.baton.gauge.DesignSet;
import dev.baton.gauge.GaugeTruth;
import dev.baton.gauge.JpegCodec;
import dev.baton.gauge.ModelInput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Pictures drawn once, as the model takes them, in files that are mapped into memory. They went through JPEG and the
 * resizing of production on their way. A file may be added while another process trains.
 */
final class PictureCache {
    /** Pictures in a file. */
    static final int SHARD = 1000;

    /** Bytes of planes, rounded to 8 bits, followed by fraction, needle, start and end as 32 bit floats. */
    private static final int RECORD = ModelInput.LENGTH + 16;

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path folder;
    private final DesignSet set;
    private final List<MemorySegment> shards = new ArrayList<>();

    PictureCache(Path folder, DesignSet set) {
        this.folder = folder;
        this.set = set;
        refresh();
    }

    /** Takes in files that were added since. */
    void refresh() {
        for (Path file = file(shards.size()); Files.exists(file); file = file(shards.size())) {
            try (FileChannel channel = FileChannel.open(file)) {
                shards.add(channel.map(FileChannel.MapMode.READ_ONLY, 0, (long) SHARD * RECORD, Arena.global()));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot map " + file, e);
            }
        }
    }

    int size() {
        return shards.size() * SHARD;
    }

    /** Copies the planes of picture {@code index} into {@code planes}, as unsigned bytes. */
    void planes(int index, byte[] planes) {
        MemorySegment.copy(
                shards.get(index / SHARD), ValueLayout.JAVA_BYTE, offset(index), planes, 0, ModelInput.LENGTH);
    }

    /** Fraction of full scale. */
    float fraction(int index) {
        return label(index, 0);
    }

    /** Directions of needle, start and end of the scale as seen in the picture, in degrees. */
    float[] degrees(int index) {
        return new float[] {label(index, 1), label(index, 2), label(index, 3)};
    }

    /** Draws files until the cache holds {@code count} pictures. */
    void fill(int count) throws IOException {
        Files.createDirectories(folder);
        while (size() < count) {
            int shard = shards.size();
            byte[][] records = new byte[SHARD][];
            IntStream.range(0, SHARD).parallel().forEach(i -> records[i] = record(set, (long) shard * SHARD + i));
            Path unfinished = folder.resolve(file(shard).getFileName() + ".part");
            try (FileChannel channel = FileChannel.open(
                    unfinished,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.TRUNCATE_EXISTING)) {
                for (byte[] record : records) {
                    channel.write(ByteBuffer.wrap(record));
                }
            }
            Files.move(unfinished, file(shard), StandardCopyOption.ATOMIC_MOVE);
            refresh();
            System.out.printf("%s: %d pictures%n", set, size());
        }
    }

    private static byte[] record(DesignSet set, long index) {
        CameraPicture picture = CameraPicture.of(set, index);
        float[] planes = ModelInput.resized(JpegCodec.decode(picture.jpeg()));
        ByteBuffer record = ByteBuffer.allocate(RECORD).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : planes) {
            record.put((byte) Math.clamp(Math.round(value), 0, 255));
        }
        GaugeTruth truth = picture.truth();
        record.putFloat((float) truth.fraction());
        record.putFloat((float) truth.needleDegrees());
        record.putFloat((float) truth.startDegrees());
        record.putFloat((float) truth.endDegrees());
        return record.array();
    }

    private float label(int index, int which) {
        return shards.get(index / SHARD).get(FLOAT, offset(index) + ModelInput.LENGTH + 4L * which);
    }

    private static long offset(int index) {
        return (long) (index % SHARD) * RECORD;
    }

    private Path file(int shard) {
        return folder.resolve("%s-%04d.bin".formatted(set.name().toLowerCase(Locale.ROOT), shard));
    }
}
