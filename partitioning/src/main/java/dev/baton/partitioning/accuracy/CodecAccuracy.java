package dev.baton.partitioning.accuracy;

/**
 * One codec at one split point.
 *
 * @param codec its id
 * @param bytes of all that crosses, encoded
 * @param encodeMicros mean time to encode all that crosses of one sample, on the machine that measured
 * @param decodeMicros mean time to decode it there
 * @param withinBudget whether it keeps to the budget that the profile was made with
 */
public record CodecAccuracy(
        String codec,
        Answers answers,
        ByteSummary bytes,
        double encodeMicros,
        double decodeMicros,
        boolean withinBudget) {}
