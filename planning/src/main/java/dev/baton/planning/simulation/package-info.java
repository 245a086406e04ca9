/**
 * A fleet on a simulated clock: the services' own planning code for a hundred thousand edge nodes, without the nodes. {@link
 * dev.baton.planning.simulation.FleetSimulation#run} comes first.
 */
@NullMarked
package dev.baton.planning.simulation;

import org.jspecify.annotations.NullMarked;
