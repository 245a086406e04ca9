@NullMarked
package dev.baton.tail.measurement;

import org.jspecify.annotations.NullMarked;
