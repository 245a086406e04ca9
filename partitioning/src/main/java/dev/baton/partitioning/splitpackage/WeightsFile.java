package dev.baton.partitioning.splitpackage;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code weights.bin} as far as it has been fetched: whole segments from the start, all verified. It only grows. Not
 * thread-safe.
 */
final class WeightsFile {
    private final Path file;
    private final Manifest manifest;
    /** What an earlier process left has been read. */
    private boolean checked;

    WeightsFile(Path file, Manifest manifest) {
        this.file = file;
        this.manifest = manifest;
    }

    /** Fetches what is missing of the first {@code bytes}. */
    void extendTo(long bytes, HttpFiles http, URI uri) throws IOException, InterruptedException {
        if (!Files.exists(file)) {
            Files.createFile(file);
        }
        long there = Files.size(file);
        if (there >= bytes && there <= manifest.weightBytes()) {
            return;
        }
        if (!checked) {
            mend(http, uri);
            checked = true;
        }
        long present = Files.size(file);
        fetch(
                manifest.segmentsUpTo(bytes).stream()
                        .filter(segment -> segment.end() > present)
                        .toList(),
                file,
                http,
                uri);
    }

    private void fetch(List<WeightSegment> missing, Path into, HttpFiles http, URI uri)
            throws IOException, InterruptedException {
        if (missing.isEmpty()) {
            return;
        }
        try (FileChannel out = FileChannel.open(into, StandardOpenOption.WRITE)) {
            SegmentWriter writer = new SegmentWriter(missing, (segment, bytes) -> {
                long position = segment.offset();
                while (bytes.hasRemaining()) {
                    position += out.write(bytes, position);
                }
            });
            try {
                http.download(uri, manifest.weightBytes(), writer);
            } finally {
                out.force(false); // what has the name weights.bin has to survive a power cut
            }
        }
    }

    /** Replaces the file by one without damage where there is some. */
    private void mend(HttpFiles http, URI uri) throws IOException, InterruptedException {
        long present = Files.size(file);
        List<WeightSegment> whole = manifest.weightSegments().stream()
                .filter(segment -> segment.end() <= present)
                .toList();
        List<WeightSegment> damaged = damaged(file, whole);
        if (damaged.isEmpty() && present <= manifest.weightBytes()) {
            return;
        }
        Path mended = file.resolveSibling(file.getFileName() + ".mended");
        try (FileChannel from = FileChannel.open(file);
                FileChannel to = FileChannel.open(
                        mended,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            long end = whole.isEmpty() ? 0 : whole.getLast().end();
            for (long position = 0; position < end; ) {
                position += from.transferTo(position, end - position, to);
            }
        }
        for (WeightSegment segment : damaged) {
            fetch(List.of(segment), mended, http, uri);
        }
        Files.move(mended, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Those of the segments that the file does not hold as they should be. */
    static List<WeightSegment> damaged(Path file, List<WeightSegment> segments) throws IOException {
        List<WeightSegment> damaged = new ArrayList<>();
        ByteBuffer buffer = ByteBuffer.allocate(
                segments.stream().mapToInt(WeightSegment::bytes).max().orElse(0));
        MessageDigest digest = Digests.newSha256();
        if (segments.isEmpty()) {
            return damaged;
        }
        try (FileChannel in = FileChannel.open(file)) {
            for (WeightSegment segment : segments) {
                buffer.clear().limit(segment.bytes());
                for (int read = 0; buffer.hasRemaining() && read >= 0; ) {
                    read = in.read(buffer, segment.offset() + buffer.position());
                }
                digest.update(buffer.flip());
                if (!Digests.hex(digest.digest()).equals(segment.sha256())) {
                    damaged.add(segment);
                }
            }
        }
        return damaged;
    }
}
