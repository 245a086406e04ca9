package dev.baton.embedded;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Keeps the broker, which reports every step at INFO, quiet unless somebody has chosen a level for it. */
final class BrokerLogs {

    // held strongly: a java.util.logging.Logger that nobody holds forgets its level
    private static final List<Logger> CATEGORIES =
            List.of(Logger.getLogger("kafka"), Logger.getLogger("org.apache.kafka"), Logger.getLogger("state.change"));

    private BrokerLogs() {}

    static void quiet() {
        for (Logger category : CATEGORIES) {
            if (category.getLevel() == null) {
                category.setLevel(Level.WARNING);
            }
        }
    }
}
