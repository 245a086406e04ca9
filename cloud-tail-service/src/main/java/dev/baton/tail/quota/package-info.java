/** How much of the tails an edge node or a tenant may ask for. */
@NullMarked
package dev.baton.tail.quota;

import org.jspecify.annotations.NullMarked;
