package dev.baton.tensor.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** How a tensor's elements are packed, and whether zstd follows. Its {@linkplain #id() id} travels in records. */
public record Codec(Quantization quantization, boolean zstd) {
    /** The elements as they are. */
    public static final Codec RAW = new Codec(Quantization.RAW, false);

    private static final String ZSTD_SUFFIX = "+zstd";

    /** How one element is represented; from most to fewest bits. */
    public enum Quantization {
        /** As in memory; exact. */
        RAW,
        /** IEEE 754 binary16; 2 bytes an element. */
        FP16,
        /** 256 steps between each channel's smallest and largest value; 1 byte an element. */
        INT8,
        /** 16 steps between each channel's smallest and largest value; half a byte an element. */
        INT4,
        /** Steps of a twelfth of the mean magnitude, entropy-coded; about 3.5 bits an element after a ReLU. */
        STEP12,
        /** Steps of a sixth of the mean magnitude, entropy-coded; about 2.8 bits an element after a ReLU. */
        STEP6,
        /** Steps of a third of the mean magnitude, entropy-coded; about 2.1 bits an element after a ReLU. */
        STEP3;

        /** True for those that already spend on each element no more bits than its neighbours leave open. */
        public boolean isEntropyCoded() {
            return switch (this) {
                case RAW, FP16, INT8, INT4 -> false;
                case STEP12, STEP6, STEP3 -> true;
            };
        }

        String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Codec {
        if (zstd && quantization.isEntropyCoded()) {
            throw new IllegalArgumentException("%s is entropy-coded, zstd cannot follow".formatted(quantization.id()));
        }
    }

    /** Such as {@code raw} or {@code int8+zstd}. */
    public String id() {
        return zstd ? quantization.id() + ZSTD_SUFFIX : quantization.id();
    }

    /**
     * The codec with this id.
     *
     * @throws IllegalArgumentException naming the codecs that exist
     */
    public static Codec parse(String id) {
        for (Codec codec : all()) {
            if (codec.id().equals(id)) {
                return codec;
            }
        }
        throw new IllegalArgumentException("unknown codec '%s', expected one of %s"
                .formatted(id, all().stream().map(Codec::id).collect(Collectors.joining(", "))));
    }

    /** Every codec, the exact ones first. */
    public static List<Codec> all() {
        List<Codec> codecs = new ArrayList<>();
        for (Quantization quantization : Quantization.values()) {
            codecs.add(new Codec(quantization, false));
            if (!quantization.isEntropyCoded()) {
                codecs.add(new Codec(quantization, true));
            }
        }
        return List.copyOf(codecs);
    }

    @Override
    public String toString() {
        return id();
    }
}
