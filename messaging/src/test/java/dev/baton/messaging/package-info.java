@NullMarked
package dev.baton.messaging;

import org.jspecify.annotations.NullMarked;
