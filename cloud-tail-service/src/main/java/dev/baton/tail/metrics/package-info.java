/** What tails tell OpenTelemetry. */
@NullMarked
package dev.baton.tail.metrics;

import org.jspecify.annotations.NullMarked;
