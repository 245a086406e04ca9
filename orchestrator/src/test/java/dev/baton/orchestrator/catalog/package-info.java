/** Tests of {@code dev.baton.orchestrator.catalog}. */
@NullMarked
package dev.baton.orchestrator.catalog;

import org.jspecify.annotations.NullMarked;
