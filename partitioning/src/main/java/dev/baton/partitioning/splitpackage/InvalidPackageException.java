package dev.baton.partitioning.splitpackage;

import java.io.IOException;

/** A split package that does not hold what it promises: damaged, incomplete or hostile. */
public final class InvalidPackageException extends IOException {
    public InvalidPackageException(String message) {
        super(message);
    }

    public InvalidPackageException(String message, Throwable cause) {
        super(message, cause);
    }
}
