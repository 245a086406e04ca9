package dev.baton.partitioning.splitpackage;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SortedSet;

/** Passes bytes on and takes the SHA-256 of each segment on the way, so that nothing has to be read again. */
final class SegmentDigests extends FilterOutputStream {
    private final Deque<Long> boundaries;
    private final MessageDigest digest = Digests.newSha256();
    private final List<WeightSegment> segments = new ArrayList<>();
    private long begin;
    private long position;

    /** @param boundaries where a segment has to end at the latest */
    SegmentDigests(OutputStream out, SortedSet<Long> boundaries) {
        super(out);
        this.boundaries = new ArrayDeque<>(boundaries);
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
        for (int done = 0; done < length; ) {
            int part = (int) Math.min(length - done, end() - position);
            digest.update(bytes, offset + done, part);
            position += part;
            done += part;
            if (position == end()) {
                endSegment();
            }
        }
    }

    /** Where the segment under way ends. */
    private long end() {
        while (!boundaries.isEmpty() && boundaries.getFirst() <= begin) {
            boundaries.removeFirst();
        }
        long largest = begin + WeightSegment.MAX_BYTES;
        return boundaries.isEmpty() ? largest : Math.min(boundaries.getFirst(), largest);
    }

    private void endSegment() {
        segments.add(new WeightSegment(begin, (int) (position - begin), Digests.hex(digest.digest())));
        begin = position;
    }

    /** Every segment, when everything has been written. */
    List<WeightSegment> finish() {
        if (position > begin) {
            endSegment();
        }
        return List.copyOf(segments);
    }
}
