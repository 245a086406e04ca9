@NullMarked
package dev.baton.tail.kafka;

import org.jspecify.annotations.NullMarked;
