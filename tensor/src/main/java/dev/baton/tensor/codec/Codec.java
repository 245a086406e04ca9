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
        INT4;

        String id() {
            return name().toLowerCase(Locale.ROOT);
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
            codecs.add(new Codec(quantization, true));
        }
        return List.copyOf(codecs);
    }

    @Override
    public String toString() {
        return id();
    }
}
