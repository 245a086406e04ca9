/** How the tail talks with Kafka: activations in, results out, the catalog, measurements. */
@NullMarked
package dev.baton.tail.kafka;

import org.jspecify.annotations.NullMarked;
