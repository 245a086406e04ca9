/** How the orchestrator runs models: while it divides them. */
@NullMarked
package dev.baton.orchestrator.inference;

import org.jspecify.annotations.NullMarked;
