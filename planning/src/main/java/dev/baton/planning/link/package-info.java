/** The link from an edge node to the broker: rate and round trip from transfers, probes where those do not tell. */
@NullMarked
package dev.baton.planning.link;

import org.jspecify.annotations.NullMarked;
