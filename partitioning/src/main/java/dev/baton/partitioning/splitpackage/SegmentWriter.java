package dev.baton.partitioning.splitpackage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.security.MessageDigest;
import java.util.List;

/**
 * Takes the bytes of consecutive segments as they come, and hands each on when it is complete and verified. What came of a
 * segment before a connection broke is kept, so that the next one goes on behind it.
 */
final class SegmentWriter implements WritableByteChannel {
    private final List<WeightSegment> segments;
    private final Verified verified;
    private final ByteBuffer buffer;
    private int next;
    private long skip;

    /** Where verified segments go. */
    @FunctionalInterface
    interface Verified {
        void accept(WeightSegment segment, ByteBuffer bytes) throws IOException;
    }

    /** A segment that is not what the manifest promises; asking again goes on with this one. */
    static final class DamagedException extends IOException {
        private final WeightSegment segment;
        private final String found;

        DamagedException(WeightSegment segment, String found) {
            super("bytes %d to %d have SHA-256 %s: the manifest promises %s"
                    .formatted(segment.offset(), segment.end() - 1, found, segment.sha256()));
            this.segment = segment;
            this.found = found;
        }

        WeightSegment segment() {
            return segment;
        }

        DamagedException again() {
            return new DamagedException(segment, found);
        }
    }

    /** @param segments each beginning where the one before ends */
    SegmentWriter(List<WeightSegment> segments, Verified verified) {
        this.segments = segments;
        this.verified = verified;
        this.buffer = ByteBuffer.allocate(
                segments.stream().mapToInt(WeightSegment::bytes).max().orElse(0));
    }

    boolean isFinished() {
        return next == segments.size();
    }

    /** The first byte that is still missing. */
    long position() {
        return isFinished() ? end() : segments.get(next).offset() + buffer.position();
    }

    /** The first byte that is not wanted. */
    long end() {
        return segments.isEmpty() ? 0 : segments.getLast().end();
    }

    /** What comes next begins {@code bytes} before what is missing. */
    void skip(long bytes) {
        skip = bytes;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        int skipped = (int) Math.min(skip, length);
        bytes.position(bytes.position() + skipped);
        skip -= skipped;
        while (bytes.hasRemaining() && !isFinished()) {
            WeightSegment segment = segments.get(next);
            int part = Math.min(bytes.remaining(), segment.bytes() - buffer.position());
            buffer.put(bytes.slice(bytes.position(), part));
            bytes.position(bytes.position() + part);
            if (buffer.position() == segment.bytes()) {
                complete(segment);
            }
        }
        bytes.position(bytes.limit());
        return length;
    }

    private void complete(WeightSegment segment) throws IOException {
        buffer.flip();
        MessageDigest digest = Digests.newSha256();
        digest.update(buffer.duplicate());
        String found = Digests.hex(digest.digest());
        if (!found.equals(segment.sha256())) {
            buffer.clear();
            throw new DamagedException(segment, found);
        }
        verified.accept(segment, buffer);
        buffer.clear();
        next++;
    }

    @Override
    public boolean isOpen() {
        return !isFinished();
    }

    @Override
    public void close() {}
}
