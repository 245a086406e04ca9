/** What the edge node measures where it happens: stage times, sizes and the link to the broker. */
@NullMarked
package dev.baton.edge.measure;

import org.jspecify.annotations.NullMarked;
