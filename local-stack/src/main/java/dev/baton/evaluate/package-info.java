/**
 * What dividing a model costs in accuracy, measured on a data set. Begin with {@link dev.baton.evaluate.Evaluation#of}.
 */
@NullMarked
package dev.baton.evaluate;

import org.jspecify.annotations.NullMarked;
