/**
 * The orchestrator: catalog of models, view of the fleet, and a plan for every edge node and model. It starts without its
 * broker and without Redis, and joins them when they come.
 *
 * <p>Main path: {@link dev.baton.orchestrator.planning.Planner#replan(String, String)}, which a measurement window sets
 * off. {@link dev.baton.orchestrator.OrchestratorWiring} shows the whole service on one page.
 */
@NullMarked
package dev.baton.orchestrator;

import org.jspecify.annotations.NullMarked;
