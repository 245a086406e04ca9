/** Tests of predictions and choices. */
@NullMarked
package dev.baton.planning;

import org.jspecify.annotations.NullMarked;
