@NullMarked
package dev.baton.tail.failure;

import org.jspecify.annotations.NullMarked;
