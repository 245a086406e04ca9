/** How the tail tells its platform whether it is ready. It is alive as long as it answers at all: no check needed. */
@NullMarked
package dev.baton.tail.health;

import org.jspecify.annotations.NullMarked;
