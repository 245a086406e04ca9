/** Tests of {@code dev.baton.orchestrator}. */
@NullMarked
package dev.baton.orchestrator;

import org.jspecify.annotations.NullMarked;
