/** What the edge node measures where it happens: stage times and sizes. */
@NullMarked
package dev.baton.edge.measure;

import org.jspecify.annotations.NullMarked;
