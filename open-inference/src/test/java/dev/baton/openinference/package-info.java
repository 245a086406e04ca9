@NullMarked
package dev.baton.openinference;

import org.jspecify.annotations.NullMarked;
