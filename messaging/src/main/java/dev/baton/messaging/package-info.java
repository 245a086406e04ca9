/** Kafka as Baton uses it: topics, latency settings, compacted tables, trace headers, and tensors in records. */
@NullMarked
package dev.baton.messaging;

import org.jspecify.annotations.NullMarked;
