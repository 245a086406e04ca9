@NullMarked
package dev.baton.openinference.protocol;

import org.jspecify.annotations.NullMarked;
