/** Tests of {@code dev.baton.orchestrator.planning}. */
@NullMarked
package dev.baton.orchestrator.planning;

import org.jspecify.annotations.NullMarked;
