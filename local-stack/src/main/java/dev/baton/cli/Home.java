package dev.baton.cli;

import java.nio.file.Path;
import java.util.Optional;

/** The repository's root, as the launcher says it. */
final class Home {

    private Home() {}

    static Path directory() {
        return Path.of(Optional.ofNullable(System.getProperty("baton.home"))
                        .or(() -> Optional.ofNullable(System.getenv("BATON_HOME")))
                        .orElse("."))
                .toAbsolutePath()
                .normalize();
    }
}
