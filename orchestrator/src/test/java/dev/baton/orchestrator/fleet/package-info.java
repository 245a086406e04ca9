/** Tests of {@code dev.baton.orchestrator.fleet}. */
@NullMarked
package dev.baton.orchestrator.fleet;

import org.jspecify.annotations.NullMarked;
