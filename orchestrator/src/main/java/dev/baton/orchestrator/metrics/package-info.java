/** What planning does and how well it predicts, as OpenTelemetry metrics. */
@NullMarked
package dev.baton.orchestrator.metrics;

import org.jspecify.annotations.NullMarked;
