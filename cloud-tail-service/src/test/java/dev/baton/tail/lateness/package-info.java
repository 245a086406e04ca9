@NullMarked
package dev.baton.tail.lateness;

import org.jspecify.annotations.NullMarked;
