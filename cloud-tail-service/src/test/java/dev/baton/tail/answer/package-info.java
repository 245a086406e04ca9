@NullMarked
package dev.baton.tail.answer;

import org.jspecify.annotations.NullMarked;
