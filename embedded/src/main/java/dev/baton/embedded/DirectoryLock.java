package dev.baton.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Holds a data directory for one user. A second broker in the same directory would append to the first one's metadata
 * log before the broker's own lock is asked for, and damage it.
 */
final class DirectoryLock implements AutoCloseable {

    private static final String FILE = ".baton.lock";

    private final FileChannel channel;

    private DirectoryLock(FileChannel channel) {
        this.channel = channel;
    }

    static DirectoryLock acquire(Path directory, String user) {
        try {
            Files.createDirectories(directory);
            FileChannel channel =
                    FileChannel.open(directory.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!isLocked(channel)) {
                channel.close();
                throw new StartFailedException(
                        "the data directory %s of %s is in use, perhaps by another Baton; end it or name another directory"
                                .formatted(directory, user),
                        null);
            }
            return new DirectoryLock(channel);
        } catch (IOException e) {
            throw new StartFailedException(
                    "the data directory %s of %s cannot be used: %s".formatted(directory, user, e), e);
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            @Nullable FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException heldInThisProcess) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot release the lock of a data directory", e);
        }
    }
}
