/** Handing an activation to the cloud and waiting for its answer. */
@NullMarked
package dev.baton.edge.cloud;

import org.jspecify.annotations.NullMarked;
