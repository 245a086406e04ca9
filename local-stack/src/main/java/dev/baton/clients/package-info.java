/** Baton's interfaces as a client sees them: the orchestrator's REST, an edge node's gRPC. Nothing of the services is used. */
@NullMarked
package dev.baton.clients;

import org.jspecify.annotations.NullMarked;
