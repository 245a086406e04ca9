package dev.baton.partitioning.splitpackage;

/**
 * A file of a split package as its manifest promises it.
 *
 * @param bytes its exact size
 * @param sha256 its SHA-256 in lower-case hexadecimal
 */
public record FileEntry(long bytes, String sha256) {
    public FileEntry {
        if (bytes < 0) {
            throw new IllegalArgumentException("a file of %d bytes".formatted(bytes));
        }
        Digests.requireSha256(sha256);
    }
}
