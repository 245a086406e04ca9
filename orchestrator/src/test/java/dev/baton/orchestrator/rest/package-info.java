/** Tests of {@code dev.baton.orchestrator.rest}. */
@NullMarked
package dev.baton.orchestrator.rest;

import org.jspecify.annotations.NullMarked;
