package dev.baton.openinference.rest;

import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A body as it comes in, up to a limit. What a client claims of its length is not believed beyond a first megabyte. */
final class CollectedBody {

    private static final int FIRST = 1 << 20;

    private final long limit;
    private byte[] bytes;
    private int length;

    /**
     * Empty yet.
     *
     * @param claimed the header {@code Content-Length}; negative: absent
     */
    CollectedBody(long limit, long claimed) {
        this.limit = limit;
        this.bytes = new byte[(int) Math.min(FIRST, claimed < 0 ? 0 : claimed)];
    }

    /** False where the limit is exceeded; then nothing was added. */
    boolean add(Buffer chunk) {
        if (!makeRoom(chunk.length())) {
            return false;
        }
        chunk.getBytes(bytes, length);
        length += chunk.length();
        return true;
    }

    /** Adds the first {@code count} of {@code chunk}. False where the limit is exceeded; then nothing was added. */
    boolean add(byte[] chunk, int count) {
        if (!makeRoom(count)) {
            return false;
        }
        System.arraycopy(chunk, 0, bytes, length, count);
        length += count;
        return true;
    }

    private boolean makeRoom(int more) {
        long needed = length + (long) more;
        if (needed > limit) {
            return false;
        }
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(limit, Math.max(needed, 2L * bytes.length)));
        }
        return true;
    }

    ByteBuffer content() {
        return ByteBuffer.wrap(bytes, 0, length);
    }
}
