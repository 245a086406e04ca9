/**
 * Chooses placement and codec for every edge node and model. Main path:
 * {@link dev.baton.orchestrator.planning.Planner#replan(String, String)}: situation → ranking → choice → plan.
 *
 * <p>Predictions are facts, built from measured terms; {@link dev.baton.orchestrator.planning.Constraints} and
 * {@link dev.baton.orchestrator.planning.Hysteresis} are preferences. A replica plans for the edge nodes whose
 * measurement windows it receives, so planning is sharded by the partitions of the measurement topic.
 */
@NullMarked
package dev.baton.orchestrator.planning;

import org.jspecify.annotations.NullMarked;
