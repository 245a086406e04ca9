/** Dividing a model: where it may be cut, and what a cut costs. The main path is {@link dev.baton.partitioning.divide.ModelDivider#divide}. */
@NullMarked
package dev.baton.partitioning;

import org.jspecify.annotations.NullMarked;
