package dev.baton.embedded;

import org.jspecify.annotations.Nullable;

/** A port that something else already listens on; the message says which, who may hold it and what to change. */
public final class PortTakenException extends StartFailedException {

    private static final long serialVersionUID = 1L;

    private final int port;

    PortTakenException(int port, String user, @Nullable Throwable cause) {
        super(
                ("port %d on 127.0.0.1, wanted for %s, is taken: perhaps by another Baton, or by an installed service"
                                + " of the same kind. `ss -ltnp 'sport = :%d'` or `lsof -iTCP:%d -sTCP:LISTEN` shows the"
                                + " process. End it, or set another port for %s (0 takes any free one).")
                        .formatted(port, user, port, port, user),
                cause);
        this.port = port;
    }

    public int port() {
        return port;
    }
}
