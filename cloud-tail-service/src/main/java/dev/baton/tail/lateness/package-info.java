/** Tells how long a record was delayed on its way, without comparing two machines' clocks. */
@NullMarked
package dev.baton.tail.lateness;

import org.jspecify.annotations.NullMarked;
