/**
 * When a plan changes: what makes a change count, what keeps plans calm, and the way back when a change does not pay. On any
 * clock. Main path: {@link dev.baton.planning.change.PlanKeeper#look}.
 */
@NullMarked
package dev.baton.planning.change;

import org.jspecify.annotations.NullMarked;
