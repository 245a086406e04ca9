package dev.baton.cli;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;

/** What the tool's own process logs: libraries only where --debug asks for it, Baton itself when something is wrong. */
final class Logging {

    /** Kept, since the JDK forgets a logger's level with the logger. */
    private static final Logger ROOT = Logger.getLogger("");

    private static final Logger BATON = Logger.getLogger("dev.baton");

    private Logging() {}

    static void quiet() {
        ROOT.setLevel(Level.OFF);
        BATON.setLevel(Level.WARNING);
    }

    static void verbose() {
        ROOT.setLevel(Level.INFO);
        BATON.setLevel(Level.FINE);
        for (Handler handler : ROOT.getHandlers()) {
            handler.setLevel(Level.FINE);
        }
    }
}
