package dev.baton.embedded;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Keeps the broker, which reports every step at INFO, quiet unless somebody has chosen a level for it. */
final class BrokerLogs {

    // held strongly: a java.util.logging.Logger that nobody holds forgets its settings
    private static final List<Logger> CATEGORIES =
            List.of(Logger.getLogger("kafka"), Logger.getLogger("org.apache.kafka"), Logger.getLogger("state.change"));
    private static final Logger CONTROLLER = Logger.getLogger("org.apache.kafka.controller.QuorumController");
    private static final Logger CONNECTIONS = Logger.getLogger("org.apache.kafka.clients.NetworkClient");

    /** What every broker that starts or ends in good order warns of. */
    private static final List<String> NORMAL = List.of(
            "Performing controller activation", "Attempting to close NetworkClient that has already been closed");

    private BrokerLogs() {}

    static void quiet() {
        for (Logger category : CATEGORIES) {
            if (category.getLevel() == null) {
                category.setLevel(Level.WARNING);
            }
        }
        for (Logger logger : List.of(CONTROLLER, CONNECTIONS)) {
            logger.setFilter(record -> NORMAL.stream().noneMatch(String.valueOf(record.getMessage())::contains));
        }
        // the broker asks Log4j's API for its loggers, which complains where SLF4J is what logs
        System.getProperties().putIfAbsent("log4j2.StatusLogger.level", "FATAL");
    }
}
