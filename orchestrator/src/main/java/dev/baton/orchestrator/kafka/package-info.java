/** How the orchestrator talks through Kafka: measurement windows in, plans and the catalog out and back in at start. */
@NullMarked
package dev.baton.orchestrator.kafka;

import org.jspecify.annotations.NullMarked;
