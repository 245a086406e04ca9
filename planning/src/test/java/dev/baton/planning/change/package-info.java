/** Tests of {@code dev.baton.planning.change}. */
@NullMarked
package dev.baton.planning.change;

import org.jspecify.annotations.NullMarked;
