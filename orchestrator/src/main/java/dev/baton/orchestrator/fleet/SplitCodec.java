package dev.baton.orchestrator.fleet;

/** A split point together with the codec, by its id, of what crosses there. */
public record SplitCodec(int splitPoint, String codec) {
    public SplitCodec {
        if (splitPoint < 0) {
            throw new IllegalArgumentException("split point must not be negative, but was " + splitPoint);
        }
        if (codec.isBlank()) {
            throw new IllegalArgumentException("codec of split point " + splitPoint + " must not be blank");
        }
    }
}
