@NullMarked
package dev.baton.evaluate;

import org.jspecify.annotations.NullMarked;
