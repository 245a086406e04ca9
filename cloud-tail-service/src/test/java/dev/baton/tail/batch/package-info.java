@NullMarked
package dev.baton.tail.batch;

import org.jspecify.annotations.NullMarked;
