package dev.baton.planning;

import dev.baton.partitioning.Placement;
import dev.baton.tensor.codec.Codec;

/**
 * What a plan decides: where the model is divided, and the codec of the tensors that cross. A placement where none
 * cross, or where the client's own compressed picture does, carries {@code raw}.
 */
public record Choice(Placement placement, Codec codec) {
    /** The codec of a placement that needs none. */
    public static final Codec NO_CODEC = Codec.RAW;

    public static final Choice EDGE_ONLY = new Choice(new Placement.EdgeOnly(), NO_CODEC);

    /** Such as {@code split:3 with int8+zstd}; the codec is left out where it means nothing. */
    @Override
    public String toString() {
        return switch (placement) {
            case Placement.EdgeOnly edge -> edge.id();
            case Placement.CloudOnly cloud -> codec.equals(NO_CODEC) ? cloud.id() : cloud.id() + " with " + codec.id();
            case Placement.Split split -> split.id() + " with " + codec.id();
        };
    }
}
