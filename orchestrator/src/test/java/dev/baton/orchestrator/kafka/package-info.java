/** Tests of {@code dev.baton.orchestrator.kafka}. */
@NullMarked
package dev.baton.orchestrator.kafka;

import org.jspecify.annotations.NullMarked;
