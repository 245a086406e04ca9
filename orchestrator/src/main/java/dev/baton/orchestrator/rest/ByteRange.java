package dev.baton.orchestrator.rest;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One range of a file's bytes, as RFC 9110 writes it.
 *
 * @param first index of its first byte
 * @param last index of its last byte; before {@code first} when the range lies outside the file
 */
record ByteRange(long first, long last) {
    private static final Pattern ONE = Pattern.compile("bytes=\\s*(\\d{0,18})-(\\d{0,18})\\s*");

    /** Empty when {@code header} is not a single range of bytes, and so is to be ignored. */
    static Optional<ByteRange> parse(String header, long fileBytes) {
        Matcher range = ONE.matcher(header);
        if (!range.matches() || (range.group(1).isEmpty() && range.group(2).isEmpty())) {
            return Optional.empty();
        }
        if (range.group(1).isEmpty()) {
            long length = Math.min(Long.parseLong(range.group(2)), fileBytes);
            return Optional.of(new ByteRange(fileBytes - length, fileBytes - 1));
        }
        long first = Long.parseLong(range.group(1));
        if (range.group(2).isEmpty()) {
            return Optional.of(new ByteRange(first, fileBytes - 1));
        }
        long last = Long.parseLong(range.group(2));
        return last < first ? Optional.empty() : Optional.of(new ByteRange(first, Math.min(last, fileBytes - 1)));
    }

    boolean isSatisfiable() {
        return first <= last;
    }

    long length() {
        return last - first + 1;
    }
}
