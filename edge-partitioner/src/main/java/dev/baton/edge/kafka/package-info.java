/** How the edge node talks to Kafka: plans and catalog in, activations and measurements out, results in. */
@NullMarked
package dev.baton.edge.kafka;

import org.jspecify.annotations.NullMarked;
