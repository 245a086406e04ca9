@NullMarked
package dev.baton.tail;

import org.jspecify.annotations.NullMarked;
