/**
 * A real Kafka broker, a real Redis and an emulated link inside one process, so that Baton runs and is tested without
 * anything installed. {@link dev.baton.embedded.EmbeddedBroker#start} is the main path.
 */
@NullMarked
package dev.baton.embedded;

import org.jspecify.annotations.NullMarked;
