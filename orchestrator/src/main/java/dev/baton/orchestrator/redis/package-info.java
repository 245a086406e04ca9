/** How the orchestrator talks to Redis: live views of the fleet and earlier plans, both of which may be lost. */
@NullMarked
package dev.baton.orchestrator.redis;

import org.jspecify.annotations.NullMarked;
