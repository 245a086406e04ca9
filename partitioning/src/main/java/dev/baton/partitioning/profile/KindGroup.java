package dev.baton.partitioning.profile;

import java.util.List;

/** Kinds of operator that a faster or slower device speeds up or slows down together. */
public enum KindGroup {
    /** Multiply matrices, convolutions among them: limited by arithmetic. */
    MATRIX,
    /** All others: mostly limited by memory and by starting them. */
    OTHER;

    private static final List<String> MATRIX_KINDS =
            List.of("Conv", "Gemm", "MatMul", "Einsum", "Attention", "LSTM", "GRU", "RNN");

    /** By the kind's name, which quantised and fused kinds contain too. */
    public static KindGroup of(String kind) {
        return MATRIX_KINDS.stream().anyMatch(kind::contains) ? MATRIX : OTHER;
    }
}
