/** How the orchestrator is talked to over HTTP: models, packages, fleet and plans; every error is a problem document. */
@NullMarked
package dev.baton.orchestrator.rest;

import org.jspecify.annotations.NullMarked;
