/** Keeps in Redis what tails share. */
@NullMarked
package dev.baton.tail.redis;

import org.jspecify.annotations.NullMarked;
