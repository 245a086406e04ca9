@NullMarked
package dev.baton.tail.quota;

import org.jspecify.annotations.NullMarked;
