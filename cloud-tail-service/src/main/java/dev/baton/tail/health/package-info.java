/** How the tail tells its platform whether it is alive and ready. */
@NullMarked
package dev.baton.tail.health;

import org.jspecify.annotations.NullMarked;
