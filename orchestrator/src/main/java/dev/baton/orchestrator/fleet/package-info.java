/**
 * What the orchestrator knows about the running system: edge nodes with their links and tails, from measurement
 * windows. Main path: {@link dev.baton.orchestrator.fleet.Fleet#accept(EdgeReport)}.
 */
@NullMarked
package dev.baton.orchestrator.fleet;

import org.jspecify.annotations.NullMarked;
