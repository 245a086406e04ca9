/**
 * Re-runs a bandwidth trace against placement policies on a simulated clock: the same requests, the same luck, the same planning
 * code as the services. {@link dev.baton.planning.replay.Replay#run} comes first.
 */
@NullMarked
package dev.baton.planning.replay;

import org.jspecify.annotations.NullMarked;
