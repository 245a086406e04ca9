package dev.baton.tensor.codec;

import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A tensor as it travels. Nothing is promised about the payload: only {@link Codecs#decode} finds out whether it is
 * what type, shape and codec say.
 */
public record EncodedTensor(ElementType type, Shape shape, Codec codec, ByteBuffer payload) {
    /** Keeps the remaining bytes of {@code payload}, which are not copied; nobody writes to them any more. */
    public EncodedTensor {
        payload = payload.slice();
    }

    /** The bytes from position 0, little-endian. A view of its own for each call; do not write to it. */
    @Override
    public ByteBuffer payload() {
        return payload.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    public int byteSize() {
        return payload.capacity();
    }

    /** Type, shape, codec and size, not the bytes. */
    @Override
    public String toString() {
        return "%s %s %s, %d bytes".formatted(type, shape, codec, byteSize());
    }
}
