package dev.baton.partitioning.accuracy;

/**
 * What sending a compressed picture does, the honest alternative to sending an activation.
 *
 * @param form {@code as given}: the bytes of the file; {@code png} and {@code jpeg-85}: the picture at the model's input size,
 *     without loss, and as baseline JPEG of that quality
 * @param withinBudget whether it keeps to the budget that the profile was made with
 */
public record PictureAccuracy(String form, Answers answers, ByteSummary bytes, boolean withinBudget) {}
