@NullMarked
package dev.baton.planning.simulation;

import org.jspecify.annotations.NullMarked;
