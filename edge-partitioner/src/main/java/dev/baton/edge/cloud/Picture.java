package dev.baton.edge.cloud;

/**
 * A picture as the client sent it.
 *
 * @param input     the model input it becomes
 * @param mediaType {@code image/jpeg} or {@code image/png}
 */
@SuppressWarnings("ArrayRecordComponent")
public record Picture(String input, String mediaType, byte[] bytes) {}
