/** Learns in idle time what requests do not show: heads that are not in use, and what codecs do to answers. */
@NullMarked
package dev.baton.edge.explore;

import org.jspecify.annotations.NullMarked;
