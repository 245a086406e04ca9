/** Predicts what each placement costs an edge node's model, and chooses one; knows no clock but the one it is given. */
@NullMarked
package dev.baton.planning;

import org.jspecify.annotations.NullMarked;
